"""A page of the documents that a tool writes: write it, or say that it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path


def keep(page: Path, text: str, tool: str) -> int:
    """Write `text` to the page; with `--check` only compare, 1 when it differs."""
    if "--check" not in sys.argv:
        page.write_text(text, "utf-8")
        return 0
    if page.exists() and page.read_text("utf-8") == text:
        return 0
    sys.stderr.write(f"{page.name} is not up to date: run python -m {tool}\n")
    return 1
