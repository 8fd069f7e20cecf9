"""A random sample of subjects that an indicator did not hit, to be looked at all the same."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

OF_A_SAMPLE = "CTRL"  # stands in a case where others name the indicator that hit


class Control(models.Model):
    """对照抽样: who was drawn, out of how many, so that anyone can draw the same again.

    Its cases are alerts of the kind `control`.  Written once by `risk.controls`, never changed.
    """

    indicator = models.CharField(max_length=4, blank=True)  # empty: hit by none of them
    bureau = models.CharField(max_length=5)  # whose subjects: Office.Bureau
    region = models.CharField(max_length=6)
    seed = models.BigIntegerField()
    as_of = models.DateField()
    lake_version = models.BigIntegerField()
    population = models.PositiveIntegerField()  # subjects that were not hit
    fingerprint = models.CharField(max_length=32)  # of their keys, in whatever order
    hits = models.PositiveIntegerField()  # subjects of the same offices that were
    size = models.PositiveIntegerField()  # drawn
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=200), name="a_control_sample_has_1_to_200_cases"
            ),
        ]
        indexes = [
            # the newest of an indicator
            models.Index(fields=["indicator", "-id"], name="control_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator or '*'} {self.seed}"
