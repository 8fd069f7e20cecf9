"""The queue: numbers, tickets with their time ledger, and what was handled for each.

Only `hall.ledger` changes a ticket's state, for the operations of `hall.visits` and `hall.queue`.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import ITEMS
from chengxin.core.refusal import Refusal
from chengxin.hall import moves
from chengxin.hall.hall_models import Business, Hall, Window
from chengxin.people.fields import SealedTextField
from chengxin.people.models import Enterprise, Person, Verification
from chengxin.trace.tongue import english


class TicketCounter(models.Model):
    """The last number given in one hall, for one prefix, on one local day: one row, one lock.

    The prefix "" counts every ticket of the hall: the order in which people came (`Ticket.seq`).
    """

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
        """Called today and come or awaited, the newest call first."""
        return (
            self.today(hall)
            .filter(called_at__isnull=False, state__in=moves.SHOWN)
            .select_related("window")
            .order_by("-called_at")
        )

    def queue_of(self, window: Window) -> TicketQuerySet:
        """Waiting today in this hall for what this window serves, in the order of their turns."""
        found = self.filter(
            hall=window.hall_id,
            day=localdate(),
            state=Ticket.State.WAITING,
            business__in=window.serves.split(","),
        )
        if window.groups:
            found = found.filter(needs__contained_by=window.groups)
        own = Q(to_window=None) | Q(to_window=window.pk)
        return found.filter(own).order_by("turn", "pk")


class Priority(models.TextChoices):
    """Why somebody is called before his turn (优先)."""

    NONE = "", _("普通")
    ELDERLY = "elderly", _("老年人")
    DISABLED = "disabled", _("残疾人")
    MILITARY = "military", _("军人")
    APPOINTMENT = "appointment", _("预约")
    GRADE_A = "grade_a", _("A级绿色通道")


class Ticket(models.Model):
    """号票: a place in one hall's queue, held by one person for one business.

    `hall.moves` says what may become of it.  `turn` orders the queue: see `hall.turns`.  Of one
    that a kiosk gave while its line was cut (`block`) nobody knows the holder, until an officer
    has his document before him (`hall.local`).
    """

    State = moves.State
    OPEN = moves.OPEN

    hall = models.ForeignKey(Hall, models.PROTECT)
    day = models.DateField(default=localdate)
    number = models.CharField(max_length=6)  # "A007"
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="tickets")
    block = models.ForeignKey("hall.NumberBlock", models.PROTECT, null=True)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="tickets")
    business = models.CharField(max_length=20, choices=Business)
    state = models.CharField(max_length=10, choices=moves.State, default=moves.State.WAITING)
    seq = models.PositiveIntegerField(default=0)  # the hall's how-manieth of the day
    turn = models.IntegerField(default=0)
    priority = models.CharField(max_length=12, choices=Priority, default=Priority.NONE, blank=True)
    planned = models.JSONField(default=list)  # codes in core.items that the person came for
    needs = ArrayField(models.CharField(max_length=12), default=list)  # groups a window must serve
    to_window = models.ForeignKey(Window, models.PROTECT, null=True, related_name="sent_here")
    passed_on = SealedTextField()  # what the last officer said when he sent the person on
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    misses = models.PositiveSmallIntegerField(default=0)
    verification = models.ForeignKey(Verification, models.PROTECT, null=True)
    window = models.ForeignKey(Window, models.PROTECT, null=True, related_name="tickets")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    token = models.CharField(max_length=64, unique=True)  # SHA-256 of the token in the QR
    token_used_at = models.DateTimeField(null=True)
    place_code = models.CharField(max_length=64, blank=True)  # SHA-256 of the phone page's code
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
                condition=Q(state__in=moves.OPEN),
                name="one_open_ticket_per_person_and_business",
            ),
            models.UniqueConstraint(
                fields=["window"],
                condition=Q(state__in=["called", "serving"]),
                name="one_person_at_a_window",
            ),
            models.UniqueConstraint(
                fields=["place_code"], condition=~Q(place_code=""), name="one_place_code_a_ticket"
            ),
            models.UniqueConstraint(
                fields=["window"], condition=Q(state="ready"), name="one_ready_at_a_window"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(block__isnull=False, state__in=moves.UNNAMED),
                name="nobody_is_served_unnamed",
            ),
        ]
        indexes = [
            # "who is next here": the queue
            models.Index(
                fields=["hall", "day", "turn", "id"],
                name="ticket_queue",
                condition=Q(state="waiting"),
            ),
            # "who was called last": the display
            models.Index(fields=["hall", "day", "-called_at"], name="ticket_last_called"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def about(self) -> str:
        """The key of the person, without asking for him; "" while nobody knows who he is."""
        return f"person:{self.person_id}" if self.person_id else ""

    @property
    def place(self) -> str:
        """Where its holder stands: its window; "" while it has none."""
        return self.window.place if self.window else ""

    @property
    def holder(self) -> Person:
        """The person, for whatever cannot be done before an officer knows him."""
        if self.person is None:
            raise Refusal("bearer_unknown", gettext("此号在断网时取得，请先登记持号人的证件号码"))
        return self.person

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
        """People waiting for the same business whose turn comes before this ticket's."""
        waiting = Ticket.objects.filter(
            hall=self.hall_id, day=self.day, business=self.business, state=Ticket.State.WAITING
        )
        before = Q(turn__lt=self.turn) | Q(turn=self.turn, pk__lt=self.pk)
        return waiting.filter(before).count()


class TicketMoveQuerySet(models.QuerySet["TicketMove"]):
    def calls(self, hall: Hall) -> TicketMoveQuerySet:
        """Today's calls and repeated calls in `hall` of those still called for, newest first."""
        today = self.filter(ticket__hall=hall, ticket__day=localdate())
        found = today.filter(step__in=("call", "recall"), ticket__state__in=moves.SHOWN)
        return found.select_related("ticket", "window").order_by("-pk")


class TicketMove(models.Model):
    """时间台账: one step of one ticket, one row, never changed: waits and services are counted
    from these rows alone."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="moves")
    step = models.CharField(max_length=10)  # in hall.moves.MOVES
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    at = models.DateTimeField(default=now)
    business = models.CharField(max_length=20, choices=Business)  # of the ticket after the step
    window = models.ForeignKey(Window, models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)  # NULL: itself

    objects = TicketMoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=moves.legal(), name="ledger_has_legal_moves_only"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.step}"


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

    @property
    def took(self) -> timedelta:
        """From its begin to its end, or until now."""
        return (self.ended_at or now()) - self.started_at
