"""暂缓: one indicator raises nothing new about one subject until a day, by two officers' word.

The finding is made and kept as ever; on its way to the offices it is held back as undecided, so
that it restricts nobody and ends nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.indicators.catalogue import UNDECIDED, all_indicators
from chengxin.indicators.scan import Finding
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.studio.models import Snooze
from chengxin.trace import record

LONGEST = 180  # days


def ask(code: str, about: str, until: date, reason: str, *, officer: Officer) -> Snooze:
    """Propose it; it holds when a second officer has approved."""
    with record.of("snooze.ask", about=about, officer=officer, place="studio") as trace:
        trace.detail |= {"indicator": code, "until": until, "reason": reason[:400]}
        if code not in {one.code for one in all_indicators()}:
            raise Refusal("no_such_indicator", _("没有这个指标"))
        if not access.may_see(officer, about):
            raise access.not_yours()
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写理由"))
        if not localdate() < until <= localdate() + timedelta(days=LONGEST):
            raise Refusal("snooze_too_long", _("截止日须在明天至180天以内"))
        _end_past(code, about)
        try:
            with transaction.atomic():
                return Snooze.objects.create(
                    indicator=code, about=about, until=until, reason=reason.strip()[:400],
                    asked_by=officer,
                )  # fmt: skip
        except IntegrityError:
            raise Refusal("already_snoozed", _("该对象已有这个指标的暂缓")) from None


def approve(snooze: Snooze, *, officer: Officer) -> None:
    with record.of("snooze.approve", about=snooze.about, officer=officer, place="studio") as trace:
        snooze = Snooze.objects.select_for_update(of=("self",)).get(pk=snooze.pk)
        trace.detail |= {"snooze": snooze.pk, "indicator": snooze.indicator}
        if not access.may_see(officer, snooze.about):
            raise access.not_yours()
        if snooze.asked_by_id == officer.pk:
            raise Refusal("second_officer_needed", _("提出人不能自己批准，请由另一人办理"))
        if snooze.approved_by_id or snooze.ended_at:
            raise Refusal("wrong_version_state", _("状态已变化，请刷新页面"))
        snooze.approved_by, snooze.approved_at = officer, now()
        snooze.save(update_fields=["approved_by", "approved_at"])


def end(snooze: Snooze, *, officer: Officer) -> None:
    """Take it back before its day; one officer may."""
    with record.of("snooze.end", about=snooze.about, officer=officer, place="studio") as trace:
        snooze = Snooze.objects.select_for_update(of=("self",)).get(pk=snooze.pk)
        trace.detail |= {"snooze": snooze.pk, "indicator": snooze.indicator}
        if not access.may_see(officer, snooze.about):
            raise access.not_yours()
        if snooze.ended_at:
            trace.drop()
            return
        snooze.ended_at = now()
        snooze.save(update_fields=["ended_at"])


def held_back(findings: Iterable[Finding]) -> list[Finding]:
    """The findings as the offices are told them: those of a snooze in force are undecided."""
    running = {(one.indicator, one.about): one.pk for one in Snooze.objects.in_force()}
    if not running:
        return list(findings)
    muted: Counter[int] = Counter()
    told = []
    for finding in findings:
        pk = running.get((finding.indicator, finding.subject))
        if pk is None or finding.undecided:
            told.append(finding)
            continue
        muted[pk] += 1
        told.append(replace(finding, band=UNDECIDED, levels={}))
    for pk, times in muted.items():
        Snooze.objects.filter(pk=pk).update(muted=F("muted") + times)
    return told


def _end_past(code: str, about: str) -> None:
    """One whose day is over makes room for another."""
    Snooze.objects.filter(indicator=code, about=about, ended_at=None, until__lt=localdate()).update(
        ended_at=now()
    )
