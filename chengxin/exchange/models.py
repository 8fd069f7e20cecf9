"""What came in: one row per delivery, whether it was taken or turned away."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


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
    lake_version = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"


class NightRun(models.Model):
    """夜间运行: one run of the night and what it brought."""

    day = models.DateField()
    lake_version = models.BigIntegerField()
    indicators = models.JSONField(default=dict)  # code → version
    findings = models.IntegerField(default=0)
    seconds = models.FloatField(default=0)
    followed = models.BooleanField(default=False)  # only what changed since the run before
    audited = models.IntegerField(default=0)  # subjects that were scanned once more by themselves
    different = models.JSONField(default=list)  # those of whom that said something else
    finished_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.day} v{self.lake_version}"
