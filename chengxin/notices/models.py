"""短信: what is to be said to whom, and what became of it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.people.fields import SealedTextField


class Message(models.Model):
    """短信: one message of the outbox; phone and words lie sealed until it has ended, then go.

    waiting ──send──▶ sent ──receipt──▶ delivered
       │ └─ again, later                └──▶ failed
       └──refused, or past its time──▶ failed

    Only `notices.outbox` changes it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        DELIVERED = "delivered", _("已送达")
        FAILED = "failed", _("未送达")

    class Kind(models.TextChoices):
        CODE = "code", _("验证码")
        CONFIRM = "confirm", _("绑定待确认")
        CLAIM = "claim", _("有人申请绑定")
        DISPUTE = "dispute", _("冒名申诉")
        SUSPECT = "suspect", _("疑似冒名")
        ENDING = "ending", _("授权将到期")
        DOCUMENT = "document", _("证件将到期")

    id = models.UUIDField(primary_key=True, default=uuid4)  # the gateway knows it by this
    kind = models.CharField(max_length=8, choices=Kind)
    about = models.CharField(max_length=60)  # to whom: "person:…"
    phone = SealedTextField()
    words = SealedTextField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    made_at = models.DateTimeField(default=now)
    until = models.DateTimeField()  # after which it helps nobody
    next_at = models.DateTimeField(default=now)  # when it is tried, or its receipt asked for
    tries = models.PositiveSmallIntegerField(default=0)
    receipt = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # the worker: what is due
            models.Index(
                fields=["next_at"], name="message_due", condition=Q(state__in=["waiting", "sent"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
