"""What happens to an alert that somebody works on: steps, papers, questions to the taxpayer.

What may name anybody (comments, answers, names of files) lies sealed.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from chengxin.people.fields import SealedBytesField, SealedTextField


class CaseStep(models.Model):
    """办理经过: one thing that was done or said in a case: who, when, what, to whom.

    Every step has its trace, which names it (`detail.step`); the database refuses to change or
    delete it.  Only `risk.cases.note` writes it.
    """

    alert = models.ForeignKey("risk.Alert", models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=now)
    action = models.CharField(max_length=40)  # as its trace: "alert.take"
    officer = models.ForeignKey(  # null: the program, or the taxpayer
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    to = models.ForeignKey(  # who holds the case now
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=12, blank=True)  # a state of Alert
    due_on = models.DateField(null=True)
    words = SealedTextField()

    class Meta:
        indexes = [
            # the story of one alert
            models.Index(fields=["alert", "id"], name="case_step_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.action}"


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def waiting(self) -> InquiryQuerySet:
        return self.filter(state=Inquiry.State.WAITING)


class Inquiry(models.Model):
    """说明要求: a question to the taxpayer, and his answer.

        waiting ──answer───▶ answered
           ├──────withdraw─▶ withdrawn  (by an officer)
           └──────lapse────▶ lapsed     (its last day passed without an answer)

    A code opens its page and nothing else; only the code's keyed digest is kept.  Only
    `risk.inquiries` changes it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待纳税人说明")
        ANSWERED = "answered", _("已收到说明")
        WITHDRAWN = "withdrawn", _("已撤回")
        LAPSED = "lapsed", _("逾期未说明")

    alert = models.ForeignKey("risk.Alert", models.PROTECT, related_name="inquiries")
    about = models.CharField(max_length=60)  # who is asked: the alert's subject
    question = SealedTextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    code_digest = models.CharField(max_length=26, unique=True)
    until = models.DateTimeField()  # the first moment after its last day
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answer = SealedTextField()
    answered_by = SealedTextField()  # name as he signed it
    capacity = models.CharField(max_length=2, blank=True)  # Affiliation.Role; blank: himself
    phone = SealedTextField()

    objects = InquiryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert"], condition=Q(state="waiting"), name="one_waiting_inquiry_per_alert"
            ),
            models.CheckConstraint(
                condition=~Q(state="answered")
                | Q(answer__isnull=False, answered_by__isnull=False, ended_at__isnull=False),
                name="answered_says_what_and_by_whom",
            ),
        ]
        indexes = [
            # every morning: which wait, by their end
            models.Index(fields=["until"], name="inquiry_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.state}"

    @property
    def last_day(self) -> str:
        """The last day on which it may be answered, as 2017-08-18."""
        return localtime(self.until - timedelta(seconds=1)).strftime("%Y-%m-%d")

    @property
    def is_waiting(self) -> bool:
        return self.state == Inquiry.State.WAITING and now() < self.until


class CaseFile(models.Model):
    """案件资料: a paper of a case, sealed; from an officer or with the taxpayer's answer.

    Only `risk.papers` writes and reads it.  The database refuses to change or delete it.
    """

    alert = models.ForeignKey("risk.Alert", models.PROTECT, related_name="files")
    step = models.ForeignKey(CaseStep, models.PROTECT, related_name="files")
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, null=True, related_name="files")
    name = SealedTextField()
    kind = models.CharField(max_length=20)  # media type, told by the first bytes
    size = models.PositiveIntegerField()  # bytes
    digest = models.CharField(max_length=64)  # SHA-256 of the paper
    content = SealedBytesField()

    def __str__(self) -> str:
        return f"{self.alert_id} {self.digest[:12]}"
