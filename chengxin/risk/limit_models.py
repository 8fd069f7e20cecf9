"""How many a run may newly restrict, where a bureau has set it otherwise than the program."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class BrakeLimitQuerySet(models.QuerySet["BrakeLimit"]):
    def in_force(self) -> BrakeLimitQuerySet:
        return self.filter(state=BrakeLimit.State.IN_FORCE)

    def waiting(self) -> BrakeLimitQuerySet:
        return self.filter(state=BrakeLimit.State.WAITING)


class BrakeLimit(models.Model):
    """停送上限: how many one run may newly restrict under an indicator in a county, as one officer
    proposed and a second one decided.

        waiting ──approve──▶ in_force ──▶ replaced   (by the next one that is approved)
           │ └────refuse───▶ refused
           └──────withdraw─▶ withdrawn  (by who proposed)

    Only `risk.limits` changes `state`; `risk.brake` obeys what is in force.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待复核")
        IN_FORCE = "in_force", _("生效中")
        REPLACED = "replaced", _("已被替换")
        REFUSED = "refused", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")

    indicator = models.CharField(max_length=4, blank=True)  # empty: each without one of its own
    region = models.CharField(max_length=6)  # of the county, for both its bureaus
    least = models.PositiveIntegerField()  # as many may always be restricted
    share = models.DecimalField(max_digits=4, decimal_places=2)  # beyond, % of the administered
    grounds = models.CharField(max_length=400)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)  # of who decided

    objects = BrakeLimitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "region"],
                condition=Q(state="in_force"),
                name="one_limit_in_force_per_indicator_and_county",
            ),
            models.UniqueConstraint(
                fields=["indicator", "region"],
                condition=Q(state="waiting"),
                name="one_limit_waiting_per_indicator_and_county",
            ),
            models.CheckConstraint(
                condition=Q(least__gte=1, least__lte=500, share__gte=0, share__lte=5),
                name="a_limit_stops_a_crowd",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "replaced", "refused"])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="a_limit_needs_a_second_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator or '*'} {self.region} {self.state}"

    @property
    def is_waiting(self) -> bool:
        return self.state == BrakeLimit.State.WAITING
