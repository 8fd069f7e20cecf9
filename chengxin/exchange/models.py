"""What came in, and who may tell facts through the interface."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.core.keys import digest
from chengxin.trace.tongue import english


class Delivery(models.Model):
    """交付: a file that one source sent, what was read of it and what was set aside."""

    class State(models.TextChoices):
        STORED = "stored", _("已入库")
        AGAIN = "again", _("重复交付")
        REFUSED = "refused", _("已退回")

    delivery_id = models.CharField(max_length=16, db_index=True)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State)
    delivered_on = models.DateField(null=True)
    rows = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    rejects = models.JSONField(default=list, encoder=DjangoJSONEncoder)  # [{line, reason}], capped
    reason = models.CharField(max_length=600, blank=True)  # why it was refused
    reason_zh = models.CharField(max_length=600, blank=True)  # the same for a Chinese page
    lake_version = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"

    @property
    def because(self) -> str:
        """Why it was refused, in the reader's language where it was said in both."""
        return self.reason if english() else self.reason_zh or self.reason


class Client(models.Model):
    """接口客户端: a program of another office that may tell facts (`POST /api/v1/facts/…`)."""

    name = models.SlugField(primary_key=True, max_length=40)
    owner = models.CharField(max_length=100)  # whom to ask
    key_digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the key, hex
    sources = models.JSONField(default=list)  # names of the sources as which it may speak
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """实时事件: one or many rows of a source that a client told at once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待入库")
        STORED = "stored", _("已入库")
        REFUSED = "refused", _("已退回")

    client = models.ForeignKey(Client, models.PROTECT, related_name="events")
    key = models.CharField(max_length=80)  # the client's Idempotency-Key
    digest = models.CharField(max_length=64)  # keyed, of source and rows
    source = models.CharField(max_length=60)
    day = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="events")
    received_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="event_told_once"),
        ]
        indexes = [
            models.Index(fields=["id"], name="event_waiting", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.source} {self.state}"

    @property
    def known_as(self) -> str:
        """The delivery id of its rows: the same words told another time are another fact."""
        return digest(f"{self.client_id}/{self.key}/{self.digest}".encode())[:16]

    @property
    def file_name(self) -> str:
        return f"{self.source}.{self.day:%Y%m%d}.{self.known_as}.jsonl"


class NightRun(models.Model):
    """夜间运行: one run of the night and what it brought."""

    day = models.DateField()
    lake_version = models.BigIntegerField()
    indicators = models.JSONField(default=dict)  # code → version
    findings = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)  # code → findings, the undecided among them
    seconds = models.FloatField(default=0)
    followed = models.BooleanField(default=False)  # only what changed since the run before
    audited = models.IntegerField(default=0)  # subjects that were scanned once more by themselves
    different = models.JSONField(default=list)  # those of whom that said something else
    finished_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.day} v{self.lake_version}"
