"""好差评: the citizen's own screen at a window, his grade of a visit, what a bad one brings."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.hall.hall_models import Window
from chengxin.hall.ticket_models import Ticket
from chengxin.people.fields import SealedTextField


class Screen(models.Model):
    """评价屏: a second screen or tablet at a window, paired with it by a code of ten minutes.

    invited ──pair──▶ paired ──end──▶ ended     (a newer pairing ends the one before)

    Only the digests of code and token are kept; the token lies in the screen's own browser.  Only
    `hall.screens` changes it.
    """

    SILENT = timedelta(seconds=60)  # three of its questions missed: it is gone

    window = models.ForeignKey(Window, models.PROTECT, related_name="screens")
    code = models.CharField(max_length=64, unique=True)  # SHA-256 of the pairing code
    until = models.DateTimeField()  # for pairing
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    token = models.CharField(max_length=64, blank=True)  # SHA-256 of its secret; "" not paired
    paired_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["window"],
                condition=Q(paired_at__isnull=False, ended_at=None),
                name="one_screen_per_window",
            ),
            # also the question "whose browser is this"
            models.UniqueConstraint(
                fields=["token"], condition=~Q(token=""), name="a_token_is_one_screens"
            ),
        ]

    def __str__(self) -> str:
        return self.place

    @property
    def place(self) -> str:
        """Not the window's own: an officer's page hears nothing of what is pressed here."""
        return f"hall:{self.window.hall_id}/screen:{self.window.number}"

    @property
    def alive(self) -> bool:
        return self.seen_at is not None and now() - self.seen_at < self.SILENT


class Grade(models.TextChoices):
    """The five grades of 国办发〔2019〕51号, the best first."""

    VERY_GOOD = "very_good", _("非常满意")
    GOOD = "good", _("满意")
    FAIR = "fair", _("基本满意")
    BAD = "bad", _("不满意")
    VERY_BAD = "very_bad", _("非常不满意")


class Complaint(models.TextChoices):
    """What a bad grade is about; the citizen may choose several or none."""

    ATTITUDE = "attitude", _("服务态度")
    SLOW = "slow", _("办理太慢")
    WAITING = "waiting", _("等候太久")
    UNCLEAR = "unclear", _("没有一次说清")
    SKILL = "skill", _("业务不熟")
    PAPERS = "papers", _("重复要资料")
    PLACE = "place", _("设备或环境")
    OTHER = "other", _("其他")


class Evaluation(models.Model):
    """好差评 of one visit: asked once, on the citizen's screen.

        asked ──give────▶ given      (a bad grade makes a task: Redress)
          ├───decline───▶ declined
          └───lapse─────▶ lapsed     (the next person is called, or nobody pressed)

    Only `hall.evaluations` changes it.
    """

    BAD = (Grade.BAD, Grade.VERY_BAD)

    class State(models.TextChoices):
        ASKED = "asked", _("待评价")
        GIVEN = "given", _("已评价")
        DECLINED = "declined", _("不评价")
        LAPSED = "lapsed", _("未评价")

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="evaluation")
    window = models.ForeignKey(Window, models.PROTECT, related_name="evaluations")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    screen = models.ForeignKey(Screen, models.PROTECT, related_name="evaluations")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    grade = models.CharField(max_length=10, choices=Grade, blank=True)
    complaints = ArrayField(models.CharField(max_length=10), default=list)
    asked_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="given") & ~Q(grade="") | ~Q(state="given") & Q(grade=""),
                name="a_grade_is_given_or_there_is_none",
            ),
        ]
        indexes = [
            # "what does the screen of this window ask now"
            models.Index(fields=["window"], name="evaluation_asked", condition=Q(state="asked")),
            # "how was this officer graded on days gone by"
            models.Index(fields=["officer", "asked_at"], name="evaluations_of_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.state}"

    @property
    def complaint_titles(self) -> list[str]:
        return [str(Complaint(one).label) for one in self.complaints]


class RedressQuerySet(models.QuerySet["Redress"]):
    def open(self) -> RedressQuerySet:
        return self.filter(answered_at=None)


class Redress(models.Model):
    """差评核实: the hall manager's task behind a bad grade, answered within working days.

    open ──answer──▶ answered
    """

    class Finding(models.TextChoices):
        UPHELD = "upheld", _("属实，已整改")
        PARTLY = "partly", _("部分属实，已说明")
        UNFOUNDED = "unfounded", _("不属实，已说明")

    evaluation = models.OneToOneField(Evaluation, models.PROTECT, related_name="redress")
    due_on = models.DateField()
    finding = models.CharField(max_length=10, choices=Finding, blank=True)
    called_back = models.BooleanField(default=False)  # 回访
    words = SealedTextField()  # what was found and done; may name anybody
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = RedressQuerySet.as_manager()

    class Meta:
        indexes = [
            # "which answers are due"
            models.Index(fields=["due_on"], name="redress_due", condition=Q(answered_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.due_on}"

    @property
    def overdue(self) -> bool:
        return self.answered_at is None and self.due_on < localdate()
