"""What a ledger of steps keeps of each: from which state to which, on whose word, and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from chengxin.people import moves

BY_SOMEBODY = ~Q(reason="") & (~Q(author="officer") | Q(officer__isnull=False))


class Step(models.Model):
    """One step of one thing, one row, never changed.

    Each ledger names whose step it is, and keeps its table of `people.moves` and `BY_SOMEBODY` as
    constraints of its own.
    """

    step = models.CharField(max_length=10)  # in the ledger's table of people.moves
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    at = models.DateTimeField(default=now)
    author = models.CharField(max_length=10, choices=moves.Author)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    reason = models.CharField(max_length=400)
    place = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True
