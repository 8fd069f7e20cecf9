"""窗口采集: papers that were laid under a document camera during a visit, sealed."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from chengxin.people.fields import SealedBytesField


class PaperCapture(models.Model):
    """纸质资料采集: one sheet, asked of a hall PC's document camera for one visit.

        asked ──answer──▶ taken ──discard──▶ discarded (the picture is gone, the line stays)
          └── trouble, or nothing in time

    The archive takes the sealed picture over from here.  Only `hall.captures` writes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    ticket = models.ForeignKey("hall.Ticket", models.PROTECT, related_name="papers")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    command = models.OneToOneField("hall.DeviceCommand", models.PROTECT, related_name="paper")
    title = models.CharField(max_length=60)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    taken_at = models.DateTimeField(null=True)
    content = SealedBytesField(null=True)
    format = models.CharField(max_length=4, blank=True)  # "jpeg", "pdf"
    sha256 = models.CharField(max_length=64, blank=True)  # of the content; stays when it is gone
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    straightened = models.BooleanField(default=False)  # its corners were found
    discarded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title

    @property
    def waits(self) -> bool:
        """The camera has not answered, and still may."""
        command = self.command
        return self.taken_at is None and command.code is None and command.deadline > now()
