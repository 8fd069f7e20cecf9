"""A delivery comes in: read strictly, names and numbers to the registry, facts to the lake.

    file ──sources.read──▶ identities, words ──▶ people.registry   (sealed, in PostgreSQL)
                        └▶ rows ───────▶ lake.take          (ids and tokens only, one version)

Completely or not at all, and once: the lake publishes one version for the whole delivery, and
the same content twice changes nothing.  Killed between two steps, it is simply sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

from django.db import transaction

from chengxin import sources
from chengxin.core import places
from chengxin.core.keys import Keys, digest
from chengxin.core.refusal import Trouble
from chengxin.exchange import ready
from chengxin.exchange.models import Delivery
from chengxin.hall import checks
from chengxin.lake.staging import Staging
from chengxin.lake.store import Lake
from chengxin.people import identity_facts, judgements, registry
from chengxin.risk import following, list_facts
from chengxin.sources import Source
from chengxin.trace import record

KEPT_REJECTS = 200  # of one delivery, in its row; all of them are counted


def files_in(paths: list[Path]) -> list[Path]:
    """The delivered files among `paths` and in the folders there, in the order of their day."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise Trouble(f"{path} is not there; name a delivered file or a folder of them.")
        found += [path] if path.is_file() else [p for p in path.iterdir() if p.is_file()]
    return sorted(
        (path for path in found if sources.source_of(path)),
        key=lambda path: (sources.day_of(path) or date.min, path.name),
    )


def receive(path: Path, *, source: Source | str | None = None) -> Delivery:
    """Take one delivery; `Trouble` with the reason, and a row that says so, when it is refused."""
    with ready.desk() as desk:
        return _receive(desk, path, source)


def receive_event(path: Path, source: Source, delivery_id: str) -> Delivery:
    """Take the rows of an event likewise, known by an id of its own."""
    with ready.desk(keep=True) as desk:
        return _receive(desk, path, source, delivery_id)


def _receive(
    desk: ready.Desk, path: Path, source: Source | str | None, delivery_id: str | None = None
) -> Delivery:
    with record.of("delivery.receive", place="exchange") as trace:
        trace.detail["file"] = path.name
        try:
            with transaction.atomic():  # what the lake refuses, the registry has not heard
                delivery = _take(desk, path, source, delivery_id)
        except Trouble as trouble:
            delivery = Delivery(state=Delivery.State.REFUSED, reason=str(trouble)[:600])
            delivery.reason_zh = getattr(trouble, "zh", "")[:600]
            named = sources.source_of(path)
            told = source.name if isinstance(source, Source) else source
            delivery.source = told or (named.name if named else "")
            delivery.delivered_on = sources.day_of(path)
            refused: Trouble | None = trouble
        else:
            refused = None
        delivery.file_name = path.name
        delivery.save()
        trace.detail |= {"delivery": delivery.pk, "state": delivery.state}
        trace.outcome = "done" if refused is None else "refused"
    if refused is not None:
        raise refused
    return delivery


def receive_all(paths: list[Path], *, source: str | None = None) -> Iterator[Delivery | Trouble]:
    """Take each delivery by itself: one that is refused does not hold up the next.

    When all are taken, the worker sees whom they change, as after an event.
    """
    stored = False
    with ready.desk() as desk:
        for path in files_in(paths) if source is None else paths:
            try:
                delivery = _receive(desk, path, source)
                stored |= delivery.state == Delivery.State.STORED
                yield delivery
            except Trouble as trouble:
                yield Trouble(f"{path.name}: {trouble}")
    if stored:
        following.ask()


def bring_own(seen_on: date | None = None) -> None:
    """Let the lake know what happened and was decided here, when there is something new:
    judgements on who is who, the lists, enterprises that were verified, and what the halls saw.

    With `seen_on`, the day as of which the changes between two nights are followed: what begins or
    ends today counts from that day on, when it is earlier; and what the halls saw waits for the
    night, unless it may restrict or free somebody.
    """
    told = judgements.told()
    mine = [(judgements.SOURCE, *told)] if told else []
    checked = checks.told(seen_on)
    mine += [(checks.SOURCE, *checked)] if checked else []
    _bring([*mine, *list_facts.told(seen_on)])
    if seen_on is None or identity_facts.awaited():
        while seen := identity_facts.told():
            _bring([(identity_facts.SOURCE, seen.text, seen.day)])
            identity_facts.forget(seen.events)


def _bring(own: Iterable[tuple[str, str, date]]) -> None:
    """Deliver these texts, but for those that the lake holds."""
    lake = Lake(places.lake())
    news = [
        (source, text, day)
        for source, text, day in own
        if not lake.holds(source, digest(text.encode())[:16], day)
    ]
    if not news:
        return
    staging = Staging()
    try:
        with ready.desk() as desk:
            for source, text, day in news:
                path = staging.folder / f"{source}.{day:%Y%m%d}.csv"
                path.write_text(text, "utf-8")
                _receive(desk, path, None)
    finally:
        staging.close()


def _take(
    desk: ready.Desk, path: Path, source: Source | str | None, delivery_id: str | None
) -> Delivery:
    keys = Keys.load()
    with sources.read(
        path, keys=keys, source=source, delivery_id=delivery_id, engine=desk.engine
    ) as reading:
        before = desk.lake.version()
        registry.remember(reading.identities)
        registry.remember_unidentified(reading.unidentified)
        if reading.words:
            registry.remember_words(reading.words)
        version = desk.lake.take(reading)
        return Delivery(
            delivery_id=reading.delivery_id,
            source=reading.source,
            state=Delivery.State.STORED if version != before else Delivery.State.AGAIN,
            delivered_on=reading.delivered_on,
            rows=reading.count,
            rejected=reading.rejected,
            rejects=[asdict(reject) for reject in reading.rejects[:KEPT_REJECTS]],
            lake_version=version,
        )
