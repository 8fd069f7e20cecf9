"""动作检测: what somebody was asked to do before a camera, and whether it was seen."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.devices.liveness import Outcome
from chengxin.devices.liveness import Step as Asked


class LivenessCheck(models.Model):
    """动作检测: one draw of steps for one person at one place, answered once within 30 seconds.

    No picture is kept of it but the one that was compared.  Only `hall.liveness` writes it.
    """

    GOOD_FOR = timedelta(seconds=30)

    class Verdict(models.TextChoices):
        PASSED = Outcome.PASSED, _("动作检测通过")
        NOT_SEEN = Outcome.NOT_SEEN, _("动作未完成")
        FACES = Outcome.FACES, _("画面中不止一人或无人")
        FRAMES = Outcome.FRAMES, _("画面不足")
        ANOTHER = Outcome.ANOTHER, _("前后不是同一张脸")

    class Step(models.TextChoices):
        LEFT = Asked.LEFT, _("向左转头")
        RIGHT = Asked.RIGHT, _("向右转头")
        BLINK = Asked.BLINK, _("眨眼")
        NOD = Asked.NOD, _("点头")

    id = models.UUIDField(primary_key=True, default=uuid4)  # the nonce
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    steps = ArrayField(models.CharField(max_length=8, choices=Step))
    place = models.CharField(max_length=60)
    session = models.CharField(max_length=60)  # the kiosk's session or the ticket it belongs to
    drawn_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    figures = models.JSONField(default=dict)  # what was measured of each step
    rules = models.CharField(max_length=20, blank=True)  # devices.liveness.RULES
    verification = models.OneToOneField(
        "people.Verification", models.SET_NULL, null=True, related_name="liveness"
    )

    class Meta:
        indexes = [models.Index(fields=["session", "drawn_at"], name="liveness_of_session")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.verdict}"

    @property
    def asked(self) -> str:
        """The steps in words, in their order."""
        return "、".join(str(self.Step(step).label) for step in self.steps)
