"""被冒名申诉: somebody says that it was not he who acts for an enterprise in his name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Dispute(models.Model):
    """冒名申诉: registered at the window by the person; the enterprise is protected at once.

        open ──ask──▶ open, with what an officer found ──decide──▶ upheld | rejected
                          └──── sent back ◀────┘

    Only `risk.disputes` changes it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("处理中")
        UPHELD = "upheld", _("认定冒名")
        REJECTED = "rejected", _("不属冒名")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="disputes")
    enterprise = models.ForeignKey("people.Enterprise", models.PROTECT, related_name="disputes")
    words = models.CharField(max_length=1000)  # as the person tells it
    registered_at = models.DateTimeField(default=now)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    place = models.CharField(max_length=60)
    directive = models.OneToOneField("risk.Directive", models.PROTECT, related_name="dispute")
    told_representative = models.BooleanField(default=False)  # a message went to his phone
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    proposed = models.CharField(max_length=8, choices=State, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    grounds = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "enterprise"],
                condition=Q(state="open"),
                name="one_open_dispute_per_person_and_enterprise",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None)
                | Q(
                    state__in=["upheld", "rejected"],
                    decided_by__isnull=False,
                    proposed_by__isnull=False,
                    proposed=F("state"),
                )
                & ~Q(decided_by=F("proposed_by"))
                & ~Q(grounds=""),
                name="a_dispute_ends_with_grounds_and_a_second_officer",
            ),
        ]
        indexes = [
            # what is still to be decided, the oldest first
            models.Index(fields=["registered_at"], name="dispute_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.enterprise_id} {self.state}"

    @property
    def key(self) -> str:
        """As the lake and the traces name it."""
        return f"own-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == Dispute.State.OPEN
