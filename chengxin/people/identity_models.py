"""What is kept when somebody shows who he is: pictures, checks, what the lake is still to hear."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.people import moves
from chengxin.people.fields import SealedBytesField
from chengxin.people.step_models import BY_SOMEBODY, Step


class Portrait(models.Model):
    """人像: a picture of a person with the face template made from it, both sealed.

    The card's picture and enrolled ones are references; a live one that was only compared is not.
    """

    class Channel(models.TextChoices):
        CARD = "card", _("证件芯片照片")
        LIVE = "live", _("现场采集照片")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="portraits")
    channel = models.CharField(max_length=4, choices=Channel)
    jpeg = SealedBytesField()
    enrolled = models.BooleanField(default=False)  # later pictures may be compared with it
    template = SealedBytesField(null=True)
    engine = models.CharField(max_length=120, blank=True)  # engine, model hash, calibration
    taken_at = models.DateTimeField(default=now)
    place = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "channel", "-taken_at"], name="portrait_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.channel}"


class Verification(models.Model):
    """核验: one check that the person present is the person on the card, and how it came out."""

    class Band(models.TextChoices):
        ACCEPT = "accept", _("比对通过")
        STAFF = "staff", _("待人工核验")
        REJECT = "reject", _("比对未通过")
        MANUAL = "manual", _("人工核验通过")

    FINGER = "finger/"  # the engine of one that compared a finger begins with it

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="verifications")
    at = models.DateTimeField(default=now)
    band = models.CharField(max_length=6, choices=Band)
    distance = models.FloatField(null=True)  # 0 same … 2 opposite, as the engine's metric says
    engine = models.CharField(max_length=120, blank=True)  # engine, model hash, calibration
    accept = models.FloatField(null=True)  # the bands in force then; NULL: the engine has none
    staff = models.FloatField(null=True)
    live = models.ForeignKey(Portrait, models.PROTECT, null=True, related_name="+")
    reference = models.ForeignKey(Portrait, models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    place = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    second_officer = models.ForeignKey(  # by hand: who looked as well (双人核实)
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(second_officer=None)
                | Q(band="manual", officer__isnull=False) & ~Q(second_officer=F("officer")),
                name="verified_by_two_different_officers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.band}"

    @property
    def by_finger(self) -> bool:
        return self.engine.startswith(self.FINGER)

    @property
    def stands(self) -> bool:
        """Face or finger matched, or two officers looked: more than one officer's word."""
        return self.band == self.Band.ACCEPT or self.second_officer_id is not None


class IdentityEvent(models.Model):
    """待交付核验记录: one event of a verification that the lake has not heard of yet.

    Written in the transaction of what happened; `people.identity_facts` lets it go when the lake
    has it.  The id is nobody's count, so that a database from a backup gives none a second time.
    """

    class Kind(models.TextChoices):
        CARD_READ = "card_read", _("读取证件")
        MATCHED = "matched", _("比对一致")
        MISMATCHED = "mismatched", _("比对不一致")
        BY_HAND = "by_hand", _("人工核验")
        REVERIFIED = "reverified", _("双人核实")
        TEMPLATE = "template", _("人像采集")
        APPEAL_OPENED = "appeal_opened", _("冒名申诉登记")
        APPEAL_CLOSED = "appeal_closed", _("冒名申诉办结")

    id = models.UUIDField(primary_key=True, default=uuid4)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=Kind)
    appeal_no = models.CharField(max_length=20, blank=True)  # which appeal opened or closed
    at = models.DateTimeField(default=now)
    place = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class IdentityMove(Step):
    """身份状态变动: one step of one identity, one row, never changed: on whose word, and why."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="identity_moves")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=moves.IDENTITY.legal(), name="identity_has_legal_moves_only"
            ),
            models.CheckConstraint(
                condition=BY_SOMEBODY, name="an_identity_moves_by_somebody_for_a_reason"
            ),
        ]
        indexes = [
            # the history of a person's identity, newest first
            models.Index(fields=["person", "-id"], name="identity_move_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.step}"
