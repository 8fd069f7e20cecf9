"""What enrolment keeps beside pictures: what the person agreed to, codes, who else he may be."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.people.identity_models import Portrait, Verification


class Purpose(models.TextChoices):
    """For what something is collected; each has its notice in `people/privacy.yaml`."""

    IDENTITY = "identity", _("实名信息采集")
    FACE = "face", _("人脸信息")
    FINGER = "finger", _("指纹信息")  # asked only where a hall offers it
    MESSAGES = "messages", _("短信提醒")


class Consent(models.Model):
    """告知与同意: which version of a notice a person was shown, and what he said to it.

    Never changed but by his withdrawal; a new answer is a new row.
    """

    class Answer(models.TextChoices):
        INFORMED = "informed", _("已告知")  # a duty by law: told, not asked
        GIVEN = "given", _("同意")
        REFUSED = "refused", _("不同意")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=8, choices=Purpose)
    version = models.CharField(max_length=10)
    basis = models.CharField(max_length=200)  # the law it rests on, as the notice said
    answer = models.CharField(max_length=8, choices=Answer)
    at = models.DateTimeField(default=now)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    place = models.CharField(max_length=60, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(answer="given"),
                name="only_a_given_consent_is_withdrawn",
            ),
        ]
        indexes = [
            # "what does he say now": the newest of a purpose
            models.Index(fields=["person", "purpose", "-id"], name="consent_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.purpose} {self.answer}"


class OneTimeCode(models.Model):
    """短信验证码: six digits for one phone and one purpose, kept as a keyed digest."""

    class Use(models.TextChoices):
        MOBILE = "mobile", _("绑定手机号")
        VERIFY = "verify", _("核验身份")
        PAGE = "page", _("网上确认")
        SELF = "self", _("自助办税")

    id = models.UUIDField(primary_key=True, default=uuid4)
    use = models.CharField(max_length=6, choices=Use)
    about = models.CharField(max_length=60)  # for whom it is asked: "person:…", "binding:…"
    phone_token = models.CharField(max_length=26)
    digest = models.CharField(max_length=26)  # Keys.token of its id and digits
    made_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # "one a minute", and the newest of a phone
            models.Index(fields=["phone_token", "-made_at"], name="code_of_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.id}"


class Enrolment(models.Model):
    """实名采集: one enrolment brought to its end: whom, with which document, in which way."""

    class Way(models.TextChoices):
        FACE = "face", _("人脸比对")
        FINGER = "finger", _("指纹比对")
        TWO_OFFICERS = "officers", _("双人核验")
        CODE = "code", _("证件加短信验证码")

    class Channel(models.TextChoices):
        WINDOW = "window", _("窗口")
        KIOSK = "kiosk", _("自助终端")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="enrolments")
    document_kind = models.CharField(max_length=14)
    typed = models.BooleanField(default=False)  # by two officers, not read from a chip
    way = models.CharField(max_length=8, choices=Way)
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.WINDOW)
    mobile = models.BooleanField(default=False)  # proved by a code
    verification = models.ForeignKey(Verification, models.PROTECT, related_name="+")
    officer = models.ForeignKey(  # NULL: he did it alone, at a terminal
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    place = models.CharField(max_length=60)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="window", officer__isnull=False)
                | Q(channel="kiosk", officer=None),
                name="who_enrols_alone_does_it_at_a_terminal",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="enrolment_by_day")]  # the statistics

    def __str__(self) -> str:
        return f"{self.person_id} {self.way}"


class RightsRequest(models.Model):
    """个人信息权利请求: what a person asked of what is kept about him, and the answer.

    open ──answer──▶ answered   (what was done, and what the law keeps, in words)
    """

    class Kind(models.TextChoices):
        COPY = "copy", _("查询、复制")
        CORRECT = "correct", _("更正")
        DELETE = "delete", _("删除")
        WITHDRAW = "withdraw", _("撤回同意")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="rights_requests")
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.CharField(max_length=1000, blank=True)  # what is wrong, as he says
    asked_at = models.DateTimeField(default=now)
    due_on = models.DateField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    place = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answer = models.CharField(max_length=1000, blank=True)
    kept = models.JSONField(default=list)  # rules of people/retention.yaml that keep something

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="an_answered_request_says_what_and_by_whom",
            ),
        ]
        indexes = [
            # what is still to be answered, the soonest first
            models.Index(fields=["due_on"], name="request_due", condition=Q(answered_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def overdue(self) -> bool:
        return self.is_open and self.due_on < localdate()


class Likeness(models.Model):
    """疑似重复: two numbers with one face, or one number with two faces; a person judges.

    open ──judge──▶ judged ──withdraw──▶ open
    """

    class Kind(models.TextChoices):
        SAME_FACE = "face", _("同脸异号")
        OTHER_FACE = "number", _("同号异脸")

    class Verdict(models.TextChoices):
        OPEN = "", _("待认定")
        ONE_PERSON = "one", _("同一人")
        TWO_PEOPLE = "two", _("不是同一人")

    kind = models.CharField(max_length=6, choices=Kind)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="likenesses")
    other = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    portrait = models.ForeignKey(Portrait, models.SET_NULL, null=True, related_name="+")
    other_portrait = models.ForeignKey(Portrait, models.SET_NULL, null=True, related_name="+")
    distance = models.FloatField(null=True)
    engine = models.CharField(max_length=120, blank=True)
    found_at = models.DateTimeField(default=now)
    verdict = models.CharField(max_length=3, choices=Verdict, default=Verdict.OPEN, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    history = models.JSONField(default=list)  # verdicts that were withdrawn: who, when, why

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person", "other"], name="a_likeness_is_listed_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="face") & ~Q(person=F("other"))
                | Q(kind="number", person=F("other")),
                name="a_likeness_is_of_two_numbers_or_of_one",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", judged_by=None)
                | ~Q(verdict="") & Q(judged_by__isnull=False) & ~Q(reason=""),
                name="a_likeness_is_judged_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id} {self.other_id}"
