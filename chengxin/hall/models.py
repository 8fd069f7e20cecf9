"""办税服务厅: halls, their windows and devices, tickets and what was handled.

Only `hall.visits` changes a ticket or an item record; only `hall.kiosks` a kiosk session; only
`hall.devices` a device and its commands.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import ITEMS
from chengxin.devices.messages import Code
from chengxin.hall.check_models import EnterpriseCheck as EnterpriseCheck
from chengxin.offices.models import Office
from chengxin.people.models import Enterprise, Person, Verification
from chengxin.trace.tongue import english, listed


class Business(models.TextChoices):
    """The three modules of the kiosk."""

    ENTERPRISE = "enterprise", _("企业业务")
    PERSONAL = "personal", _("个人业务")
    ENROLMENT = "enrolment", _("实名采集")


PREFIX = {Business.ENTERPRISE: "A", Business.PERSONAL: "D", Business.ENROLMENT: "K"}


class Hall(models.Model):
    """One tax service hall, shared by both bureaus (国地税联合办税)."""

    code = models.SlugField(primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    office = models.ForeignKey(Office, models.PROTECT)  # of county level

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        return f"hall:{self.pk}"

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if english() and self.name_en else self.name


class Window(models.Model):
    """A desk of the hall and the businesses it serves."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="windows")
    number = models.PositiveSmallIntegerField()
    serves = models.CharField(max_length=60)  # "enterprise,personal,enrolment"

    class Meta:
        ordering = ["hall", "number"]
        constraints = [
            models.UniqueConstraint(fields=["hall", "number"], name="window_number_once_per_hall"),
        ]

    def __str__(self) -> str:
        return self.place

    @property
    def place(self) -> str:
        return f"hall:{self.hall_id}/window:{self.number}"

    @property
    def titles(self) -> str:
        """The businesses it serves, in words."""
        return listed(str(Business(one).label) for one in self.serves.split(","))


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
    public_key = models.CharField(
        max_length=43, blank=True
    )  # Ed25519 as base64url; "" not enrolled
    parts = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)
    locked = models.BooleanField(default=False)
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

    card ──read──▶ face ──compare──▶ choose ──take──▶ done
                    └── third failure ──▶ choose (待人工核验: an officer will look)
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
    business = models.CharField(max_length=20, choices=Business)
    state = models.CharField(max_length=8, choices=State, default=State.CARD)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    verification = models.ForeignKey(Verification, models.PROTECT, null=True)
    trouble = models.CharField(max_length=40, blank=True)  # refusal code of the card, if any
    tries = models.PositiveSmallIntegerField(default=0)
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


class TicketCounter(models.Model):
    """The last number given in one hall, for one prefix, on one local day: one row, one lock."""

    hall = models.ForeignKey(Hall, models.PROTECT)
    prefix = models.CharField(max_length=2)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hall", "prefix", "day"], name="one_counter_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.hall_id} {self.prefix} {self.day}"


class TicketQuerySet(models.QuerySet["Ticket"]):
    def open(self) -> TicketQuerySet:
        return self.filter(state__in=Ticket.OPEN)

    def today(self, hall: Hall) -> TicketQuerySet:
        return self.filter(hall=hall, day=localdate())

    def waiting_by_business(self, hall: Hall) -> dict[str, int]:
        """How many wait in `hall` today for each of the three businesses."""
        counted = self.today(hall).filter(state=Ticket.State.WAITING).order_by()
        found = dict(counted.values_list("business").annotate(models.Count("pk")))
        return {business: found.get(business, 0) for business in Business.values}

    def last_called(self, hall: Hall) -> TicketQuerySet:
        """Called today and not missed, the newest call first."""
        return (
            self.today(hall)
            .exclude(called_at=None)
            .exclude(state=Ticket.State.MISSED)
            .select_related("window")
            .order_by("-called_at")
        )

    def queue_of(self, window: Window) -> TicketQuerySet:
        """Waiting today in this hall for a business this window serves, first come first."""
        return self.filter(
            hall=window.hall_id,
            day=localdate(),
            state=Ticket.State.WAITING,
            business__in=window.serves.split(","),
        ).order_by("pk")


class Ticket(models.Model):
    """号票: a place in one hall's queue, held by one person for one business.

        waiting ──call──▶ called ──start──▶ serving ──finish──▶ finished
                            └──miss──▶ missed

    Only `hall.visits` changes `state`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等候")
        CALLED = "called", _("已叫号")
        SERVING = "serving", _("办理中")
        FINISHED = "finished", _("办结")
        MISSED = "missed", _("过号")

    OPEN = (State.WAITING, State.CALLED, State.SERVING)

    hall = models.ForeignKey(Hall, models.PROTECT)
    day = models.DateField(default=localdate)
    number = models.CharField(max_length=6)  # "A007"
    person = models.ForeignKey(Person, models.PROTECT, related_name="tickets")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="tickets")
    business = models.CharField(max_length=20, choices=Business)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    verification = models.ForeignKey(Verification, models.PROTECT, null=True)
    window = models.ForeignKey(Window, models.PROTECT, null=True, related_name="tickets")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    token = models.CharField(max_length=64, unique=True)  # SHA-256 of the token in the QR
    token_used_at = models.DateTimeField(null=True)
    nonce = models.UUIDField(unique=True)  # the kiosk's own id for the swipe
    taken_at = models.DateTimeField(default=now)
    called_at = models.DateTimeField(null=True)
    calls = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hall", "day", "number"], name="ticket_number_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["person", "business", "day"],
                condition=Q(state__in=["waiting", "called", "serving"]),
                name="one_open_ticket_per_person_and_business",
            ),
            models.UniqueConstraint(
                fields=["window"],
                condition=Q(state__in=["called", "serving"]),
                name="one_person_at_a_window",
            ),
        ]
        indexes = [
            # "who is next here": the queue
            models.Index(
                fields=["hall", "day", "business", "id"],
                name="ticket_queue",
                condition=Q(state="waiting"),
            ),
            # "who was called last": the display
            models.Index(fields=["hall", "day", "-called_at"], name="ticket_last_called"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def visit(self) -> str:
        """This visit in what the back office keeps of it."""
        return f"ticket:{self.pk}"

    @property
    def identified(self) -> bool:
        """The face or an officer said that this is the person; otherwise 待人工核验."""
        bands = (Verification.Band.ACCEPT, Verification.Band.MANUAL)
        return self.verification is not None and self.verification.band in bands

    @property
    def ahead(self) -> int:
        """Waiting people who come before this ticket."""
        earlier = Ticket.objects.filter(
            hall=self.hall_id, day=self.day, business=self.business, state=Ticket.State.WAITING
        )
        return earlier.filter(pk__lt=self.pk).count()


class ItemRecord(models.Model):
    """One service item handled, or refused, for one ticket: who, what, how it ended.

    started ──finish──▶ finished
         └──────────▶ stopped
    """

    class State(models.TextChoices):
        STARTED = "started", _("办理中")
        FINISHED = "finished", _("办结")
        STOPPED = "stopped", _("中止")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="items")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True)
    item = models.CharField(max_length=30)  # code in core.items
    state = models.CharField(max_length=10, choices=State, default=State.STARTED)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    directives = models.JSONField(default=list)  # ids of the directives that were in force
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "item", "enterprise"],
                condition=Q(state="started"),
                nulls_distinct=False,  # a personal matter has no enterprise, and counts too
                name="an_item_is_handled_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.item}"

    @property
    def title(self) -> str:
        known = ITEMS[self.item]
        return known.title_en if english() else known.title
