"""阈值调整建议: what offices judged says where a threshold might stand; a person decides.

    confirmed and explained, each with its value ──propose──▶ another value
    last night, as it is and with that value ──the worker──▶ fallen, appeared, by office; confirmed
    ones that would be lost; precision before and after ──▶ a person: take (a draft) or decline

Every number of an indicator may be tried by hand, too.  Nothing here puts anything in force; what
takes time the worker does (`studio.measuring`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from chengxin import nightly
from chengxin.core import places
from chengxin.core.refusal import Refusal, Trouble
from chengxin.indicators.catalogue import Indicator, Param, indicator
from chengxin.offices.models import Officer
from chengxin.studio import measuring, trials, versions, weighing
from chengxin.studio.models import Measurement, Tuning, Version
from chengxin.trace import record
from chengxin.warehouse import build


def propose(
    code: str, name: str, *, officer: Officer, lost: Decimal = Decimal(0),
    value: Decimal | None = None,
) -> Tuning:  # fmt: skip
    """Another value of the parameter: told by what was judged, or (`value`) typed by hand; the
    worker then says what it would do to the last night.  `lost` is the share of confirmed ones that
    may go."""
    with record.of("tuning.ask", officer=officer, place="studio") as trace:
        trace.detail |= {"indicator": code, "param": name}
        one, param = number(code, name)
        before = _decimal(param.default)
        if value is None:
            after = weighing.best(weighing.judged(one.code), before, param, lost)
        else:
            after = _allowed(param, value, before)
        day, version = _last_night()
        tuning = Tuning.objects.create(
            code=one.code, version=one.version, param=name, before=before, after=after,
            by_hand=value is not None, as_of=day, lake_version=version, asked_by=officer,
        )  # fmt: skip
        _wait(tuning, Measurement.Kind.EFFECT, officer)
        trace.detail |= {"tuning": tuning.pk, "before": str(before), "after": str(after)}
    return tuning


def measure_again(tuning: Tuning, *, officer: Officer) -> Measurement:
    """The effect once more: it was stopped, or its worker was killed."""
    with record.of("tuning.measure_again", officer=officer, place="studio") as trace:
        trace.detail["tuning"] = tuning.pk
        tuning = _locked(tuning)
        same(tuning)
        if tuning.measured:
            raise Refusal("already_measured", _("已有测算结果，请刷新页面"))
        return _wait(tuning, Measurement.Kind.EFFECT, officer)


def look_back(tuning: Tuning, *, officer: Officer) -> Measurement:
    """Let the worker count hits at the last twelve month ends, as it is and with the new value."""
    with record.of("tuning.look_back", officer=officer, place="studio") as trace:
        trace.detail["tuning"] = tuning.pk
        tuning = _locked(tuning)
        same(tuning)
        return _wait(tuning, Measurement.Kind.MONTHS, officer)


def stop(measurement: Measurement, *, officer: Officer) -> None:
    """Whoever reads the studio may end it; the machine is free at once."""
    with record.of("tuning.stop", officer=officer, place="studio") as trace:
        trace.detail |= {"tuning": measurement.tuning_id, "measurement": measurement.pk}
        active = Measurement.objects.active().filter(pk=measurement.pk)
        if not active.update(state=Measurement.State.STOPPED):
            raise Refusal("wrong_version_state", _("状态已变化，请刷新页面"))


def take(tuning: Tuning, *, officer: Officer) -> Version:
    """A person agrees: it becomes his draft in the studio, where others check and publish it."""
    with record.of("tuning.take", officer=officer, place="studio") as trace:
        trace.detail["tuning"] = tuning.pk
        tuning = _locked(tuning)
        one = same(tuning)
        if not tuning.measured:
            raise Refusal("not_measured", _("测算还没有完成，完成后再决定采纳"))
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


def number(code: str, name: str) -> tuple[Indicator, Param]:
    """The indicator in force and its parameter, which must be a number."""
    try:
        one = indicator(code)
    except Trouble as trouble:
        raise Refusal("no_such_indicator", _("没有这个指标")) from trouble
    param = one.params.get(name)
    if param is None or not param.is_number:
        raise Refusal("no_such_parameter", _("请选择该指标的一个数值参数"))
    return one, param


def same(tuning: Tuning) -> Indicator:
    """The indicator, unless another version of it came in force meanwhile."""
    one, _param = number(tuning.code, tuning.param)
    if one.version != tuning.version:
        raise Refusal("indicator_changed", _("该指标已有新的生效版本，请重新测算"))
    return one


def _wait(tuning: Tuning, kind: Measurement.Kind, officer: Officer) -> Measurement:
    """It waits for the worker; what a killed one left of the kind has ended."""
    going = Measurement.objects.active().filter(tuning=tuning, kind=kind)
    if set(going.values_list("pk", flat=True)) - measuring.left(going):
        raise Refusal("already_measuring", _("正在测算，请稍候"))
    going.update(state=Measurement.State.STOPPED)
    waiting = Measurement.objects.create(tuning=tuning, kind=kind, officer=officer)
    task = app.configure_task(measuring.MEASURE, queue=trials.QUEUE)
    transaction.on_commit(lambda: task.defer(pk=waiting.pk))
    return waiting


def _allowed(param: Param, value: Decimal, before: Decimal) -> Decimal:
    if not value.is_finite() or param.wrong(value) or value == before:
        limits = {"min": _plain(param.min), "max": _plain(param.max)}
        raise Refusal("wrong_value", _("数值须在 %(min)s 至 %(max)s 之间，且与现行值不同") % limits)
    return value


def _last_night() -> tuple[date, int]:
    last = nightly.last(places.nights())
    if last is None or not build.is_built(places.warehouse() / str(last[1])):
        raise Refusal("no_night_yet", _("还没有运行过夜间扫描，没有可试的数据"))
    return last[0], last[1]


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
