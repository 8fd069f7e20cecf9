"""What people ask, do and say about a directive, and what a run was not let impose."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.risk.orders import Order, orders_of
from chengxin.trace.tongue import english


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
        "risk.Directive", models.PROTECT, null=True, related_name="proposals"
    )
    made = models.OneToOneField(  # the one that approval imposed
        "risk.Directive", models.PROTECT, null=True, related_name="proposal"
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
        return self.reason_en if english() and self.reason_en else self.reason

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

    directive = models.ForeignKey("risk.Directive", models.PROTECT, related_name="overrides")
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

    directive = models.ForeignKey("risk.Directive", models.PROTECT, related_name="acknowledgements")
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

        open ──answer───▶ answered    (kept, eased or lifted: never anything stricter)
          └────withdraw─▶ withdrawn   (its author took it back; he may object anew)

    Only `risk.objections` changes it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待答复")
        ANSWERED = "answered", _("已答复")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("维持")
        EASED = "eased", _("减轻")
        LIFTED = "lifted", _("解除")
        ENDED = "ended", _("指令已先行结束")

    directive = models.ForeignKey("risk.Directive", models.PROTECT, related_name="objections")
    about = models.CharField(max_length=60)  # whom the directive stops
    person = models.CharField(max_length=60)  # who objects
    grounds = models.TextField(max_length=4000)
    filed_at = models.DateTimeField(default=now)
    received_by = models.ForeignKey(  # null: he filed it himself, identified
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    place = models.CharField(max_length=60, blank=True)  # empty: not at a window
    due_on = models.DateField()  # the last working day for the answer
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    answer = models.CharField(max_length=1000, blank=True)  # what the taxpayer reads
    answer_en = models.CharField(max_length=1500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(  # who wrote down that its author takes it back; null: himself
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_how = models.CharField(max_length=400, blank=True)  # how its author said so

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directive", "person"],
                condition=Q(state="open"),
                name="one_open_objection_per_directive_and_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], outcome="", answered_by=None)
                | Q(state="answered", answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer=""),
                name="an_answer_says_what_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered"], withdrawn_by=None, withdrawn_how="")
                | Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_how=""),
                name="a_withdrawal_says_how_and_when",
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
        return self.answer_en if english() and self.answer_en else self.answer

    @property
    def is_open(self) -> bool:
        return self.state == Objection.State.OPEN

    @property
    def is_answered(self) -> bool:
        return self.state == Objection.State.ANSWERED

    @property
    def how(self) -> str:
        """How its author took it back, in the language of the page."""
        return gettext(self.withdrawn_how)

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
        said: str = self.told["because_en"] if english() else ""
        return said or str(self.told["because"])
