"""实时事件: facts that another office's program tells as they happen.

    POST ──▶ file, synced ──▶ Event, waiting ──▶ lake ──▶ stored ──▶ follow ──▶ directives, alerts
                                             └──▶ refused, with the reasons; nothing is stored

Each step can be killed: rows that wait are taken again by whoever comes next, and what has reached
the lake is known there by the event's own id, so nothing is lost and nothing happens twice.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Sequence
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from chengxin.core import places
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal, Trouble
from chengxin.exchange import arrivals, deliveries
from chengxin.exchange.models import Client, Delivery, Event, NightRun
from chengxin.lake.commit import sync
from chengxin.risk import following
from chengxin.sources import Source, all_sources
from chengxin.sources.source import MOST_IN_EVENT, SourceChanged

LONGEST_KEY = 80
FORGOTTEN = 24 * 3600  # seconds; whoever had no answer has told it again by then

FOLLOW = following.FOLLOW  # the worker's task

Row = dict[str, Any]

log = structlog.get_logger("chengxin.events")


def tell(client: Client, source: Source, rows: Sequence[Row], key: str) -> tuple[Event, bool]:
    """Take rows once: told again under the same key, the event of the first time comes back.

    With it: whether it was told before.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise Refusal(
            "no_idempotency_key", _("请求头 Idempotency-Key 必填，长度不超过 %d") % LONGEST_KEY
        )
    if not 0 < len(rows) <= MOST_IN_EVENT:
        raise too_many_rows()
    text = _text(rows)
    event = Event(
        client=client,
        key=key,
        digest=Keys.load().token("event", f"{source.name}\n{text}"),
        source=source.name,
        day=arrivals.today(),
    )
    known = _known(event)
    if known and known.state == Event.State.WAITING:
        _write(known, text)  # its rows may be gone, with a disk or a backup
    kept = known or _kept(event, text)
    for earlier in _waiting().filter(source=kept.source, pk__lt=kept.pk):
        take(earlier)  # what was told first comes first, or it would undo what came later
    return take(kept), kept is not event


def too_many_rows() -> Refusal:
    return Refusal("too_many_rows", _("每次报送 1 至 %d 行，更多请以文件交付") % MOST_IN_EVENT)


def take(event: Event) -> Event:
    """Bring a waiting event into the lake; one that another is bringing is waited for.

    `Trouble` when the lake cannot take anything now: the event goes on waiting.
    """
    with transaction.atomic():
        event = Event.objects.select_for_update(of=["self"]).get(pk=event.pk)
        if event.state != Event.State.WAITING:
            return event
        path = places.events() / event.file_name
        if event.source not in all_sources():
            raise Trouble(f"The source {event.source} is described no more; bring its folder back.")
        source = all_sources()[event.source].on(event.day).in_events
        try:
            event.delivery = deliveries.receive_event(path, source, event.known_as)
            event.state = Event.State.STORED
        except SourceChanged:
            event.delivery = Delivery.objects.filter(file_name=event.file_name).latest("pk")
            event.state = Event.State.REFUSED
        event.save(update_fields=["state", "delivery"])
    path.unlink(missing_ok=True)
    if event.state == Event.State.STORED:
        following.ask()
    return event


def take_waiting() -> int:
    """What a killed process left: how many events were brought now.

    Where one cannot be brought, those of its source that were told later wait with it.
    """
    brought, held_up = 0, set[str]()
    for event in _waiting():
        if event.source in held_up:
            continue
        try:
            take(event)
        except Trouble as trouble:
            held_up.add(event.source)
            log.warning("event waits", number=event.pk, reason=str(trouble))
        else:
            brought += 1
    needed = {event.file_name for event in _waiting()}
    for path in places.events().glob("*.*"):  # of events that were never answered, or are stored
        if path.name not in needed and path.stat().st_mtime < time.time() - FORGOTTEN:
            path.unlink(missing_ok=True)
    return brought


def followed(event: Event) -> bool:
    """Whether directives and alerts stand as this event's facts ask for."""
    if event.delivery is None or event.delivery.lake_version is None:
        return False
    newest = NightRun.objects.aggregate(newest=Max("lake_version"))["newest"] or 0
    return bool(newest >= event.delivery.lake_version)


def _kept(event: Event, text: str) -> Event:
    """The event as a row, its rows in a file that survives a power cut."""
    _write(event, text)
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:  # told twice at the same moment
        known = _known(event)
        if known is None:
            raise
        return known
    return event


def _waiting() -> QuerySet[Event]:
    """In the order in which they were told."""
    return Event.objects.filter(state=Event.State.WAITING).order_by("pk")


def _known(event: Event) -> Event | None:
    known = Event.objects.filter(client=event.client, key=event.key).first()
    if known is not None and known.digest != event.digest:
        raise Refusal("idempotency_key_used", _("该 Idempotency-Key 已用于其他内容，请换用新值"))
    return known


def _write(event: Event, text: str) -> None:
    path = places.events() / event.file_name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    aside = path.with_suffix(f".{secrets.token_hex(4)}")
    held = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(held, "w", encoding="utf-8") as file:
        file.write(text)
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def _text(rows: Sequence[Row]) -> str:
    for place, row in enumerate(rows, start=1):
        if strange := [name for name, value in row.items() if isinstance(value, dict | list)]:
            told = {"row": place, "field": strange[0]}
            raise Refusal("not_understood", _("第 %(row)d 行 %(field)s 不是单个值") % told)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
