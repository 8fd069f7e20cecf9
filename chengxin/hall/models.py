"""办税服务厅: halls, their windows and devices, tickets and what was handled.

Only `hall.ledger` changes a ticket's state; only `hall.items` an item record; only `hall.windows`
what a window is about; only `hall.alarms` a call for help; only `hall.evaluations` what a
citizen said of a visit; only `hall.kiosks` a kiosk session; only
`hall.devices` a device and its commands.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.devices.messages import Code
from chengxin.hall.capture_models import PaperCapture, PaperReuse
from chengxin.hall.check_models import EnterpriseCheck
from chengxin.hall.evaluation_models import Complaint, Evaluation, Grade, Redress, Screen
from chengxin.hall.hall_models import PREFIX, Business, Hall, Pause, ShowsOfficer, Window
from chengxin.hall.liveness_models import LivenessCheck
from chengxin.hall.local_models import NumberBlock
from chengxin.hall.pre_enrolment_models import PreEnrolment
from chengxin.hall.prepared_models import PreparedPaper
from chengxin.hall.promise_models import Appointment, Promise
from chengxin.hall.reading_models import WindowReading
from chengxin.hall.suggestion_models import FaceSuggestion
from chengxin.hall.ticket_models import (
    ItemRecord,
    Priority,
    Ticket,
    TicketCounter,
    TicketMove,
    TicketQuerySet,
)
from chengxin.hall.window_models import Alarm, HandOver, WindowMove
from chengxin.people.models import Person, Verification

__all__ = [
    "PREFIX",
    "Alarm",
    "Appointment",
    "Business",
    "Complaint",
    "Device",
    "DeviceCommand",
    "DeviceCommandQuerySet",
    "DeviceEnrolment",
    "EnterpriseCheck",
    "Evaluation",
    "FaceSuggestion",
    "Grade",
    "Hall",
    "HandOver",
    "ItemRecord",
    "KioskSession",
    "LivenessCheck",
    "NumberBlock",
    "PaperCapture",
    "PaperReuse",
    "Pause",
    "PreEnrolment",
    "PreparedPaper",
    "Priority",
    "Promise",
    "Redress",
    "Screen",
    "ShowsOfficer",
    "Ticket",
    "TicketCounter",
    "TicketMove",
    "TicketQuerySet",
    "Window",
    "WindowMove",
    "WindowReading",
]


class Device(models.Model):
    """A hall PC with its reader and camera: dials out, signs with its own key.

    `parts` says how each thing beside it stands, as the agent told it last:
    {"card_reader": {"code": 0, "zh": "…", "en": "…"}}, codes as in `devices.messages.Code`.
    """

    SILENT = timedelta(seconds=45)  # three statuses missed: the agent is gone

    id = models.SlugField(primary_key=True)
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="devices")
    title = models.CharField(max_length=60)
    title_en = models.CharField(max_length=80, blank=True)
    window = models.ForeignKey(  # whose officer works at it; NULL: a kiosk, or nobody's
        Window, models.PROTECT, null=True, related_name="devices"
    )
    public_key = models.CharField(
        max_length=43, blank=True
    )  # Ed25519 as base64url; "" not enrolled
    parts = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)
    locked = models.BooleanField(default=False)
    self_service = models.BooleanField(default=False)  # 自助办税终端: shows a person his own data
    props = models.JSONField(default=dict)  # demo only: {"card": …, "face": …} before the simulator

    def __str__(self) -> str:
        return self.title

    @property
    def alive(self) -> bool:
        """Its agent spoke within the last three statuses."""
        return self.seen_at is not None and now() - self.seen_at < self.SILENT

    @property
    def can_read(self) -> bool:
        """The agent is there and its card reader works (busy: it waits for a card)."""
        code = self.parts.get("card_reader", {}).get("code")
        return self.alive and code in (Code.OK, Code.WARNING, Code.BUSY)

    @property
    def prints(self) -> bool:
        """A ticket printer stands beside it, in order or not."""
        return self.parts.get("printer", {}).get("code") in (Code.OK, Code.WARNING, Code.FAULT)

    @property
    def place(self) -> str:
        return f"hall:{self.hall_id}/device:{self.pk}"


class DeviceEnrolment(models.Model):
    """设备登记码: lets one new agent register its public key for one device, once, within a day."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="enrolments")
    token = models.CharField(max_length=64, unique=True)  # SHA-256 of the one-time token
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.device_id


class DeviceCommandQuerySet(models.QuerySet["DeviceCommand"]):
    def pending(self) -> DeviceCommandQuerySet:
        """Not answered and still in time, oldest first: what a reconnecting agent is sent again."""
        return self.filter(answered_at=None, deadline__gt=now()).order_by("asked_at")


class DeviceCommand(models.Model):
    """One thing a device was asked to do, and how it ended.

    What was read (name, number, photo) is never kept here: it goes on to whoever asked.
    """

    id = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, models.CASCADE, related_name="commands")
    verb = models.CharField(max_length=20)
    args = models.JSONField(default=dict)
    nonce = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=now)
    deadline = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    code = models.IntegerField(null=True)  # devices.messages.Code; NULL while it is under way
    words = models.JSONField(default=dict)  # {"zh", "en"}: why it failed

    objects = DeviceCommandQuerySet.as_manager()

    class Meta:
        indexes = [
            # "what is this device still to do": asked at every reconnect
            models.Index(
                fields=["device", "asked_at"],
                name="command_pending",
                condition=Q(answered_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.verb}"


class KioskSession(models.Model):
    """One person before one kiosk, from the card to the ticket; it ends after minutes.

    card ──read──▶ face ──compare──▶ choose ──take, or book──▶ done
                    └── third failure ──▶ choose (待人工核验: an officer will look)

    At a self-service terminal it is about no business and leads to no ticket: who has come to
    `choose` is let into his own pages (`selfservice.doors`), or is not.
    """

    class State(models.TextChoices):
        CARD = "card", _("请刷身份证")
        FACE = "face", _("人脸比对")
        CHOOSE = "choose", _("选择办理事项")
        DONE = "done", _("已出号")
        ENDED = "ended", _("已结束")

    id = models.UUIDField(primary_key=True)  # made by the kiosk: the same swipe sent twice is one
    device = models.ForeignKey(Device, models.PROTECT, related_name="sessions")
    reading = models.ForeignKey(DeviceCommand, models.SET_NULL, null=True, related_name="sessions")
    business = models.CharField(max_length=20, choices=Business, blank=True)  # "": own pages
    state = models.CharField(max_length=8, choices=State, default=State.CARD)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    verification = models.ForeignKey(Verification, models.PROTECT, null=True)
    trouble = models.CharField(max_length=40, blank=True)  # refusal code of the card, if any
    tries = models.PositiveSmallIntegerField(default=0)
    appointment = models.ForeignKey(  # booked instead of a number
        Appointment, models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField(default=now)
    until = models.DateTimeField()

    TRIES = 3  # comparisons before an officer is to look
    OPEN = (State.CARD, State.FACE, State.CHOOSE, State.DONE)

    def __str__(self) -> str:
        return f"{self.device_id} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN and self.until > now()

    @property
    def tries_left(self) -> int:
        return max(0, self.TRIES - self.tries)
