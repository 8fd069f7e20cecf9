"""What stays at hand between two events, so that the next one is followed at once.

    Ready   an engine that sees the warehouse, the lake's records, the findings of the last run
    Desk    an engine that has learned to read, and the lake: with it an event is stored

All of it says only what the folders say, and is made anew where they say something else, where
another folder is the installation's, and after every work that broke off.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chengxin.core import places
from chengxin.indicators.scan import Finding
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake, Stamp, stamp_of

SPARE = 2  # desks that wait for the next event
MOST = 100_000  # findings that stay at hand; more are read again, to leave the memory to others


@dataclass
class Ready:
    """For one at a time: what changes are followed with."""

    home: Path
    engine: DuckDB = field(default_factory=DuckDB)
    lake: Lake = field(default_factory=Lake)
    _findings: tuple[Path, Stamp, list[Finding]] | None = None

    def findings(self, path: Path) -> list[Finding] | None:
        """The findings in this file, if they are those that were last noted."""
        if self._findings and self._findings[:2] == (path, stamp_of(str(path))):
            return self._findings[2]
        return None

    def note(self, path: Path, findings: list[Finding]) -> None:
        """These are the findings that now stand in this file."""
        stamp = stamp_of(str(path))
        self._findings = (path, stamp, findings) if stamp and len(findings) <= MOST else None


@dataclass(frozen=True)
class Desk:
    """What deliveries that come together are read and stored with."""

    home: Path
    engine: DuckDB
    lake: Lake

    @classmethod
    def new(cls) -> Desk:
        engine = DuckDB()
        return cls(places.home(), engine, Lake(places.lake(), engine))


_one_at_a_time = threading.Lock()
_at_hand: Ready | None = None
_spare: list[Desk] = []


@contextmanager
def at_hand() -> Iterator[Ready]:
    """The process's one `Ready`; who comes meanwhile waits."""
    global _at_hand
    with _one_at_a_time:
        ready, _at_hand = _at_hand, None
        if ready and ready.home != places.home():
            ready.engine.close()
            ready = None
        ready = ready or Ready(places.home())
        try:
            yield ready
        except BaseException:
            ready.engine.close()
            raise
        _at_hand = ready


@contextmanager
def desk(*, keep: bool = False) -> Iterator[Desk]:
    """A desk of one's own; with `keep` it is one that stays for the next who asks so."""
    found = _taken() if keep else None
    found = found or Desk.new()
    try:
        yield found
    except BaseException:
        found.engine.close()
        raise
    if keep and len(_spare) < SPARE:
        _spare.append(found)
    else:
        found.engine.close()


def _taken() -> Desk | None:
    while _spare:
        try:
            found = _spare.pop()
        except IndexError:  # another thread took the last
            return None
        if found.home == places.home():
            return found
        found.engine.close()
    return None
