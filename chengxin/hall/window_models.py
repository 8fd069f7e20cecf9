"""What became of a window through the day: paused, gone on, handed over, and calls for help."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from chengxin.hall.hall_models import Hall, Pause, Window
from chengxin.people.fields import SealedTextField


class WindowMove(models.Model):
    """窗口台账: one step of one window, one row, never changed: who sat there when, and the time it
    was paused, are counted from these.

    empty ──come──▶ open ──pause──▶ paused ──resume──▶ open ──go──▶ empty
    """

    window = models.ForeignKey(Window, models.PROTECT, related_name="moves")
    step = models.CharField(max_length=10)  # "come" | "pause" | "resume" | "go"
    reason = models.CharField(  # of the pause that begins or ends
        max_length=10, choices=Pause, default=Pause.NONE, blank=True
    )
    at = models.DateTimeField(default=now)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=["pause", "resume"]) & ~Q(reason="")
                | Q(step__in=["come", "go"], reason=""),
                name="window_ledger_names_step_and_reason",
            ),
        ]
        indexes = [
            # "how long was it paused, and for what": the statistics
            models.Index(fields=["window", "at"], name="window_moves_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.step}"


class HandOver(models.Model):
    """交接: who left a window, who took it over, what was open; signed by both, never changed.

    `open` holds numbers only: {"here": "A012" or "", "items": ["invoice_collect"], "ready": "",
    "parked": ["A007"], "waiting": 3, "paused": "lunch"}.
    """

    window = models.ForeignKey(Window, models.PROTECT, related_name="hand_overs")
    leaving = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taking = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    open = models.JSONField(default=dict)
    note = SealedTextField()  # may name anybody

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(leaving=models.F("taking")), name="two_sign_a_hand_over"
            ),
        ]
        indexes = [
            # "what was handed over here today"
            models.Index(fields=["window", "-at"], name="hand_overs_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.at:%F %H:%M}"


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def open(self) -> AlarmQuerySet:
        return self.filter(ended_at=None)


class Alarm(models.Model):
    """紧急呼叫: an officer calls for help; the hall manager and the other windows see it at once.

    called ──answer──▶ answered ──end──▶ ended      (ended at once when pressed by mistake)
    """

    id = models.UUIDField(primary_key=True)  # made by the page: sent again, it is one call
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="alarms")
    window = models.ForeignKey(Window, models.PROTECT, related_name="alarms")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    called_at = models.DateTimeField(default=now)
    delay = models.PositiveIntegerField(default=0)  # seconds from the key to the server
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    by_mistake = models.BooleanField(default=False)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["window"], condition=Q(ended_at=None), name="one_open_alarm_per_window"
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=models.F("officer")), name="somebody_else_answers_an_alarm"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.called_at:%T}"
