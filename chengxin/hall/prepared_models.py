"""预审资料: papers that a person handed in before his visit, from his own pages, sealed."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.timezone import now

from chengxin.core.items import ITEMS
from chengxin.people.fields import SealedBytesField
from chengxin.trace.tongue import english


class PreparedPaper(models.Model):
    """预先提交的资料: one picture or PDF for one item, held for thirty days, then deleted.

        held ──use──▶ used (a window took it for the visit)
          └─discard─▶ gone, row and bytes

    Only `hall.prepared` writes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="prepared")
    enterprise = models.ForeignKey(  # NULL: for a matter of his own
        "people.Enterprise", models.PROTECT, null=True, related_name="+"
    )
    item = models.CharField(max_length=30)  # code in core.items
    title = models.CharField(max_length=60)
    content = SealedBytesField()
    format = models.CharField(max_length=4)  # "jpeg", "png", "pdf"
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            # the window and his own page: what is held for him
            models.Index(fields=["person", "until"], name="prepared_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.item}"

    @property
    def item_title(self) -> str:
        known = ITEMS[self.item]
        return known.title_en if english() else known.title
