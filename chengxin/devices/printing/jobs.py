"""Which tickets were sent to the printer: written down before the first byte goes.

A hall PC that is switched off in the middle of a ticket must not print it again when it comes
back: the note of it is on the disk before the paper moves.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from enum import StrEnum
from pathlib import Path

from chengxin.core.refusal import Trouble

KEPT = 2000  # jobs: some days of one kiosk


class Job(StrEnum):
    BEGUN = "begun"  # bytes went out; whether a ticket came out is not known
    PRINTED = "printed"


class Jobs:
    """The jobs of one printer; without a file, of this process alone."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        if file is not None and file.exists():
            self._read(file)

    def get(self, job: str) -> Job | None:
        return self._jobs.get(job)

    def note(self, job: str, how: Job) -> None:
        """On the disk when this returns."""
        if self._file is not None:
            self._append(self._file, job, how)
        self._jobs[job] = how
        self._jobs.move_to_end(job)

    def _read(self, file: Path) -> None:
        lines = file.read_text("utf-8").splitlines()
        for line in lines:
            try:
                told = json.loads(line)
                self._jobs[told["job"]] = Job(told["how"])
                self._jobs.move_to_end(told["job"])
            except (ValueError, KeyError, TypeError):
                continue  # a line half written when the current went: its job never began
        while len(self._jobs) > KEPT:
            self._jobs.popitem(last=False)
        if len(lines) > 2 * KEPT:
            rest = [json.dumps({"job": job, "how": how}) + "\n" for job, how in self._jobs.items()]
            fresh = file.with_suffix(".new")
            fresh.write_text("".join(rest), "utf-8")
            fresh.replace(file)

    def _append(self, file: Path, job: str, how: Job) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"job": job, "how": how}) + "\n")
                lines.flush()
                os.fsync(lines.fileno())
        except OSError as error:
            raise Trouble(
                f"The list of printed tickets {file} cannot be written ({error.strerror}); "
                "without it no ticket is printed."
            ) from error
