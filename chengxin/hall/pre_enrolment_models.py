"""预采集: what somebody typed on his phone before he comes to be enrolled, sealed."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from chengxin.people.fields import SealedBytesField, SealedTextField


class PreEnrolment(models.Model):
    """预采集: his own word about document, name and phone, and his answers to the notice.

    typed ──prove (the phone)──▶ held, seven days ──use, at a window──▶ used
      └──── five minutes ────────────┴── discard ──▶ gone

    It names nobody until a window has read the same document.  Only `hall.pre_enrolments` writes it.
    """  # noqa: E501

    id = models.UUIDField(primary_key=True, default=uuid4)
    code = models.CharField(max_length=64, unique=True)  # SHA-256 of what he shows at the window
    document_kind = models.CharField(max_length=14)
    number = SealedTextField()
    name = SealedTextField()
    phone = SealedTextField()
    version = models.CharField(max_length=10)  # of the notice that he read
    answers = models.JSONField(default=dict)  # purpose → given | refused
    enterprise_code = SealedTextField()  # for which he wants to act, as typed; often none
    letter = SealedBytesField(null=True)  # its letter of authority, a JPEG
    address = models.CharField(max_length=26)  # keyed token of the network address
    made_at = models.DateTimeField(default=now)  # he read and answered
    proved_at = models.DateTimeField(null=True)  # the code came back from his phone
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    person = models.ForeignKey(  # whom the window knew by the same document
        "people.Person", models.PROTECT, null=True, related_name="pre_enrolments"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None, person=None)
                | Q(used_at__isnull=False, used_by__isnull=False, person__isnull=False)
                & Q(proved_at__isnull=False),
                name="a_used_pre_enrolment_says_by_whom_and_whose",
            ),
        ]
        indexes = [
            # so many from one address in half an hour
            models.Index(fields=["address", "-made_at"], name="pre_enrolment_of_address"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def key(self) -> str:
        return f"pre:{self.pk}"
