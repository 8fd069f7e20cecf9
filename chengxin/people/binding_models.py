"""办税人员绑定: who may act for which enterprise, as both sides said so, and the letter for it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.people import moves
from chengxin.people.fields import SealedBytesField
from chengxin.people.step_models import BY_SOMEBODY, Step


class Letter(models.Model):
    """授权委托书、代理合同: its image, sealed, what it lets do, and until when."""

    class Kind(models.TextChoices):
        AUTHORISATION = "letter", _("授权委托书")
        AGENCY = "agency", _("税务代理合同")

    kind = models.CharField(max_length=6, choices=Kind, default=Kind.AUTHORISATION)
    jpeg = SealedBytesField()
    scope = models.CharField(max_length=200)  # which matters, in the letter's words
    valid_from = models.DateField()
    until = models.DateField()
    taken_at = models.DateTimeField(default=now)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    place = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.until}"


class BindingQuerySet(models.QuerySet["Binding"]):
    def on(self, day: date) -> BindingQuerySet:
        """Those under which somebody may act on `day`."""
        return self.filter(state__in=moves.IN_FORCE, valid_from__lte=day, until__gte=day)

    def stopped(self) -> BindingQuerySet:
        return self.filter(state__in=moves.STOPPED)


def _corner(day: str) -> Func:
    """A point: the role of this person in this enterprise across, the day up."""
    told = Concat("person", Value(" "), "enterprise", Value(" "), "role")
    which = Cast(Func(told, Value(0), function="hashtextextended"), models.FloatField())
    when = Func(F(day), template="(%(expressions)s - DATE '2000-01-01')::float8")
    return Func(which, when, function="point")


class Binding(models.Model):
    """人员绑定: one role of one person in one enterprise, collected here, good from day to day.

    What the bureaus deliver (`Affiliation`) stays beside it.  One side proposes, the other side
    confirms.  `people.moves` says what may become of it; only `people.bindings` changes it.
    """

    class Role(models.TextChoices):
        LEGAL_REP = "01", _("法定代表人")
        FINANCE_OFFICER = "02", _("财务负责人")
        TAX_HANDLER = "03", _("办税员")
        COLLECTOR = "04", _("发票领用人")
        AGENT = "05", _("税务代理人")
        AUTHORISED = "07", _("经授权的其他人员")
        INVOICE_CLERK = "08", _("开票员")
        KEEPER = "09", _("管理员")
        INSURANCE = "10", _("社保经办人")

    class Side(models.TextChoices):
        PERSON = "person", _("本人")
        ENTERPRISE = "enterprise", _("企业")

    class EndedBy(models.TextChoices):
        PERSON = "person", _("由本人解除")
        ENTERPRISE = "enterprise", _("由企业解除")
        OFFICER = "officer", _("由税务机关解除")

    State = moves.BindingState

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="bindings")
    enterprise = models.ForeignKey("people.Enterprise", models.PROTECT, related_name="bindings")
    role = models.CharField(max_length=2, choices=Role)
    valid_from = models.DateField()
    until = models.DateField()  # the last day on which he may act
    state = models.CharField(max_length=10, choices=moves.BindingState)
    proposed_by = models.CharField(max_length=10, choices=Side)
    proposed_at = models.DateTimeField(default=now)
    confirmed_by = models.CharField(max_length=10, choices=Side, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmer = models.ForeignKey(  # who said yes: the person himself, or a representative
        "people.Person", models.PROTECT, null=True, related_name="+"
    )
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="bindings")
    page_code = models.CharField(max_length=64, blank=True)  # SHA-256 of his own page's code
    reminded_at = models.DateTimeField(null=True)  # of its end

    objects = BindingQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_binding_per_role_at_a_time",
                # PostgreSQL compares boxes without an extension: equal across, days overlapping
                expressions=[
                    (Func(_corner("valid_from"), _corner("until"), function="box"), "&&"),
                ],
                condition=Q(state__in=moves.COUNTED),
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("valid_from")), name="a_binding_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "refused"])
                | Q(confirmer__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by="")
                & ~Q(confirmed_by=F("proposed_by")),
                name="a_binding_is_confirmed_by_the_other_side",
            ),
            models.CheckConstraint(
                condition=Q(state="ended") & ~Q(ended_by="") | ~Q(state="ended") & Q(ended_by=""),
                name="who_ended_a_binding_is_known",
            ),
            models.UniqueConstraint(
                fields=["page_code"], condition=~Q(page_code=""), name="one_page_code_a_binding"
            ),
        ]
        indexes = [
            # "for whom may he act", "who may act for it"
            models.Index(fields=["person", "state"], name="binding_of_person"),
            models.Index(fields=["enterprise", "state"], name="binding_of_enterprise"),
            # the night: what comes to its end
            models.Index(fields=["state", "until"], name="binding_ending"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.enterprise_id}"

    @property
    def key(self) -> str:
        return f"binding:{self.pk}"

    @property
    def is_pending(self) -> bool:
        return self.state == moves.BindingState.PENDING

    @property
    def is_open(self) -> bool:
        return self.state in moves.OPEN

    @property
    def waits_for(self) -> str:
        """Which side is still to confirm; "" when none is."""
        if not self.is_pending:
            return ""
        mine = self.proposed_by == self.Side.PERSON
        return self.Side.ENTERPRISE if mine else self.Side.PERSON


class BindingMove(Step):
    """绑定变动: one step of one binding, one row, never changed: on whose word, and why."""

    binding = models.ForeignKey(Binding, models.PROTECT, related_name="moves")
    before = models.CharField(max_length=10, blank=True)  # "" before it was proposed

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=moves.BINDING.legal(), name="binding_has_legal_moves_only"
            ),
            models.CheckConstraint(
                condition=BY_SOMEBODY, name="a_binding_moves_by_somebody_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.binding_id} {self.step}"
