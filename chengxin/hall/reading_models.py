"""窗口读取: what the officer at a window asked a reader for, and whether it came."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class WindowReading(models.Model):
    """窗口读取: one card or finger that a reader at a window was asked for, once.

        asked ──answer──▶ heard (whose it is, or why it was not taken)
          └── trouble of the reader, or nothing in time

    What was read is never kept here: it goes to the person, or nowhere.  Only `hall.readings`
    writes it.
    """

    SHOWN = timedelta(minutes=2)  # as long as a page tells of its trouble

    class Use(models.TextChoices):
        CARD = "card", _("读取身份证")
        ENROL = "enrol", _("采集指纹")
        VERIFY = "verify", _("指纹核验")

    id = models.UUIDField(primary_key=True, default=uuid4)
    use = models.CharField(max_length=8, choices=Use, default=Use.CARD)
    window = models.ForeignKey("hall.Window", models.PROTECT, related_name="readings")
    ticket = models.ForeignKey("hall.Ticket", models.PROTECT, null=True, related_name="+")
    command = models.OneToOneField("hall.DeviceCommand", models.CASCADE, related_name="reading")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    heard_at = models.DateTimeField(null=True)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    trouble = models.CharField(max_length=40, blank=True)  # refusal code of what was read, if any

    class Meta:
        indexes = [
            # "what does the reader here do now"
            models.Index(fields=["window", "-asked_at"], name="reading_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.use}"

    @property
    def waits(self) -> bool:
        """The reader has not answered, and still may."""
        command = self.command
        return self.heard_at is None and command.code is None and command.deadline > now()

    @property
    def taken(self) -> bool:
        """It was read, and what it was read for is done."""
        return self.heard_at is not None and not self.trouble
