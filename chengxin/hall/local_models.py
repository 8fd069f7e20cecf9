"""Numbers for when the line is cut: a range of its own for each kiosk and day."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import localdate, now

SIGNS = "BCEFGHJLMNPQRTUVWXY"  # none that is a business's prefix, or looks like a figure
LETTERS = [*SIGNS, *(one + other for one in SIGNS for other in SIGNS)]  # in the order of giving


class NumberBlock(models.Model):
    """本机号段: the numbers that one kiosk may give by itself on one day, while its line is cut.

    A number of it is the prefix of the business, the block's letter and two figures: AB07; a hall
    that needs more blocks than there are letters gives some of two.  What was not given by the
    end of the day is void, because a block is good for its day only.
    """

    SIZE = 99  # numbers of each business

    hall = models.ForeignKey("hall.Hall", models.PROTECT)
    device = models.ForeignKey("hall.Device", models.CASCADE, related_name="blocks")
    day = models.DateField(default=localdate)
    letter = models.CharField(max_length=2)
    secret = models.CharField(max_length=64)  # SHA-256 of what only the page that holds it knows
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hall", "day", "letter"], name="block_letter_once_a_day"
            ),
            models.UniqueConstraint(fields=["device", "day", "secret"], name="block_once_a_page"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.day} {self.letter}"
