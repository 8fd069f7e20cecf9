"""Alerts and directives: what the night found, what people made of it, what the counter obeys."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.items import Item, effect_on
from chengxin.offices.models import Office
from chengxin.risk.case_models import CaseFile, CaseStep, Inquiry
from chengxin.risk.control_models import Control
from chengxin.risk.directive_models import (
    Acknowledgement,
    Objection,
    Override,
    Proposal,
    Stop,
    Stopped,
)
from chengxin.risk.dispute_models import Dispute
from chengxin.risk.endings import ended_words
from chengxin.risk.limit_models import BrakeLimit, BrakeLimitQuerySet
from chengxin.risk.list_models import ListedPerson, ListEntry, ListImport, ListRequest
from chengxin.risk.orders import EFFECT_TITLES, Order, orders_of, title_of
from chengxin.risk.score_models import RankingRun, RiskScore, RiskScoreQuerySet
from chengxin.trace.tongue import english

__all__ = [
    "EFFECT_TITLES",
    "Acknowledgement",
    "Alert",
    "AlertQuerySet",
    "BrakeLimit",
    "BrakeLimitQuerySet",
    "CaseFile",
    "CaseStep",
    "Control",
    "Directive",
    "DirectiveQuerySet",
    "Dispute",
    "Inquiry",
    "ListEntry",
    "ListImport",
    "ListRequest",
    "ListedPerson",
    "Objection",
    "Order",
    "Override",
    "Proposal",
    "RankingRun",
    "RiskScore",
    "RiskScoreQuerySet",
    "Stop",
    "Stopped",
    "orders_of",
    "title_of",
]


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(state=Alert.State.OPEN)

    def sent_to(self, offices: models.QuerySet[Office]) -> AlertQuerySet:
        """Those that one of `offices` is to look at.

        The codes are read first: PostgreSQL plans for one office where a query stands in their
        place, and there are a dozen or hundreds.
        """
        codes = list(offices.values_list("pk", flat=True))
        told = Alert.offices.through.objects.filter(office__in=codes)
        return self.filter(pk__in=told.values("alert"))

    def most_urgent_first(self) -> AlertQuerySet:
        """By risk, then by deadline, then the newest."""
        return self.order_by("-priority", models.F("due_on").asc(nulls_last=True), "-pk")

    def soonest_first(self) -> AlertQuerySet:
        """By deadline alone; what has none comes last."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "-priority", "-pk")


class Alert(models.Model):
    """风险预警: what one indicator says about one subject, and what the managing office made of it.

        open ──confirm──▶ confirmed   (analysis: directives are imposed)
         │ └──explain──▶ explained    (closed; the same facts are not raised again for 180 days)
         │ └──leave────▶ inconclusive
         └──clear──────▶ cleared      (the fact ended in its source)

    One officer holds it at a time.  From `Priority.HIGH` on what he finds is `proposed` until a
    second officer approves it or sends it back (`risk.judging`).  Only `risk.alerts` and
    `risk.judging` change `state`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待核实")
        CONFIRMED = "confirmed", _("属实")
        EXPLAINED = "explained", _("已说明")
        INCONCLUSIVE = "inconclusive", _("无法认定")
        CLEARED = "cleared", _("事实已终结")

    class Kind(models.TextChoices):
        MONITORING = "monitoring", _("监控指标")
        ANALYSIS = "analysis", _("分析指标")
        CONTROL = "control", _("对照抽样")

    TASKS = (Kind.ANALYSIS, Kind.CONTROL)  # what somebody must verify
    # what a control sample's case came to: nobody was suspected, so nothing was refuted
    CONTROLLED: ClassVar[dict[str, str | Promise]] = {
        State.CONFIRMED: _("发现问题"),
        State.EXPLAINED: _("未发现问题"),
    }

    class Priority(models.IntegerChoices):
        LOW = 1, _("低")
        MIDDLE = 2, _("中")
        HIGH = 3, _("高")
        URGENT = 4, _("紧急")

    class Urged(models.IntegerChoices):
        """How far the mornings have urged it (`risk.urging`)."""

        NOT_YET = 0, ""
        REMINDED = 1, _("已提醒")
        ESCALATED = 2, _("已报科所长")
        OVERDUE = 3, _("已报局领导")

    indicator = models.CharField(max_length=4)  # "M01", "A01"; of a control sample OF_A_SAMPLE
    kind = models.CharField(max_length=10, choices=Kind)
    control = models.ForeignKey(  # the sample in which the subject was drawn
        Control, models.PROTECT, null=True, related_name="cases"
    )
    subject = models.CharField(max_length=60)  # "person:…", "enterprise:…"
    band = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=20, decimal_places=2)
    because = models.CharField(max_length=400)  # the sentence for officers
    because_en = models.CharField(max_length=600, blank=True)
    findings = models.JSONField(encoder=DjangoJSONEncoder)  # [finding] as the scan printed them
    facts = models.CharField(
        max_length=16, default=""
    )  # digest of bands and evidence: the same facts or not
    as_of = models.DateField()
    lake_version = models.BigIntegerField()
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.LOW)
    industry = models.CharField(max_length=10, blank=True)  # GB/T 4754 class, when it was opened
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    held_by = models.ForeignKey(  # whose case it is
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="cases"
    )
    urged = models.PositiveSmallIntegerField(choices=Urged, default=Urged.NOT_YET)
    first_seen = models.DateTimeField(default=now)
    due_on = models.DateField(null=True)  # last working day for verification
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    grounds = models.CharField(max_length=1000, blank=True)
    proposed = models.CharField(max_length=12, choices=State, blank=True)  # waits for a second one
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey(  # the second officer, where one is needed
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    offices = models.ManyToManyField(Office, related_name="alerts")  # who is to look

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "subject"],
                condition=Q(state="open", control=None),
                name="one_open_alert_per_subject_and_indicator",
            ),
            models.UniqueConstraint(
                fields=["control", "subject"], name="drawn_once_in_a_control_sample"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | Q(closed_by__isnull=False) & ~Q(approved_by=F("closed_by")),
                name="closing_approved_by_another_officer",
            ),
            models.CheckConstraint(
                condition=Q(proposed="", proposed_by=None)
                | Q(
                    proposed__in=["confirmed", "explained", "inconclusive"],
                    proposed_by__isnull=False,
                    state="open",
                ),
                name="proposed_closing_of_an_open_alert_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="control", indicator="CTRL", control__isnull=False)
                | ~Q(kind="control") & ~Q(indicator="CTRL") & Q(control=None),
                name="a_case_of_a_control_sample_names_it_and_no_indicator",
            ),
        ]
        indexes = [
            # the inbox: open ones by deadline
            models.Index(fields=["state", "due_on"], name="alert_inbox"),
            # the board: what one officer holds, what he closed
            models.Index(fields=["held_by", "state"], name="alert_by_holder"),
            # what became of an indicator's alerts
            models.Index(fields=["indicator", "state"], name="alert_by_outcome"),
            models.Index(fields=["subject"], name="alert_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.subject}"

    @property
    def words(self) -> str:
        """The sentence for officers, in the language of the page."""
        return self.because_en if english() and self.because_en else self.because

    @property
    def ended_because(self) -> str:
        """Why nothing is to be verified any more, when it is not the fact that ended."""
        return ended_words(self.grounds) if self.state == Alert.State.CLEARED else ""

    @property
    def is_task(self) -> bool:
        """Whether someone must verify it; a hard fact is only told."""
        return self.kind in Alert.TASKS

    @property
    def is_control(self) -> bool:
        """Whether chance drew the subject, of whom nothing is suspected."""
        return self.kind == Alert.Kind.CONTROL

    @property
    def judges(self) -> str:
        """The code of the indicator that its outcome tells of; empty: of all."""
        return self.control.indicator if self.control else self.indicator

    @property
    def state_title(self) -> str:
        return self.title_of_state(self.state)

    def title_of_state(self, state: str) -> str:
        """What this case's being confirmed, explained and so on is called."""
        own = Alert.CONTROLLED if self.is_control else {}
        return str(own.get(state, Alert.State(state).label))

    @property
    def overdue(self) -> bool:
        return (
            self.state == Alert.State.OPEN and self.due_on is not None and self.due_on < localdate()
        )


_STANDING = (  # what `in_force` and `about` ask
    "SELECT * FROM risk_directive WHERE about = ANY(%s) AND lifted_at IS NULL "
    "AND valid_from <= %s AND until > %s ORDER BY id"
)


class DirectiveQuerySet(models.QuerySet["Directive"]):
    def in_force(self) -> DirectiveQuerySet:
        moment = now()
        return self.filter(lifted_at=None, valid_from__lte=moment, until__gt=moment)

    def about(self, *keys: str) -> DirectiveQuerySet:
        return self.filter(about__in=keys)

    def standing(self, *keys: str) -> list[Directive]:
        """Those in force about these, oldest first, by SQL that is written already: every window
        asks it again and again, and Django would take longer over writing it than PostgreSQL over
        answering."""
        moment = now()
        return list(self.raw(_STANDING, [list(keys), moment, moment]))


class Directive(models.Model):
    """限制类指令: an order from the back office that the counter must obey.

    `levels` says what it does: item code or item group → effect, `*` for every item not named.
    Never without an end: at `until` it falls unless it was reviewed and imposed anew.
    """

    class Source(models.TextChoices):
        FINDING = "finding", _("指标扫描")
        WATCH = "watch", _("名单")
        MANUAL = "manual", _("人工下达")
        DISPUTE = "dispute", _("冒名申诉")

    about = models.CharField(max_length=60)  # whom the counter must stop: acted_on of the finding
    subject = models.CharField(max_length=60)  # whose fact it is
    indicator = models.CharField(max_length=4, blank=True)
    band = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=8, choices=Source)
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="directives")
    levels = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    eased = models.JSONField(  # milder levels that an answer to an objection put in their place
        null=True, encoder=DjangoJSONEncoder
    )
    reason = models.CharField(max_length=400)  # what the counter says; endangers no investigation
    reason_en = models.CharField(max_length=600, blank=True)
    valid_from = models.DateTimeField(default=now)
    until = models.DateTimeField()
    imposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey(  # by hand: the second officer
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    review_on = models.DateField(null=True)  # somebody looks whether it is still needed
    release_needed = models.BooleanField(default=False)  # the fact ended; a leader must release it
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lift_asked_by = models.ForeignKey(  # who asked what `lifted_by` decided
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_because = models.CharField(max_length=400, blank=True)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "subject", "about"],
                condition=Q(lifted_at=None) & ~Q(source="manual"),
                name="one_directive_per_finding",
            ),
            models.CheckConstraint(
                condition=Q(alert__isnull=False)
                | Q(source="finding")
                | Q(source="dispute", imposed_by__isnull=False)
                | Q(imposed_by__isnull=False, approved_by__isnull=False)
                & ~Q(approved_by=F("imposed_by")),
                name="by_hand_only_with_a_second_officer",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("lift_asked_by")),
                name="lifted_by_another_than_who_asked",
            ),
        ]
        indexes = [
            # the counter's question, asked for every item: lifted ones only pile up
            models.Index(fields=["about"], name="directive_in_force", condition=Q(lifted_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.indicator or self.source} {self.about}"

    @property
    def words(self) -> str:
        """The sentence for the counter, in the language of the page."""
        return self.reason_en if english() and self.reason_en else self.reason

    @property
    def in_force(self) -> bool:
        return self.lifted_at is None and self.valid_from <= now() < self.until

    @property
    def by_hand(self) -> bool:
        """Two officers decided it; no finding stands behind it."""
        return self.alert_id is None

    @property
    def ended_because(self) -> str:
        return ended_words(self.lifted_because)

    @property
    def ordered(self) -> dict[str, str]:
        """What the counter obeys: `levels`, or what an objection made of them."""
        found: dict[str, str] = self.levels if self.eased is None else self.eased
        return found

    @property
    def strictest(self) -> Effect:
        return min(map(Effect, self.ordered.values()), key=STRICTEST_FIRST.index)

    @property
    def orders(self) -> list[Order]:
        """What it does in words, strictest first: one line an effect."""
        return orders_of(self.ordered)

    def effect_on(self, item: Item) -> Effect | None:
        """What it does to `item`; what may never be refused is at most reminded of."""
        return effect_on(item.code, self.ordered)
