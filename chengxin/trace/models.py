"""办税痕迹: what was done, and the seals that make a later change visible."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.timezone import now

SELF = "self"  # in `detail["by"]`: done by the person himself, who had shown who he is


class TraceQuerySet(models.QuerySet["Trace"]):
    def about_any(self, *keys: str) -> TraceQuerySet:
        return self.filter(about__in=keys)

    def latest_first(self) -> TraceQuerySet:
        return self.order_by("-pk")


class Trace(models.Model):
    """One line of 办税痕迹: who did what, about whom, where, and how it ended.

    Written by `record.of` and `record.seen`; the database refuses to change or delete it, and
    notifies every open page of it (`stream`).  `detail` holds ids and codes, never a name.
    """

    at = models.DateTimeField(default=now, db_index=True)
    action = models.CharField(max_length=40)  # "ticket.take"
    outcome = models.CharField(max_length=40, default="done")  # "done" or a refusal's code
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="traces"
    )
    place = models.CharField(max_length=60, blank=True)  # "hall:yangxin/window:3"
    about = models.CharField(max_length=60, blank=True)  # "person:<id>", "enterprise:<id>"
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = TraceQuerySet.as_manager()

    wanted = True

    class Meta:
        indexes = [
            # "what was done about this person": the trace page, newest first
            models.Index(fields=["about", "-id"], name="trace_about_newest"),
            # "what did this officer do": the inner control
            models.Index(fields=["officer", "-id"], name="trace_officer_newest"),
            # "what did directives do at the windows": the outcomes of indicators
            models.Index(
                fields=["id"], name="trace_item_begun", condition=models.Q(action="item.begin")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action} {self.about} {self.outcome}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("a trace is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a trace is never deleted")

    @property
    def by_himself(self) -> bool:
        """The person whom it is about did it, or one who acts for the enterprise."""
        return self.officer_id is None and self.detail.get("by") == SELF

    def drop(self) -> None:
        """The block turned out to do nothing: leave no trace of it."""
        self.wanted = False


class Seal(models.Model):
    """A batch of traces closed by a digest that takes in the seal before it (hash chain).

    Who changes or removes a sealed trace behind the database's back breaks this and every later
    seal; `chengxin audit verify` finds the first broken one.
    """

    at = models.DateTimeField(default=now)
    first = models.BigIntegerField()  # ids of the first and last trace in the batch
    last = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 over the previous digest and the lines

    def __str__(self) -> str:
        return f"{self.first}–{self.last} {self.digest[:12]}"
