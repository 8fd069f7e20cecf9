"""A threshold that might be moved, what it would do, and what a person said to it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Tuning(models.Model):
    """阈值调整建议: another value for one parameter of an indicator, with its expected effect.

        waiting ──take────▶ taken     (a draft in the studio; its three people are still to come)
           └──────decline─▶ declined  (with the reason)

    Nothing but a person moves it on.  Only `studio.tuning` changes it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待决定")
        TAKEN = "taken", _("已转草稿")
        DECLINED = "declined", _("不采纳")

    code = models.CharField(max_length=4)
    version = models.CharField(max_length=12)  # of the indicator that was in force
    param = models.CharField(max_length=40)
    before = models.DecimalField(max_digits=24, decimal_places=6)
    after = models.DecimalField(max_digits=24, decimal_places=6)
    by_hand = models.BooleanField()  # the value was typed, not told by what offices judged
    as_of = models.DateField()
    lake_version = models.BigIntegerField()
    effect = models.JSONField(encoder=DjangoJSONEncoder)  # `tuning.Effect`
    months = models.JSONField(default=list)  # [{day, lake_version, before, after, fresh, freed}]
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    draft = models.OneToOneField("studio.Version", models.PROTECT, null=True, related_name="tuning")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, draft=None)
                | Q(state="taken", decided_by__isnull=False, draft__isnull=False)
                | Q(state="declined", decided_by__isnull=False, draft=None) & ~Q(reason=""),
                name="a_tuning_is_taken_as_a_draft_or_declined_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.param} {self.before:f} → {self.after:f}"

    @property
    def is_waiting(self) -> bool:
        return self.state == Tuning.State.WAITING

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = self.effect
        return found
