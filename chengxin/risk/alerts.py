"""风险预警: from the night's findings to what an office makes of them.

    monitoring finding ──▶ alert (notice) + directive at once     (硬性指标: a fact)
            fact ends  ──▶ cleared, directive falls               (M01: a leader releases it)
    analysis finding   ──▶ alert (task) ──confirm──▶ directive    (显然违背常理: look first)
                                        ├─explain──▶ rests for 180 days
                                        └─leave────▶ rests for 180 days

What people do with them stands in `risk.cases` and `risk.judging`.

The night hands over everything that it found for some indicators; what is not among it is no
more.  Handing over the same twice changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.calendar import add_working_days
from chengxin.core.effects import Effect
from chengxin.core.refusal import Refusal
from chengxin.indicators.scan import Finding
from chengxin.offices.models import Jurisdiction, Officer
from chengxin.people.models import Enterprise
from chengxin.risk import brake, directives
from chengxin.risk.models import Alert, Directive
from chengxin.trace import record
from chengxin.trace.models import Trace

WORKING_DAYS = {"high": 10}  # to verify, by band; 15 for every other (domain facts 4.2)
USUAL_DAYS = 15
RESTS = timedelta(days=180)  # the same facts, once judged, are not raised again
URGENT = {"M01", "M04", "M06", "M12"}  # red whatever they order (domain facts 4.3)
BATCH = 5_000
_LOCK = 0xA1E7

FACT_ENDED = gettext_noop("事实已终结，自动解除")
REPLACED = gettext_noop("情况变化，换发新指令")

Told = dict[str, Any]  # one finding as the scan prints it
Subject = tuple[str, str]  # indicator, subject
Reach = tuple[str, str, str]  # indicator, subject, acted on


def receive_all(
    findings: Iterable[Finding],
    *,
    as_of: date,
    lake_version: int,
    indicators: Collection[str],
    subjects: Collection[str] | None = None,
    ended: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Take over one night's complete result for `indicators`; what changed, counted.

    What is no more found of the indicators in `ended` ends for the reason that it gives
    (`risk.endings`), not because the fact has ended.

    With `subjects` it is the complete result for those alone; all others stay as they are.
    Undecided findings restrict nobody and end nothing: whoever was found before stays as he was.
    """
    with record.of("alert.receive_all", place="night") as trace:
        one_night_at_a_time()
        night = Night(findings, as_of, lake_version, indicators, subjects)
        night.ended = ended or {}
        counts = {"expired": directives.expire()} | night.alerts() | night.directives()
        changed = sum(count for name, count in counts.items() if name != "stopped")
        counts["standing"] = len(night.told)
        trace.detail |= counts | {"as_of": as_of, "lake_version": lake_version}
        if not changed:
            trace.drop()
    return counts


def release(alert: Alert, *, officer: Officer) -> None:
    """A county leader releases the directives whose facts ended; the alert ends with the last."""
    with record.of("alert.release", about=alert.subject, officer=officer) as trace:
        trace.detail["alert"] = alert.pk
        alert = _locked(alert)
        held = list(alert.directives.filter(lifted_at=None, release_needed=True).order_by("pk"))
        if not held:
            raise Refusal("nothing_to_release", _("没有待解除的指令"))
        for directive in held:
            directives.release(directive, officer=officer)
        if not alert.directives.filter(lifted_at=None).exists():
            alert.state, alert.closed_at, alert.closed_by = Alert.State.CLEARED, now(), officer
            alert.save(update_fields=["state", "closed_at", "closed_by"])


def judged(findings: Iterable[Finding]) -> dict[Subject, str]:
    """Of the subjects whose very facts an office judged within 180 days: what it said."""
    closed = Alert.objects.filter(
        kind=Alert.Kind.ANALYSIS, closed_by__isnull=False, closed_at__gt=now() - RESTS
    ).order_by("closed_at")
    said = {
        (indicator, subject): (facts, state)
        for indicator, subject, facts, state in closed.values_list(
            "indicator", "subject", "facts", "state"
        )
    }
    told: dict[Subject, list[Told]] = defaultdict(list)
    for finding in findings:
        if (finding.indicator, finding.subject) in said and not finding.undecided:
            told[finding.indicator, finding.subject].append(json.loads(finding.to_json()))
    return {
        subject: said[subject][1]
        for subject, facts in told.items()
        if said[subject][0] == _digest(facts)
    }


class Night:
    """One night's findings against what stands."""

    def __init__(
        self,
        findings: Iterable[Finding],
        as_of: date,
        lake_version: int,
        indicators: Collection[str],
        subjects: Collection[str] | None,
    ) -> None:
        self.as_of, self.lake_version, self.indicators = as_of, lake_version, set(indicators)
        self.first = not Alert.objects.exists()  # of this installation
        self.asked = {} if subjects is None else {"subject__in": sorted(subjects)}
        self.told: dict[Subject, list[Told]] = defaultdict(list)
        self.unknown: set[Subject] = set()
        self.ended: Mapping[str, str] = {}  # indicator -> why, when it is not the fact
        for finding in findings:
            subject = (finding.indicator, finding.subject)
            if finding.undecided:
                self.unknown.add(subject)
            else:
                self.told[subject].append(json.loads(finding.to_json()))
        self.open: dict[Subject, Alert] = {}
        self.changed: set[Subject] = set()
        if strange := {code for code, _subject in self.told} - self.indicators:
            raise ValueError(f"findings of {sorted(strange)}, which were not to be handed over")
        if subjects is not None and {subject for _code, subject in self.told} - set(subjects):
            raise ValueError("findings of subjects that were not to be handed over")

    def alerts(self) -> dict[str, int]:
        """Open, refresh and clear alerts; leaves the open ones in `self.open`."""
        standing = Alert.objects.open().filter(indicator__in=self.indicators, **self.asked)
        standing = standing.defer("findings")
        self.open = {
            (alert.indicator, alert.subject): alert
            for alert in standing.select_for_update(of=("self",)).order_by("pk")
        }
        fresh = self._open_new()
        changed = self._refresh()
        gone = self._clear()
        self.open |= {(alert.indicator, alert.subject): alert for alert in fresh}
        return {"opened": len(fresh), "refreshed": changed, "cleared": gone}

    def directives(self) -> dict[str, int]:
        """Let the directives of hard facts follow the facts."""
        wanted: dict[Reach, Told] = {
            (told["indicator"], told["subject"], told["acted_on"]): told
            for findings in self.told.values()
            for told in findings
            if told["kind"] == Alert.Kind.MONITORING and told["levels"]
        }
        standing = {
            (order.indicator, order.subject, order.about): order
            for order in Directive.objects.select_for_update(of=("self",))
            .filter(
                lifted_at=None,
                indicator__in=self.indicators,
                alert__kind=Alert.Kind.MONITORING,
                **self.asked,
            )
            .order_by("pk")
        }
        replaced = [
            reach
            for reach in wanted.keys() & standing.keys()
            if _differs(standing[reach], wanted[reach])
        ]
        ended = [
            order
            for reach, order in standing.items()
            if reach not in wanted and reach[:2] not in self.unknown
        ]
        held = [order for order in ended if order.indicator in directives.LEADER_RELEASES]
        awaiting = sum(not order.release_needed for order in held)
        falling = [order for order in ended if order.indicator not in directives.LEADER_RELEASES]
        fresh = [reach for reach in wanted.keys() - standing.keys() - self._lifted_by_hand(wanted)]
        stopped = brake.hold(self, wanted, standing, [*fresh, *replaced])
        fresh = [reach for reach in fresh if reach not in stopped]
        replaced = [reach for reach in replaced if reach not in stopped]

        for because, orders in self._by_reason(falling).items():
            directives.lift_all(orders, because)
        directives.lift_all([standing[reach] for reach in replaced], REPLACED)
        directives.hold_for_leader(held)
        self._still_there(wanted, standing)
        new = sorted([*fresh, *replaced])
        directives.impose_all([directive_of(wanted[reach], self.open[reach[:2]]) for reach in new])
        lifted = len(falling) + len(replaced)
        return {"imposed": len(new), "lifted": lifted, "held": awaiting, "stopped": len(stopped)}

    def _open_new(self) -> list[Alert]:
        new = self.told.keys() - self.open.keys()
        new -= self._resting(new)
        made = [self._alert(subject) for subject in sorted(new)]
        _note_industries(made)
        Alert.objects.bulk_create(made, batch_size=BATCH)
        _send_to_offices(made)
        record.many([_trace("alert.open", alert) for alert in made])
        return made

    def _resting(self, subjects: Collection[Subject]) -> set[Subject]:
        """Those whose very facts an officer has judged within the last 180 days."""
        judged = Alert.objects.filter(
            kind=Alert.Kind.ANALYSIS,
            closed_by__isnull=False,
            closed_at__gt=now() - RESTS,
            subject__in=[subject for _indicator, subject in subjects],
        ).values_list("indicator", "subject", "facts")
        return {
            (indicator, subject)
            for indicator, subject, facts in judged
            if (indicator, subject) in subjects
            and facts == _digest(self.told[(indicator, subject)])
        }

    def _refresh(self) -> int:
        """Note that the night saw them again; take over what changed, with a trace."""
        seen = {subject: self.open[subject] for subject in self.open.keys() & self.told.keys()}
        self.changed = {s for s, alert in seen.items() if alert.facts != _digest(self.told[s])}
        changed = [seen[subject] for subject in sorted(self.changed)]
        for alert in changed:
            self._fill(alert, self.told[(alert.indicator, alert.subject)])
            alert.proposed, alert.proposed_by, alert.grounds = "", None, ""  # said of other facts
        Alert.objects.bulk_update(
            changed,
            [
                "band", "value", "because", "because_en", "findings", "facts", "priority",
                "proposed", "proposed_by", "grounds",
            ],
            batch_size=500,
        )  # fmt: skip
        _send_to_offices(changed)
        Alert.objects.filter(pk__in=[alert.pk for alert in seen.values()]).exclude(
            as_of=self.as_of, lake_version=self.lake_version
        ).update(as_of=self.as_of, lake_version=self.lake_version)
        record.many([_trace("alert.refresh", alert) for alert in changed])
        return len(changed)

    def _clear(self) -> int:
        """Close what the night no longer finds, unless a leader has yet to release it."""
        gone = {s: a for s, a in self.open.items() if s not in self.told and s not in self.unknown}
        held = set(
            Directive.objects.filter(
                lifted_at=None,
                indicator__in=directives.LEADER_RELEASES,
                alert__in=[alert.pk for alert in gone.values()],
            ).values_list("alert", flat=True)
        )
        cleared = [alert for alert in gone.values() if alert.pk not in held]
        Alert.objects.filter(pk__in=[alert.pk for alert in cleared]).update(
            state=Alert.State.CLEARED, closed_at=now(), proposed="", proposed_by=None
        )
        for code, because in self.ended.items():
            of_it = [alert.pk for alert in cleared if alert.indicator == code]
            Alert.objects.filter(pk__in=of_it).update(grounds=because)
        record.many([_trace("alert.clear", alert) for alert in cleared])
        return len(cleared)

    def _by_reason(self, orders: Iterable[Directive]) -> dict[str, list[Directive]]:
        found: dict[str, list[Directive]] = defaultdict(list)
        for order in orders:
            found[self.ended.get(order.indicator, FACT_ENDED)].append(order)
        return found

    def _lifted_by_hand(self, wanted: dict[Reach, Told]) -> set[Reach]:
        """Those an officer lifted although the same fact stands: his decision holds."""
        lifted = Directive.objects.filter(
            lifted_by__isnull=False, alert__in=[alert.pk for alert in self.open.values()]
        ).values_list("indicator", "subject", "about", "band")
        return {
            (indicator, subject, about)
            for indicator, subject, about, band in lifted
            if (told := wanted.get((indicator, subject, about))) and told["band"] == band
        }

    def _still_there(self, wanted: dict[Reach, Told], standing: dict[Reach, Directive]) -> None:
        """A fact that came back before its release needs none; a number in the words may change."""
        back, reworded = [], []
        for reach in wanted.keys() & standing.keys():
            order, told = standing[reach], wanted[reach]
            if order.release_needed:
                back.append(order.pk)
            if reach[:2] in self.changed and order.reason != told["because"]:
                order.reason, order.reason_en = _cut(told)
                reworded.append(order)
        Directive.objects.filter(pk__in=back).update(release_needed=False)
        Directive.objects.bulk_update(reworded, ["reason", "reason_en"], batch_size=500)

    def _alert(self, subject: Subject) -> Alert:
        told = self.told[subject]
        alert = Alert(indicator=subject[0], subject=subject[1], kind=told[0]["kind"])
        alert.as_of, alert.lake_version = self.as_of, self.lake_version
        self._fill(alert, told)
        if alert.is_task:
            days = WORKING_DAYS.get(alert.band, USUAL_DAYS)
            alert.due_on = add_working_days(localdate(), days)
        return alert

    def _fill(self, alert: Alert, findings: Sequence[Told]) -> None:
        own = next((t for t in findings if t["acted_on"] == alert.subject), findings[0])
        alert.band = own["band"]
        alert.value = Decimal(str(own["value"])).quantize(Decimal("0.01"))
        alert.because = (own["facts"] or own["because"])[:400]
        alert.because_en = (own["facts_en"] or own["because_en"])[:600]
        alert.findings = list(findings)
        alert.facts = _digest(findings)
        alert.priority = _priority(alert, findings)


def directive_of(told: Told, alert: Alert) -> Directive:
    """The directive that one finding asks for."""
    reason, reason_en = _cut(told)
    return Directive(
        about=told["acted_on"],
        subject=told["subject"],
        indicator=told["indicator"],
        band=told["band"],
        source=Directive.Source.WATCH if told["indicator"] == "M15" else Directive.Source.FINDING,
        alert=alert,
        levels=told["levels"],
        reason=reason,
        reason_en=reason_en,
        until=_until(told),
    )


def _priority(alert: Alert, findings: Sequence[Told]) -> Alert.Priority:
    """How soon somebody should look: by what the counter is ordered to do, and by the band."""
    effects = {effect for told in findings for effect in told["levels"].values()}
    if alert.indicator in URGENT:
        return Alert.Priority.URGENT
    if Effect.BLOCK in effects or (alert.is_task and alert.band in WORKING_DAYS):
        return Alert.Priority.HIGH
    if effects & {Effect.LEGAL_REP, Effect.APPROVAL}:
        return Alert.Priority.MIDDLE
    return Alert.Priority.LOW


def _until(told: Told) -> datetime:
    """180 days on; a watch ends with its list entry, as many days on as the data's day says."""
    if told["indicator"] == "M15":
        left = date.fromisoformat(told["evidence"]["until"]) - date.fromisoformat(told["as_of"])
        return directives.end_of(localdate() + left)
    return now() + directives.STANDS


def _differs(order: Directive, told: Told) -> bool:
    return bool(order.band != told["band"] or order.levels != told["levels"])


def _cut(told: Told) -> tuple[str, str]:
    return told["because"][:400], told["because_en"][:600]


def _digest(findings: Sequence[Told]) -> str:
    """The same facts or not: who is acted on, how strongly, on which evidence, who hears of it."""
    facts = sorted(
        json.dumps(
            [told["acted_on"], told["band"], told["evidence"], *told.get("informs", ())],
            sort_keys=True,
        )
        for told in findings
    )
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _note_industries(alerts: Sequence[Alert]) -> None:
    """In which line of business the subject is; a person, in that of the first enterprise acted on.

    Kept as it was on that day: precision is counted by it.
    """
    keys = [[alert.subject, *(told["acted_on"] for told in alert.findings)] for alert in alerts]
    firms = {key.removeprefix("enterprise:") for some in keys for key in some}
    known = dict(
        Enterprise.objects.filter(pk__in=firms).exclude(industry="").values_list("pk", "industry")
    )
    for alert, its in zip(alerts, keys, strict=True):
        told = (known.get(key.removeprefix("enterprise:")) for key in its)
        alert.industry = next(filter(None, told), "")


def _heard_of(told: Told) -> list[str]:
    """Of one finding: about whom it is heard, so that those offices see it."""
    return [told["acted_on"], *told.get("informs", ())]


def _send_to_offices(alerts: Sequence[Alert]) -> None:
    """To the offices that manage the enterprises acted on, and those that the indicator informs;
    without any, the subject's own."""
    keys = {
        alert.pk: {key for told in alert.findings for key in _heard_of(told)} for alert in alerts
    }
    offices: dict[str, list[str]] = defaultdict(list)
    asked = {key for some in keys.values() for key in some} | {a.subject for a in alerts}
    for about, office in Jurisdiction.objects.filter(about__in=asked).values_list(
        "about", "office"
    ):
        offices[about].append(office)
    through = Alert.offices.through
    rows = []
    for alert in alerts:
        enterprises = [key for key in keys[alert.pk] if key.startswith("enterprise:")]
        to = {office for key in enterprises for office in offices[key]}
        to |= set(offices[alert.subject]) if not to else set()
        rows += [through(alert_id=alert.pk, office_id=office) for office in sorted(to)]
    through.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _locked(alert: Alert) -> Alert:
    locked = Alert.objects.select_for_update().get(pk=alert.pk)
    if locked.state != Alert.State.OPEN:
        raise Refusal("already_handled", _("该预警已处理"))
    return locked


def one_night_at_a_time() -> None:
    """Let nobody else change what follows the facts until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _trace(action: str, alert: Alert) -> Trace:
    told = {"alert": alert.pk, "indicator": alert.indicator, "band": alert.band}
    return Trace(action=action, about=alert.subject, detail=told)
