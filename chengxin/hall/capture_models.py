"""窗口采集: papers that were laid under a document camera during a visit, sealed."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
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
    code = models.CharField(max_length=30, blank=True)  # in core.papers; "" has a free title
    item = models.CharField(max_length=30, blank=True)  # in core.items: for what it was taken
    enterprise = models.ForeignKey(  # whose paper it is; NULL: the person's own
        "people.Enterprise", models.PROTECT, null=True, related_name="+"
    )
    until = models.DateField(null=True)  # last day that stands on it
    registered = models.CharField(max_length=64, blank=True)  # SHA-256 of what was registered then
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

    class Meta:
        indexes = [
            # "what do we hold of him", "what of this enterprise"
            models.Index(
                fields=["person", "-taken_at"], name="paper_of_person",
                condition=Q(taken_at__isnull=False, discarded_at=None),
            ),
            models.Index(
                fields=["enterprise", "-taken_at"], name="paper_of_enterprise",
                condition=Q(taken_at__isnull=False, discarded_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def waits(self) -> bool:
        """The camera has not answered, and still may."""
        command = self.command
        return self.taken_at is None and command.code is None and command.deadline > now()


class PaperReuse(models.Model):
    """资料沿用: a paper that was held already served for one more item, so it was not asked again.

    Never changed.  Only `hall.held_papers` writes it.
    """

    paper = models.ForeignKey(PaperCapture, models.CASCADE, null=True, related_name="reuses")
    letter = models.ForeignKey("people.Letter", models.CASCADE, null=True, related_name="+")
    handled = models.ForeignKey("hall.ItemRecord", models.PROTECT, related_name="reuses")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paper=None, letter__isnull=False) | Q(paper__isnull=False, letter=None),
                name="a_paper_or_a_letter_is_reused",
            ),
            models.UniqueConstraint(
                fields=["paper", "letter", "handled"],
                nulls_distinct=False,
                name="a_paper_serves_an_item_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id or self.letter_id} {self.handled_id}"
