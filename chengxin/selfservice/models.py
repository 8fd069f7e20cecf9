"""自助办税: who has come in, who asked for a code, and which certificates were given out.

Only `selfservice.doors` opens and ends a session; only `selfservice.certificates` issues.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.hall.models import Device
from chengxin.people.fields import SealedTextField
from chengxin.people.models import Enterprise, Person
from chengxin.trace.tongue import english

ON_A_PHONE = "self"  # the place of traces that were left from no terminal


class SelfSession(models.Model):
    """自助办税会话: one person in his own pages, from the proof of who he is to its end.

    open ──leave, idle, over, replaced, shut──▶ ended

    The browser holds a random token, this row its digest.  It is never an officer's sign-in.
    """

    class Way(models.TextChoices):
        FACE = "face", _("身份证和人脸")
        CARD = "card", _("身份证和短信验证码")
        PHONE = "phone", _("证件号码和短信验证码")

    class End(models.TextChoices):
        NONE = "", _("进行中")
        LEFT = "left", _("本人退出")
        IDLE = "idle", _("无操作")
        OVER = "over", _("已满三十分钟")
        REPLACED = "replaced", _("另一人或另一次登录")
        SHUT = "shut", _("身份状态变化")

    LONGEST = timedelta(minutes=30)
    IDLE = timedelta(minutes=10)
    IDLE_IN_THE_HALL = timedelta(minutes=3)  # the next person stands behind him

    id = models.UUIDField(primary_key=True, default=uuid4)
    token = models.CharField(max_length=64, unique=True)  # SHA-256 of what the browser holds
    person = models.ForeignKey(Person, models.PROTECT, related_name="self_sessions")
    way = models.CharField(max_length=5, choices=Way)
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="self_sessions")
    began_at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=8, choices=End, blank=True, default=End.NONE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(ended_at=None), name="one_person_at_a_terminal"
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at=None, device=None),
                name="one_phone_session_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.way}"

    @property
    def place(self) -> str:
        return self.device.place if self.device else ON_A_PHONE

    @property
    def idle_after(self) -> timedelta:
        return self.IDLE_IN_THE_HALL if self.device_id else self.IDLE

    @property
    def until(self) -> datetime:
        """When it ends by itself, if nothing is done meanwhile."""
        return min(self.began_at + self.LONGEST, self.seen_at + self.idle_after)

    @property
    def seconds(self) -> int:
        return max(0, int((self.until - now()).total_seconds()))


class CodeRequest(models.Model):
    """自助验证码请求: somebody typed a number and a phone; whether they belong together, the worker
    finds out, never the page.

    The page counts its tries alike for whoever exists and whoever does not.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    number = SealedTextField()
    phone = SealedTextField()
    pair = models.CharField(max_length=26)  # keyed token of both
    address = models.CharField(max_length=26)  # keyed token of the network address
    made_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True)  # the worker has seen it
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # one a minute, twenty a day
            models.Index(fields=["pair", "-made_at"], name="self_code_of_pair"),
            models.Index(fields=["address", "-made_at"], name="self_code_of_address"),
            # the worker: what is to be looked at
            models.Index(fields=["made_at"], name="self_code_waiting", condition=Q(looked_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def key(self) -> str:
        return f"self:{self.pk}"


class Certificate(models.Model):
    """证明: what was attested to whom, when, from which data; printed again it says the same.

    Never changed.  `told` holds its words in both languages, sealed; `sha256` is over number, code
    and words, and stands on the paper.
    """

    class Kind(models.TextChoices):
        ENROLLED = "enrolled", _("实名采集证明")
        BOUND = "bound", _("企业关联证明")
        GRADE = "grade", _("纳税信用评价结果")

    code = models.CharField(max_length=26, primary_key=True)  # in the QR: opens the public page
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="+")
    facts = models.CharField(max_length=64)  # SHA-256 of the words alone: the same again is this
    told = SealedTextField()
    sha256 = models.CharField(max_length=64)
    lake_version = models.BigIntegerField(null=True)  # of the data; NULL: the hall's own
    issued_at = models.DateTimeField(default=now)
    place = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="enrolled", enterprise=None)
                | ~Q(kind="enrolled") & Q(enterprise__isnull=False),
                name="who_a_certificate_is_about",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-issued_at"], name="certificate_of_person"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tongue(self) -> str:
        return "en" if english() else "zh"
