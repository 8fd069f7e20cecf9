"""逐户核实: which enterprises were verified, and by whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import localdate


class EnterpriseCheck(models.Model):
    """法定代表人逐户核实: he came in person, and an item of the enterprise was done before him.

    Written by `hall.checks` in the transaction in which the item is done; never taken back.
    """

    enterprise = models.ForeignKey("people.Enterprise", models.PROTECT, related_name="checks")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    ticket = models.ForeignKey("hall.Ticket", models.PROTECT, related_name="checks")
    verification = models.ForeignKey("people.Verification", models.PROTECT, related_name="+")
    item = models.ForeignKey("hall.ItemRecord", models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verified_on = models.DateField(default=localdate)
    counts_from = models.DateField(null=True)  # as the lake was told; earlier after a missed night

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "enterprise"], name="enterprise_is_verified_once_a_visit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.verified_on}"
