"""名单比对: who asked whom a face looks like, for what, and what he was told."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class FaceSuggestion(models.Model):
    """名单比对: one search of a short list by a live face, kept without that face.

    `found` is [{"person", "portrait", "distance", "band"}], the nearest first: what the officer
    saw.  Written by `hall.suggestions`, never changed.
    """

    SHOWN = timedelta(minutes=10)  # how long its pictures can be opened

    class Scope(models.TextChoices):
        TODAY = "today", _("本厅今日取号人员")
        ENROLLED = "enrolled", _("已采集人像人员")

    class Purpose(models.TextChoices):
        NO_DOCUMENT = "no_document", _("本人到场未带证件，协助找到登记信息")
        OTHER_NUMBER = "other_number", _("疑似同一人使用不同证件")
        IMPERSONATED = "impersonated", _("核查冒用他人身份")

    id = models.UUIDField(primary_key=True, default=uuid4)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    window = models.ForeignKey("hall.Window", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    scope = models.CharField(max_length=8, choices=Scope)
    purpose = models.CharField(max_length=12, choices=Purpose)
    reason = models.CharField(max_length=200)
    engine = models.CharField(max_length=120)  # engine, model, calibration
    searched = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()  # on the list, but with no template to compare
    found = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.window_id} {self.at}"
