"""预审资料: what a person hands in before his visit, and what the window sees of it.

    keep (checked, sealed) ─▶ 30 days ─▶ hall.forgetting
        │        └── discard, by himself
        └── prepared ─▶ opened by the officer who serves him, with a trace ─▶ use

A paper is what its first bytes say it is: a picture as JPEG or PNG, or a PDF.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.items import ITEMS
from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.hall import locks
from chengxin.hall.models import PreparedPaper
from chengxin.offices.models import Officer
from chengxin.people import retention
from chengxin.people.models import Enterprise, Person
from chengxin.trace import record
from chengxin.trace.models import Trace

LARGEST = 5 * 1024 * 1024  # bytes of one paper
MOST = 20  # papers held of one person
STARTS = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
TYPES = {"jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Sheet:
    """What was sent: for which item, what it is, and its bytes."""

    item: str
    title: str
    content: bytes


def keep(
    person: Person, enterprise: Enterprise | None, sheet: Sheet, *, place: str
) -> PreparedPaper:
    """Seal a paper that the person himself hands in; the caller has asked for whom he may act."""
    with record.of("prepared.keep", about=person.key, place=place) as trace:
        trace.detail |= {"item": sheet.item[:30]} | record.by(None)
        if enterprise is not None:
            trace.detail["enterprise"] = enterprise.pk
        if sheet.item not in ITEMS:
            raise Refusal("unknown_item", _("请选择要办的事项"))
        if not sheet.title.strip():
            raise Refusal("title_needed", _("请填写资料名称"))
        kind = _kind(sheet.content)
        locks.one_at_a_time(f"prepared:{person.key}")
        if prepared(person).count() >= MOST:
            told = {"most": MOST}
            raise Refusal("too_many_papers", _("最多保存%(most)d份资料，请先删除不需要的") % told)
        made = PreparedPaper.objects.create(
            person=person,
            enterprise=enterprise,
            item=sheet.item,
            title=sheet.title.strip()[:60],
            content=sheet.content,
            format=kind,
            size=len(sheet.content),
            sha256=digest(sheet.content),
            until=now() + timedelta(days=days()),
            place=place,
        )
        trace.detail |= {"paper": str(made.pk), "sha256": made.sha256}
    return made


def prepared(person: Person) -> QuerySet[PreparedPaper]:
    """What is held of him now, the newest first, without the contents: a list unseals none."""
    held = PreparedPaper.objects.filter(person=person, until__gt=now())
    return held.select_related("enterprise").defer("content").order_by("-made_at")


def opened(
    paper: PreparedPaper, *, officer: Officer | None, place: str, **detail: Any
) -> tuple[bytes, str]:
    """(content, media type) for the officer who serves him, or (None) himself, with a trace."""
    told = {"paper": str(paper.pk), **detail}
    about = paper.person.key
    record.seen("prepared.see", about=about, officer=officer, place=place, **told)
    return bytes(paper.content or b""), TYPES[paper.format]


def use(paper: PreparedPaper, *, officer: Officer, place: str) -> PreparedPaper:
    """The window took it for the visit; once."""
    with record.of("prepared.use", about=paper.person.key, officer=officer, place=place) as trace:
        trace.detail |= {"paper": str(paper.pk), "item": paper.item}
        held = PreparedPaper.objects.select_for_update(of=["self"]).get(pk=paper.pk)
        if held.used_at is not None:
            trace.drop()
            return held
        held.used_at = now()
        held.save(update_fields=["used_at"])
    return held


def discard(paper: PreparedPaper, *, place: str) -> None:
    """He does not want it kept: row and bytes go; what a window took stays to its day."""
    with record.of("prepared.discard", about=paper.person.key, place=place) as trace:
        trace.detail |= {"paper": str(paper.pk), "item": paper.item} | record.by(None)
        held = PreparedPaper.objects.select_for_update(of=["self"]).filter(pk=paper.pk).first()
        if held is None:
            trace.drop()
            return
        if held.used_at is not None:
            raise Refusal("paper_used", _("窗口已采用该资料，期满自动删除"))
        held.delete()


def erase(person: Person, *, officer: Officer, place: str) -> int:
    """He asked for everything to be deleted that no law keeps: papers too; how many."""
    with record.of("prepared.discard", about=person.key, officer=officer, place=place) as trace:
        count, _what = PreparedPaper.objects.filter(person=person).delete()
        trace.detail["papers"] = count
        if not count:
            trace.drop()
    return count


def discarded_by_day() -> bool:
    """Whether somebody took one back since the last night: its bytes go, too."""
    lately = Trace.objects.filter(at__gte=now() - retention.A_DAY)
    return lately.filter(action__in=["prepared.discard", "rights.delete"]).exists()


def days() -> int:
    return retention.rules()["prepared_paper"].days


def too_large() -> Refusal:
    most = {"most": LARGEST >> 20}
    return Refusal("file_too_large", _("单份资料不超过%(most)d兆，请缩小后再传") % most)


def _kind(content: bytes) -> str:
    if len(content) > LARGEST:
        raise too_large()
    for kind, begins in STARTS.items():
        if content.startswith(begins):
            return kind
    raise Refusal("wrong_file", _("只能提交 JPG、PNG 图片或 PDF，请重新拍照或另存后再传"))
