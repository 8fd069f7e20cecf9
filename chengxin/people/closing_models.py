"""注销或死亡: an identity that is to end, or that ended by mistake: one officer says so, another looks."""  # noqa: E501

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chengxin.people.fields import SealedTextField


class Closing(models.Model):
    """注销或死亡登记, or its correction 更正: proposed with ground and paper, decided by another.

        open ──approve──▶ approved (the identity is closed, or opened again)
          └────refuse───▶ refused

    Only `hall.closings` writes it.
    """

    class Step(models.TextChoices):
        CLOSE = "close", _("登记注销或死亡")
        REOPEN = "reopen", _("更正")

    class Ground(models.TextChoices):
        DEATH = "death", _("死亡")
        CANCELLED = "cancelled", _("户口或证件注销")
        MISTAKE = "mistake", _("登记有误")

    class Verdict(models.TextChoices):
        OPEN = "", _("待复核")
        APPROVED = "approved", _("已复核")
        REFUSED = "refused", _("复核未通过")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="closings")
    step = models.CharField(max_length=6, choices=Step)
    ground = models.CharField(max_length=9, choices=Ground)
    paper = SealedTextField()  # which paper shows it: its name, number and who issued it
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.OPEN, blank=True)
    reason = models.CharField(max_length=400, blank=True)  # of the second officer
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(verdict=""), name="one_open_closing_of_a_person"
            ),
            models.CheckConstraint(
                condition=Q(step="close", ground__in=["death", "cancelled"])
                | Q(step="reopen", ground="mistake"),
                name="a_closing_has_a_ground_of_its_own",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_by=None, decided_at=None)
                | ~Q(verdict="") & ~Q(decided_by=F("proposed_by")) & Q(decided_at__isnull=False),
                name="a_closing_is_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.step}"

    @property
    def is_open(self) -> bool:
        return self.verdict == self.Verdict.OPEN
