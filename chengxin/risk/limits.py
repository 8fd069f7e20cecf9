"""停送上限: how many one run may newly restrict is set by two officers, else by the program.

    propose ──▶ waiting ──approve──▶ in force from the next run on
                   ├──────refuse───▶ refused
                   └──────withdraw─▶ withdrawn by who proposed

For one indicator in one county, or for each of a county that has no limit of its own.  A limit can
be moved, never taken away: whatever is set, a crowd waits for a named officer.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.indicators.catalogue import Indicator, all_indicators
from chengxin.offices import access
from chengxin.offices.models import Office, Officer
from chengxin.risk import brake, directives, second_officer, words
from chengxin.risk.brake import Limit
from chengxin.risk.models import Alert, BrakeLimit, BrakeLimitQuerySet
from chengxin.trace import record
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

MOST, LARGEST = 500, Decimal(5)  # that can be set: subjects, and % of the administered
SHOWN = 50  # decided ones on the page


def propose(
    indicator: str, region: str, least: int, share: Decimal, grounds: str, *, officer: Officer
) -> BrakeLimit:
    """Ask for another limit for `indicator` (or "": each without its own) in a county."""
    with record.of("limit.propose", officer=officer, place=f"county:{region}") as trace:
        trace.detail |= {"indicator": indicator, "region": region}
        trace.detail |= {"least": least, "share": str(share)}
        access.require_role(officer, *directives.MAY_LIFT)
        if region not in regions(officer):
            raise access.not_yours()
        Office.objects.select_for_update().filter(
            region=region, level=Office.Level.COUNTY
        ).first()  # one proposal after the other
        if indicator and indicator not in {one.code for one in restricting()}:
            raise Refusal("no_such_indicator", _("没有这个指标"))
        if not (1 <= least <= MOST and 0 <= share <= LARGEST):
            told = {"most": MOST, "share": LARGEST}
            raise Refusal(
                "wrong_limit", _("上限须为1至%(most)d户（人），比例须为0至%(share)s%%") % told
            )
        if not grounds.strip():
            raise Refusal("grounds_needed", _("请填写依据"))
        if BrakeLimit.objects.waiting().filter(indicator=indicator, region=region).exists():
            raise Refusal("already_proposed", _("该指标在本县区已有上限申请待复核"))
        made = BrakeLimit.objects.create(
            indicator=indicator, region=region, least=least, share=share,
            grounds=grounds.strip()[:400], proposed_by=officer,
        )  # fmt: skip
        trace.detail |= {"limit": made.pk, "note": made.grounds}
    return made


def approve(limit: BrakeLimit, note: str = "", *, officer: Officer) -> None:
    """The second officer agrees: it is obeyed from the next run on."""
    with record.of("limit.approve", officer=officer, place=f"county:{limit.region}") as trace:
        asked = _decided(limit, BrakeLimit.State.IN_FORCE, note, officer, trace)
        before = BrakeLimit.objects.in_force().filter(
            indicator=asked.indicator, region=asked.region
        )
        before.update(state=BrakeLimit.State.REPLACED)
        asked.save()


def refuse(limit: BrakeLimit, note: str, *, officer: Officer) -> None:
    """The second officer does not agree, and says why."""
    with record.of("limit.refuse", officer=officer, place=f"county:{limit.region}") as trace:
        asked = _decided(limit, BrakeLimit.State.REFUSED, note, officer, trace)
        if not asked.note:
            raise Refusal("reason_needed", _("请填写不予通过的理由"))
        asked.save()


def withdraw(limit: BrakeLimit, *, officer: Officer) -> None:
    """Who proposed it takes it back before it is decided."""
    with record.of("limit.withdraw", officer=officer, place=f"county:{limit.region}") as trace:
        asked = _locked(limit, trace)
        if asked.proposed_by_id != officer.pk:
            raise Refusal("not_the_proposer", _("只有提出人可以撤回"))
        asked.state, asked.decided_at = BrakeLimit.State.WITHDRAWN, now()
        asked.save(update_fields=["state", "decided_at"])


def regions(officer: Officer) -> list[str]:
    """The counties that are wholly the officer's."""
    if officer.office is None or officer.office.level == Office.Level.BRANCH:
        return []
    mine = Office.objects.filter(
        level=Office.Level.COUNTY, region__startswith=officer.office.region
    )
    return sorted(set(mine.values_list("region", flat=True)))


def of(officer: Officer) -> BrakeLimitQuerySet:
    return BrakeLimit.objects.filter(region__in=regions(officer))


def restricting() -> list[Indicator]:
    """The indicators whose findings may restrict somebody without a person's decision."""
    return [
        one
        for one in all_indicators()
        if one.kind == Alert.Kind.MONITORING
        and any(
            brake.restricts(levels)
            for band in one.bands.values()
            for levels in band.levels.values()
        )
    ]


@dataclass(frozen=True)
class Line:
    """What one indicator may newly restrict in one county in one run."""

    code: str  # empty: each without a limit of its own
    limit: Limit
    most: int

    @property
    def title(self) -> str:
        return words.indicator_title(self.code) if self.code else _("其他各指标")

    @property
    def own(self) -> BrakeLimit | None:
        """The one that was set for it; None where it follows the county's or the program's."""
        row = self.limit.row
        return row if row and row.indicator == self.code else None


@dataclass(frozen=True)
class Asked:
    """A proposal as `officer` sees it."""

    limit: BrakeLimit
    officer: Officer

    @property
    def title(self) -> str:
        code = self.limit.indicator
        return f"{code} {words.indicator_title(code)}" if code else _("其他各指标")

    @property
    def county(self) -> str:
        return county(self.limit.region)

    @property
    def can_decide(self) -> bool:
        mine = self.officer.holds(*directives.MAY_LIFT)
        return mine and second_officer.may(self.officer, self.limit.proposed_by)

    @property
    def can_withdraw(self) -> bool:
        return self.limit.proposed_by_id == self.officer.pk


@dataclass(frozen=True)
class Shown:
    """The limits of one county, what waits, and what was decided."""

    officer: Officer
    region: str

    @property
    def county(self) -> str:
        return county(self.region)

    @cached_property
    def counties(self) -> list[tuple[str, str]]:
        return [(region, county(region)) for region in regions(self.officer)]

    @cached_property
    def lines(self) -> list[Line]:
        """The one for the others first, then each indicator that may restrict."""
        table, managed = brake.set_limits(), brake.managed_in(self.region)
        codes = ["", *(one.code for one in restricting())]
        found = [(code, brake.limit_of(table, (code, self.region))) for code in codes]
        return [Line(code, limit, limit.most(managed)) for code, limit in found]

    @cached_property
    def waiting(self) -> list[Asked]:
        return self._asked(of(self.officer).waiting().order_by("pk"))

    @cached_property
    def decided(self) -> list[Asked]:
        found = of(self.officer).filter(region=self.region).exclude(state=BrakeLimit.State.WAITING)
        return self._asked(found.order_by("-decided_at")[:SHOWN])

    def _asked(self, found: QuerySet[BrakeLimit]) -> list[Asked]:
        some = found.select_related("proposed_by__office", "decided_by")
        return [Asked(one, self.officer) for one in some]


def county(region: str) -> str:
    office = Office.objects.filter(region=region, level=Office.Level.COUNTY).first()
    if office is None:
        return region
    return office.name_en if english() and office.name_en else office.name


def _decided(
    limit: BrakeLimit, state: BrakeLimit.State, note: str, officer: Officer, trace: Trace
) -> BrakeLimit:
    """The row, locked and decided by `officer`, not yet saved."""
    asked = _locked(limit, trace)
    if asked.region not in regions(officer):
        raise access.not_yours()
    directives.require_two(asked.proposed_by, officer)
    asked.state, asked.note = state, note.strip()[:400]
    asked.decided_by, asked.decided_at = officer, now()
    return asked


def _locked(limit: BrakeLimit, trace: Trace) -> BrakeLimit:
    asked = (
        BrakeLimit.objects.select_for_update(of=("self",))
        .select_related("proposed_by__office")
        .get(pk=limit.pk)
    )
    trace.detail |= {"limit": asked.pk, "indicator": asked.indicator, "region": asked.region}
    trace.detail |= {"least": asked.least, "share": str(asked.share)}
    if not asked.is_waiting:
        told = {"state": asked.get_state_display()}
        raise Refusal("already_decided", _("该申请当前为“%(state)s”") % told)
    return asked
