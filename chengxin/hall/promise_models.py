"""What was promised: how long somebody would wait, and when somebody said he would come."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.hall.hall_models import Business, Hall
from chengxin.hall.ticket_models import Ticket
from chengxin.people.models import Person


class Promise(models.Model):
    """One estimate that was shown to somebody, and what happened.

    `low` and `high` are the minutes that were shown; both NULL: 无法预计 was shown.  Only
    `hall.promises` makes one, and `hall.ledger` notes how it ended.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="promises")
    at = models.DateTimeField(default=now)
    on_phone = models.BooleanField(default=False)  # else on the ticket
    ahead = models.PositiveIntegerField()
    expected = models.FloatField(null=True)  # seconds, before the range was put around it
    low = models.PositiveIntegerField(null=True)
    high = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=10, blank=True)  # "call", "abandon", "merge"; "" open
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ticket"], name="promise_open", condition=Q(outcome="")),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.low}–{self.high}"

    @property
    def waited(self) -> timedelta | None:
        """How long he waited after he was told."""
        return self.ended_at - self.at if self.outcome == "call" and self.ended_at else None

    @property
    def kept(self) -> bool | None:
        """Whether the wait lay in the range shown; None: nothing was promised, or not yet over."""
        if self.waited is None or self.low is None or self.high is None:
            return None
        return timedelta(minutes=self.low) <= self.waited <= timedelta(minutes=self.high)


class Appointment(models.Model):
    """预约: one person said when he would come to one hall for one business."""

    class State(models.TextChoices):
        BOOKED = "booked", _("已预约")
        KEPT = "kept", _("已到")
        MISSED = "missed", _("未到")
        CANCELLED = "cancelled", _("已取消")

    hall = models.ForeignKey(Hall, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    business = models.CharField(max_length=20, choices=Business)
    day = models.DateField(default=localdate)
    at = models.DateTimeField()  # the beginning of the half hour
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True)
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "business", "day"],
                condition=Q(state="booked"),
                name="one_appointment_per_person_and_business",
            ),
        ]
        indexes = [models.Index(fields=["hall", "at"], name="appointments_of_a_half_hour")]

    def __str__(self) -> str:
        return f"{self.hall_id} {self.at:%F %H:%M}"
