"""指纹特征: what is kept of a finger: a template, sealed, and nothing that could be drawn again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from chengxin.devices.fingerprints import FINGERS
from chengxin.people.fields import SealedBytesField
from chengxin.trace.tongue import english


class Fingerprint(models.Model):
    """指纹特征: one finger of one person as a template of ISO/IEC 19794-2, never a picture.

    It rests on his consent alone: with that it is deleted.  Only `people.fingers` writes it.
    """

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="fingerprints")
    finger = models.PositiveSmallIntegerField()  # a key of devices.fingerprints.FINGERS
    template = SealedBytesField()
    quality = models.PositiveSmallIntegerField()  # 0 to 100, as the reader's maker counts
    taken_at = models.DateTimeField(default=now)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    place = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "finger"], name="one_template_of_a_finger"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.finger}"

    @property
    def title(self) -> str:
        words = FINGERS[self.finger]
        return words.en if english() else words.zh
