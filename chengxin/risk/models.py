"""Alerts and directives: what the night found, what people made of it, what the counter obeys."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate, now
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.items import GROUPS, ITEMS, Item, effect_on
from chengxin.offices.models import Office
from chengxin.risk.case_models import CaseFile, CaseStep, Inquiry
from chengxin.risk.list_models import ListedPerson, ListEntry, ListImport, ListRequest

__all__ = [
    "EFFECT_TITLES", "Alert", "AlertQuerySet", "CaseFile", "CaseStep", "Directive",
    "DirectiveQuerySet", "Inquiry", "ListEntry", "ListImport", "ListRequest", "ListedPerson",
    "Order", "orders_of",
]  # fmt: skip

EFFECT_TITLES = {
    Effect.BLOCK: _("不予办理"),
    Effect.LEGAL_REP: _("须法定代表人到场核实"),
    Effect.APPROVAL: _("须科所长审批"),
    Effect.REMIND: _("提示"),
}


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(state=Alert.State.OPEN)

    def sent_to(self, offices: models.QuerySet[Office]) -> AlertQuerySet:
        """Those that one of `offices` is to look at."""
        told = Alert.offices.through.objects.filter(office__in=offices)
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

    indicator = models.CharField(max_length=4)  # "M01", "A01"
    kind = models.CharField(max_length=10, choices=Kind)
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
                condition=Q(state="open"),
                name="one_open_alert_per_subject_and_indicator",
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
        return self.because_en if _english() and self.because_en else self.because

    @property
    def is_task(self) -> bool:
        """Whether someone must verify it; a hard fact is only told."""
        return self.kind == Alert.Kind.ANALYSIS

    @property
    def overdue(self) -> bool:
        return (
            self.state == Alert.State.OPEN and self.due_on is not None and self.due_on < localdate()
        )


class DirectiveQuerySet(models.QuerySet["Directive"]):
    def in_force(self) -> DirectiveQuerySet:
        moment = now()
        return self.filter(lifted_at=None, valid_from__lte=moment, until__gt=moment)

    def about(self, *keys: str) -> DirectiveQuerySet:
        return self.filter(about__in=keys)


class Directive(models.Model):
    """限制类指令: an order from the back office that the counter must obey.

    `levels` says what it does: item code or item group → effect, `*` for every item not named.
    Never without an end: at `until` it falls unless it was reviewed and imposed anew.
    """

    class Source(models.TextChoices):
        FINDING = "finding", _("指标扫描")
        WATCH = "watch", _("名单")
        MANUAL = "manual", _("人工下达")

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
        return self.reason_en if _english() and self.reason_en else self.reason

    @property
    def in_force(self) -> bool:
        return self.lifted_at is None and self.valid_from <= now() < self.until

    @property
    def by_hand(self) -> bool:
        """Two officers decided it; no finding stands behind it."""
        return self.alert_id is None

    @property
    def ended_because(self) -> str:
        return gettext(self.lifted_because) if self.lifted_because else ""

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


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self) -> ProposalQuerySet:
        return self.filter(state=Proposal.State.WAITING)


class Proposal(models.Model):
    """指令审批: what one officer asks about a directive, for a second one to decide (双人复核).

        waiting ──approve──▶ approved   (imposed, changed or lifted at once)
           │ └────refuse───▶ refused
           └──────withdraw─▶ withdrawn  (by who asked)

    Only `risk.proposals` changes `state`.
    """

    class Kind(models.TextChoices):
        IMPOSE = "impose", _("下达指令")
        CHANGE = "change", _("变更指令")
        LIFT = "lift", _("解除指令")

    class State(models.TextChoices):
        WAITING = "waiting", _("待复核")
        APPROVED = "approved", _("已通过")
        REFUSED = "refused", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")

    kind = models.CharField(max_length=6, choices=Kind)
    about = models.CharField(max_length=60)
    directive = models.ForeignKey(  # the one to change or lift
        Directive, models.PROTECT, null=True, related_name="proposals"
    )
    made = models.OneToOneField(  # the one that approval imposed
        Directive, models.PROTECT, null=True, related_name="proposal"
    )
    levels = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=400, blank=True)  # what the counter will say
    reason_en = models.CharField(max_length=600, blank=True)
    begins_on = models.DateField(null=True)  # null: at once
    until = models.DateField(null=True)  # its last day
    review_on = models.DateField(null=True)
    grounds = models.CharField(max_length=1000)  # the evidence, for officers only
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)  # what who decided says of it

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="decided_by_another_than_who_proposed",
            ),
            models.CheckConstraint(
                condition=Q(kind="impose", directive=None)
                | ~Q(kind="impose") & Q(directive__isnull=False),
                name="change_and_lift_name_a_directive",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(kind="lift") | Q(made__isnull=False),
                name="approval_imposes_what_was_proposed",
            ),
            models.UniqueConstraint(
                fields=["directive"],
                condition=Q(state="waiting"),
                name="one_waiting_proposal_per_directive",
            ),
        ]
        indexes = [
            # the history of a subject
            models.Index(fields=["about", "-id"], name="proposal_about_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.state}"

    @property
    def words(self) -> str:
        return self.reason_en if _english() and self.reason_en else self.reason

    @property
    def orders(self) -> list[Order]:
        return orders_of(self.levels)

    @property
    def is_waiting(self) -> bool:
        return self.state == Proposal.State.WAITING


class Override(models.Model):
    """窗口放行: once, at one window, a section head let an item pass that a directive restricts.

    Written by `risk.counter` in the transaction in which the item begins; never changed.
    """

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="overrides")
    person = models.CharField(max_length=60)  # who stood at the window
    enterprise = models.CharField(max_length=60, blank=True)  # for whom; empty: for himself
    item = models.CharField(max_length=30)
    visit = models.CharField(max_length=30)  # the hall's ticket
    place = models.CharField(max_length=60)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    why = models.CharField(max_length=400)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("officer")), name="overridden_by_another_than_who_serves"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="an_override_says_why"),
        ]
        indexes = [
            # the dossier of a person: what was let pass for him
            models.Index(fields=["person", "-id"], name="override_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.item} {self.visit}"


class Acknowledgement(models.Model):
    """已阅读: the officer at a window confirmed that he read a directive, once a visit."""

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="acknowledgements")
    person = models.CharField(max_length=60)  # who stood at the window
    visit = models.CharField(max_length=30)  # the hall's ticket
    place = models.CharField(max_length=60)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directive", "visit", "place"], name="read_once_at_a_window_and_visit"
            ),
        ]
        indexes = [
            # the window: which were read in this visit
            models.Index(fields=["visit", "place"], name="acknowledged_in_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.visit}"


class Objection(models.Model):
    """异议: somebody says that a directive is wrong; who had no part in it answers in time.

        open ──answer──▶ answered   (kept, eased or lifted: never anything stricter)

    Only `risk.objections` changes it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待答复")
        ANSWERED = "answered", _("已答复")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("维持")
        EASED = "eased", _("减轻")
        LIFTED = "lifted", _("解除")
        ENDED = "ended", _("指令已先行结束")

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="objections")
    about = models.CharField(max_length=60)  # whom the directive stops
    person = models.CharField(max_length=60)  # who objects
    grounds = models.TextField(max_length=4000)
    filed_at = models.DateTimeField(default=now)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    place = models.CharField(max_length=60, blank=True)  # empty: not at a window
    due_on = models.DateField()  # the last working day for the answer
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    answer = models.CharField(max_length=1000, blank=True)  # what the taxpayer reads
    answer_en = models.CharField(max_length=1500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directive", "person"],
                condition=Q(state="open"),
                name="one_open_objection_per_directive_and_person",
            ),
            models.CheckConstraint(
                condition=Q(state="open", outcome="", answered_by=None)
                | Q(state="answered", answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer=""),
                name="an_answer_says_what_and_by_whom",
            ),
        ]
        indexes = [
            # the list of open ones by deadline
            models.Index(fields=["state", "due_on"], name="objection_inbox"),
            # the window and the history of a subject
            models.Index(fields=["about", "-id"], name="objection_about_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.state}"

    @property
    def words(self) -> str:
        """The answer, in the language of the page."""
        return self.answer_en if _english() and self.answer_en else self.answer

    @property
    def is_open(self) -> bool:
        return self.state == Objection.State.OPEN

    @property
    def overdue(self) -> bool:
        return self.is_open and self.due_on < localdate()


class Stop(models.Model):
    """停送: an indicator would have newly restricted too many of one county; an officer decides.

        waiting ──release──▶ released   (imposed at once)
           │ └───refuse────▶ refused    (nobody is restricted while the same facts stand)
           └──────cease────▶ ceased     (the night no longer finds any of them)

    Only `risk.brake` and `risk.stops` change it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待批准")
        RELEASED = "released", _("已放行")
        REFUSED = "refused", _("不予下达")
        CEASED = "ceased", _("已自行撤销")

    indicator = models.CharField(max_length=4)
    region = models.CharField(max_length=6)  # the county whose bureaus manage them; empty: nobody
    most = models.PositiveIntegerField()  # how many may be restricted without asking
    found = models.PositiveIntegerField()  # how many it would have been when it was stopped
    as_of = models.DateField()
    lake_version = models.BigIntegerField()
    stopped_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    grounds = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "region"],
                condition=Q(state="waiting"),
                name="one_waiting_stop_per_indicator_and_county",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "refused"])
                | Q(decided_by__isnull=False) & ~Q(grounds=""),
                name="a_stop_is_decided_by_name_and_with_grounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.region} {self.state}"

    @property
    def is_waiting(self) -> bool:
        return self.state == Stop.State.WAITING


class Stopped(models.Model):
    """One directive that a stop holds back: whose fact, whom it would restrict, and how."""

    stop = models.ForeignKey(Stop, models.PROTECT, related_name="held")
    indicator = models.CharField(max_length=4)
    subject = models.CharField(max_length=60)
    about = models.CharField(max_length=60)
    band = models.CharField(max_length=20)
    told = models.JSONField(encoder=DjangoJSONEncoder)  # the finding as the scan printed it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stop", "subject", "about"], name="held_once_in_a_stop"
            ),
        ]
        indexes = [
            # the night: is this reach held or was it refused
            models.Index(fields=["indicator", "subject"], name="stopped_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.about}"

    @property
    def orders(self) -> list[Order]:
        return orders_of(self.told["levels"])

    @property
    def words(self) -> str:
        """What the counter would say, in the language of the page."""
        said: str = self.told["because_en"] if _english() else ""
        return said or str(self.told["because"])


class RiskScoreQuerySet(models.QuerySet["RiskScore"]):
    def moved(self, how: str) -> RiskScoreQuerySet:
        """Those that came, rose, fell or went since the night before."""
        match how:
            case "new":
                return self.filter(previous=None)
            case "up":
                return self.filter(previous__isnull=False, movement__gt=0)
            case "down":
                return self.filter(previous__isnull=False, movement__lt=0)
            case "level":
                return self.exclude(previous=None).exclude(level=models.F("previous_level"))
            case _:
                return self


class RiskScore(models.Model):
    """风险评分: where one person or enterprise stands in the newest ranking, and why.

    The scheme of `chengxin.ranking` makes it; only `risk.scores` writes it.  `score` is `own` and
    `network` together, and the sum of what its parts count.
    """

    class Level(models.TextChoices):
        SEVERE = "severe", _("重大")
        HIGH = "high", _("高")
        MEDIUM = "medium", _("中")
        LOW = "low", _("低")
        SLIGHT = "slight", _("轻微")
        NONE = "", _("无")

    class Kind(models.TextChoices):
        PERSON = "person", _("人员")
        ENTERPRISE = "enterprise", _("企业")

    about = models.CharField(max_length=60, unique=True)  # "person:…", "enterprise:…"
    kind = models.CharField(max_length=10, choices=Kind)
    score = models.DecimalField(max_digits=5, decimal_places=2)  # 0 to 100
    own = models.DecimalField(max_digits=5, decimal_places=2)
    network = models.DecimalField(max_digits=5, decimal_places=2)
    level = models.CharField(max_length=8, choices=Level, blank=True)
    previous = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # null: not ranked
    previous_level = models.CharField(max_length=8, choices=Level, blank=True)
    movement = models.GeneratedField(
        expression=models.F("score") - Coalesce("previous", models.Value(Decimal(0))),
        output_field=models.DecimalField(max_digits=5, decimal_places=2),
        db_persist=True,
    )
    industry = models.CharField(max_length=10, blank=True)  # GB/T 4754 class of an enterprise
    parts = models.JSONField()  # as `ranking.rank` tells them

    objects = RiskScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score=models.F("own") + models.F("network")),
                name="score_is_the_sum_of_its_parts",
            ),
        ]
        indexes = [
            # the list: the greatest first, of persons or enterprises
            models.Index(fields=["kind", "-score", "about"], name="score_greatest_first"),
            models.Index(fields=["kind", "level"], name="score_by_level"),  # how many of each
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.score}"


class RankingRun(models.Model):
    """评分运行: one making of the ranking, by which scheme, and how many of each level."""

    day = models.DateField()
    lake_version = models.BigIntegerField()
    scheme = models.CharField(max_length=12)  # version of its numbers
    levels = models.JSONField(default=dict)  # level -> subjects
    seconds = models.FloatField(default=0)
    began_at = models.DateTimeField(default=now)  # what offices judged until then is in it

    def __str__(self) -> str:
        return f"{self.day} v{self.lake_version}"


@dataclass(frozen=True)
class Order:
    """One effect and the items or groups it reaches, in words."""

    effect: Effect
    title: str
    reaches: list[str]


def orders_of(levels: dict[str, str]) -> list[Order]:
    """`levels` (item, group or `*` → effect) in words of the page's language, strictest first."""
    return [
        Order(effect, str(EFFECT_TITLES[effect]), reached)
        for effect in STRICTEST_FIRST
        if (reached := [title_of(name) for name, level in levels.items() if level == effect])
    ]


def title_of(name: str) -> str:
    """An item, a group or `*` in words of the page's language."""
    if name == "*":
        return str(_("其他各项业务"))
    named = ITEMS.get(name) or GROUPS[name]
    return named.title_en if _english() else named.title


def _english() -> bool:
    return (get_language() or "").startswith("en")
