"""阈值调整建议: what offices judged says where a threshold might stand; a person decides.

    confirmed and explained, each with its value ──propose──▶ another value
    last night, as it is and with that value ──sandbox──▶ fallen, appeared, by office; confirmed
    ones that would be lost; precision before and after ──▶ a person: take (a draft) or decline

The proposed value is the highest that keeps the confirmed ones (or all but the share that the
officer allows to be lost), made as round as it can be with the same ones falling away.  It is only
proposed for a parameter of which the try shows that the value decides by it; every other number may
be tried by hand.  Nothing here puts anything in force.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin import nightly
from chengxin.core import places
from chengxin.core.refusal import Refusal, Trouble
from chengxin.indicators.backtest import Side, month_ends
from chengxin.indicators.catalogue import Indicator, Param, indicator
from chengxin.indicators.sandbox import Sandbox, Stopped
from chengxin.indicators.scan import Finding
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.offices.models import Jurisdiction, Officer
from chengxin.risk.models import Alert
from chengxin.studio import versions
from chengxin.studio.models import Tuning, Version
from chengxin.trace import record
from chengxin.trace.tongue import english
from chengxin.warehouse import build

LEAST_JUDGED = 10  # cases with an outcome, below which nothing is proposed
MONTHS = 12
BATCH = 5_000


@dataclass(frozen=True)
class Judged:
    """What an office made of one finding."""

    alert: int
    subject: str
    value: Decimal
    confirmed: bool


@dataclass(frozen=True)
class Change:
    """What one subject's findings say: their bands and the greatest value."""

    bands: frozenset[str]
    value: Decimal


@dataclass(frozen=True)
class Outcome:
    """Judged cases on which the threshold bears, before and after it is moved."""

    confirmed: int
    explained: int
    confirmed_after: int
    explained_after: int
    lost: list[int]  # alerts that were confirmed and would not be found
    unassessed: int  # judged of other facts than those of the last night


def propose(
    code: str, name: str, *, officer: Officer, lost: Decimal = Decimal(0),
    value: Decimal | None = None,
) -> Tuning:  # fmt: skip
    """Another value of the parameter: told by what was judged, or (`value`) typed by hand; and
    what it would do to the last night.  `lost` is the share of confirmed ones that may go."""
    with record.of("tuning.ask", officer=officer, place="studio") as trace:
        trace.detail |= {"indicator": code, "param": name}
        one, param = _number(code, name)
        told = judged(one.code)
        before = _decimal(param.default)
        after = best(told, before, param, lost) if value is None else _allowed(param, value, before)
        day, version, home = _last_night()
        try:
            was = _found(one, {}, day, version, home)
            then = _found(one, {name: after}, day, version, home)
        except Stopped as stopped:
            said = stopped.words.en if english() else stopped.words.zh
            raise Refusal("try_stopped", said) from stopped
        rising = decides(was, then, before, after)
        if value is None and rising is None:
            raise Refusal(
                "not_of_the_value",
                _("该参数不直接决定命中的数值，不能按已判结果建议，可自行填写数值试算"),
            )
        tuning = Tuning.objects.create(
            code=one.code, version=one.version, param=name, before=before, after=after,
            by_hand=value is not None, as_of=day, lake_version=version, asked_by=officer,
            effect=_effect(was, then) | vars(expected(told, before, after, rising, was, then)),
        )  # fmt: skip
        trace.detail |= {"tuning": tuning.pk, "before": str(before), "after": str(after)}
    return tuning


def look_back(tuning: Tuning, *, officer: Officer) -> None:
    """Count hits at the last twelve month ends, as it is and with the new value."""
    with record.of("tuning.look_back", officer=officer, place="studio") as trace:
        trace.detail["tuning"] = tuning.pk
        tuning = _locked(tuning)
        one = _same(tuning)
        lake, engine = Lake(), DuckDB()
        changed: dict[str, object] = {tuning.param: tuning.after}
        try:
            points = nightly.backtest(
                engine, lake, Side(one, one.settings({})), Side(one, one.settings(changed)),
                month_ends(tuning.as_of, MONTHS), warehouse=places.warehouse(),
                nights=places.nights(), kept=lake.kept(),
            )  # fmt: skip
        finally:
            engine.close()
        tuning.months = [
            {
                "day": point.day.isoformat(), "lake_version": point.lake_version,
                "before": len(point.before), "after": len(point.after),
                "fresh": len(point.fresh), "freed": len(point.freed),
            }
            for point in points
        ]  # fmt: skip
        tuning.save(update_fields=["months"])


def take(tuning: Tuning, *, officer: Officer) -> Version:
    """A person agrees: it becomes his draft in the studio, where others check and publish it."""
    with record.of("tuning.take", officer=officer, place="studio") as trace:
        trace.detail["tuning"] = tuning.pk
        tuning = _locked(tuning)
        one = _same(tuning)
        draft = versions.copy(one, officer=officer, revise=True)
        header = dict(draft.header)
        param = header["params"][tuning.param] | {"default": _plain(tuning.after)}
        header["params"] = header["params"] | {tuning.param: param}
        versions.write(
            draft, header=header, sql=draft.sql, officer=officer, told_cases=draft.cases,
            note=_("阈值调整建议：%(param)s 由 %(before)s 改为 %(after)s") % {
                "param": one.params[tuning.param].title, "before": _plain(tuning.before),
                "after": _plain(tuning.after),
            },
        )  # fmt: skip
        tuning.draft = draft
        _decided(tuning, Tuning.State.TAKEN, officer)
        trace.detail["version"] = draft.pk
    return draft


def decline(tuning: Tuning, reason: str, *, officer: Officer) -> None:
    """A person does not agree and says why."""
    with record.of("tuning.decline", officer=officer, place="studio") as trace:
        trace.detail["tuning"] = tuning.pk
        tuning = _locked(tuning)
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写理由"))
        tuning.reason = reason.strip()[:400]
        _decided(tuning, Tuning.State.DECLINED, officer)


def judged(code: str) -> list[Judged]:
    """The last outcome of each subject: confirmed or explained, with the value of the finding."""
    closed = Alert.objects.filter(
        indicator=code, state__in=(Alert.State.CONFIRMED, Alert.State.EXPLAINED),
        closed_by__isnull=False,
    )  # fmt: skip
    last = closed.order_by("subject", "-closed_at", "-pk").distinct("subject")
    return [
        Judged(pk, subject, value, state == Alert.State.CONFIRMED)
        for pk, subject, value, state in last.values_list("pk", "subject", "value", "state")
    ]


def best(told: Sequence[Judged], before: Decimal, param: Param, lost: Decimal) -> Decimal:
    """The value that most explained ones fall below, and no more confirmed ones than may be lost.

    As round as it can be without another one of those judged falling or staying.
    """
    inside = [one for one in told if one.value >= before]
    if len(inside) < LEAST_JUDGED:
        raise Refusal(
            "too_few_judged",
            _("达到该值的已判案件不足%(least)d件，不足以建议") % {"least": LEAST_JUDGED},
        )
    confirmed = sorted(one.value for one in inside if one.confirmed)
    may_go = int(lost * len(confirmed))
    values = [one.value for one in inside]
    highest = confirmed[may_go] if may_go < len(confirmed) else max(values)
    if param.max is not None:
        highest = min(highest, param.max)
    below = [one.value for one in inside if one.value < highest]
    if not any(one.value < highest and not one.confirmed for one in inside):
        raise Refusal("nothing_to_gain", _("按已判结果，提高该值不能减少误报"))
    # those of the last confirmed ones that fall without an explained one above need not fall
    last = max(one.value for one in inside if one.value < highest and not one.confirmed)
    spared = [value for value in below if value > last]
    return roundest(last, min([highest, *spared]))


def roundest(above: Decimal, highest: Decimal) -> Decimal:
    """The number with the fewest digits that is greater than `above` and at most `highest`."""
    for place in range(highest.adjusted(), -7, -1):
        told = highest.quantize(Decimal(1).scaleb(place), rounding=ROUND_DOWN)
        if told > above:
            return told
    return highest


def decides(
    was: Mapping[str, Change], then: Mapping[str, Change], before: Decimal, after: Decimal
) -> bool | None:
    """Whether the value decides by the parameter: True when findings begin at it, False when they
    end at it, None when the try shows something else, or nothing."""
    low, high = min(before, after), max(before, after)
    touched = {key for key in was.keys() | then.keys() if was.get(key) != then.get(key)}
    values = {key: (was.get(key) or then[key]).value for key in was.keys() | then.keys()}
    if not touched:
        return None
    if touched == {key for key, value in values.items() if low <= value < high}:
        return True
    if touched == {key for key, value in values.items() if low < value <= high}:
        return False
    return None


def expected(
    told: Iterable[Judged], before: Decimal, after: Decimal, rising: bool | None,
    was: Mapping[str, Change], then: Mapping[str, Change],
) -> Outcome:  # fmt: skip
    """What the judged cases say of the change.

    By the value that was judged where the parameter decides by it; else by who is found in the
    last night, of whom not every judged one is.
    """
    counted: Counter[str] = Counter()
    lost = []
    for one in told:
        if rising is None:
            inside, stays = one.subject in was, was.get(one.subject) == then.get(one.subject)
        elif rising:
            inside, stays = one.value >= before, one.value >= after
        else:
            inside, stays = one.value <= before, one.value <= after
        name = "confirmed" if one.confirmed else "explained"
        counted[name if inside else "unassessed"] += 1
        counted[f"{name}_after"] += inside and stays
        if one.confirmed and inside and not stays:
            lost.append(one.alert)
    return Outcome(
        counted["confirmed"], counted["explained"], counted["confirmed_after"],
        counted["explained_after"], sorted(lost), counted["unassessed"],
    )  # fmt: skip


def _effect(was: Mapping[str, Change], then: Mapping[str, Change]) -> dict[str, Any]:
    """How many subjects fall away, appear, change their band; by the offices that manage them."""
    fallen, appeared = was.keys() - then.keys(), then.keys() - was.keys()
    other = {key for key in was.keys() & then.keys() if was[key].bands != then[key].bands}
    parts = {"before": set(was), "fallen": fallen, "appeared": appeared, "other_band": other}
    counted: dict[str, Counter[str]] = {name: Counter() for name in parts}
    keys = sorted(was.keys() | then.keys())
    for start in range(0, len(keys), BATCH):
        some = Jurisdiction.objects.filter(about__in=keys[start : start + BATCH])
        for about, office in some.values_list("about", "office"):
            for name, subjects in parts.items():
                counted[name][office] += about in subjects
    offices = sorted({office for some in counted.values() for office in some})
    return {
        "found": len(was), "found_after": len(then), "fallen": len(fallen),
        "appeared": len(appeared), "other_band": len(other),
        "offices": [
            {"office": office, **{name: counted[name][office] for name in parts}}
            for office in offices
        ],
    }  # fmt: skip


def _found(
    one: Indicator, changed: Mapping[str, object], day: date, version: int, home: Path
) -> dict[str, Change]:
    found = Sandbox(home).found(one, day, one.settings(changed), version)
    told: dict[str, list[Finding]] = {}
    for finding in found:
        if not finding.undecided:
            told.setdefault(finding.subject, []).append(finding)
    return {
        subject: Change(frozenset(one.band for one in some), max(one.value for one in some))
        for subject, some in told.items()
    }


def _number(code: str, name: str) -> tuple[Indicator, Param]:
    """The indicator in force and its parameter, which must be a number."""
    try:
        one = indicator(code)
    except Trouble as trouble:
        raise Refusal("no_such_indicator", _("没有这个指标")) from trouble
    param = one.params.get(name)
    if param is None or not param.is_number:
        raise Refusal("no_such_parameter", _("请选择该指标的一个数值参数"))
    return one, param


def _allowed(param: Param, value: Decimal, before: Decimal) -> Decimal:
    if not value.is_finite() or param.wrong(value) or value == before:
        limits = {"min": _plain(param.min), "max": _plain(param.max)}
        raise Refusal("wrong_value", _("数值须在 %(min)s 至 %(max)s 之间，且与现行值不同") % limits)
    return value


def _last_night() -> tuple[date, int, Path]:
    last = nightly.last(places.nights())
    home = places.warehouse() / str(last[1]) if last else None
    if last is None or home is None or not build.is_built(home):
        raise Refusal("no_night_yet", _("还没有运行过夜间扫描，没有可试的数据"))
    return last[0], last[1], home


def _same(tuning: Tuning) -> Indicator:
    """The indicator, unless another version of it came in force meanwhile."""
    one, _param = _number(tuning.code, tuning.param)
    if one.version != tuning.version:
        raise Refusal("indicator_changed", _("该指标已有新的生效版本，请重新测算"))
    return one


def _locked(tuning: Tuning) -> Tuning:
    locked = Tuning.objects.select_for_update(of=("self",)).get(pk=tuning.pk)
    if not locked.is_waiting:
        raise Refusal("already_decided", _("已经决定，请刷新页面"))
    return locked


def _decided(tuning: Tuning, state: Tuning.State, officer: Officer) -> None:
    tuning.state, tuning.decided_by, tuning.decided_at = state, officer, now()
    tuning.save(update_fields=["state", "decided_by", "decided_at", "reason", "draft"])


def _decimal(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
