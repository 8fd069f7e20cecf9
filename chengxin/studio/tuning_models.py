"""A threshold that might be moved, what it would do, and what a person said to it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.trace.tongue import english


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
    effect = models.JSONField(encoder=DjangoJSONEncoder, default=dict)  # `studio.measuring`
    months = models.JSONField(default=list)  # [{day, lake_version, before, after, fresh, freed,
    # other_band}]
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
    def measured(self) -> bool:
        """Whether its effect is known."""
        return bool(self.effect)

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = self.effect
        return found


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def active(self) -> MeasurementQuerySet:
        return self.filter(state__in=Measurement.ACTIVE)


class Measurement(models.Model):
    """测算: what the worker finds out for a proposal.

        waiting ──▶ running ──▶ ended (with `trouble`: refused, or a limit)
           └───────────┴─stop─▶ stopped

    One that is running and that nobody runs (`measuring.left`) came to no end.
    """

    class Kind(models.TextChoices):
        EFFECT = "effect", _("影响测算")
        MONTHS = "months", _("回溯测算")

    class State(models.TextChoices):
        WAITING = "waiting", _("排队等待")
        RUNNING = "running", _("正在测算")
        ENDED = "ended", _("已完成")
        STOPPED = "stopped", _("已停止")

    ACTIVE = (State.WAITING, State.RUNNING)

    tuning = models.ForeignKey(Tuning, models.PROTECT, related_name="measurements")
    kind = models.CharField(max_length=6, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    step = models.PositiveIntegerField(default=0)  # the one that runs, counted from 1
    trouble = models.JSONField(null=True)  # {code, zh, en} when it was refused or stopped
    seconds = models.FloatField(default=0)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tuning", "kind"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_measurement_of_a_kind_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tuning_id} {self.kind} {self.state}"

    @property
    def seconds_so_far(self) -> int:
        return int((now() - self.at).total_seconds())

    @property
    def words(self) -> str:
        """Why it came to nothing, in the language of the page."""
        if not self.trouble:
            return ""
        said = self.trouble["zh"]
        return str((self.trouble["en"] or gettext(said)) if english() else said)
