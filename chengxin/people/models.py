"""Persons, enterprises and who is what in which: the day half's registry.

Names, numbers and phones lie sealed here and nowhere else.  `people.registry` brings over what the
deliveries say; `people.identity` is what happens to a person in the hall.
"""

from __future__ import annotations

import re
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.core.identifiers import DocumentKind, masked, masked_name
from chengxin.people.binding_models import Binding, BindingMove, BindingQuerySet, Letter
from chengxin.people.closing_models import Closing
from chengxin.people.enrolment_models import (
    Consent,
    Enrolment,
    Likeness,
    OneTimeCode,
    Purpose,
    RightsRequest,
)
from chengxin.people.fields import SealedTextField
from chengxin.people.finger_models import Fingerprint
from chengxin.people.identity_models import (
    IdentityEvent,
    IdentityMove,
    Portrait,
    Verification,
)
from chengxin.people.moves import IdentityState

__all__ = [
    "Affiliation",
    "AffiliationQuerySet",
    "Binding",
    "BindingMove",
    "BindingQuerySet",
    "Closing",
    "Consent",
    "Enrolment",
    "Enterprise",
    "EnterpriseSpelling",
    "Fingerprint",
    "IdentityEvent",
    "IdentityMove",
    "Judgement",
    "JudgementQuerySet",
    "Letter",
    "Likeness",
    "OneTimeCode",
    "Person",
    "PersonSpelling",
    "Portrait",
    "Purpose",
    "Registration",
    "RightsRequest",
    "TakenOver",
    "Unidentified",
    "UnsurePair",
    "UnsurePairQuerySet",
    "Verification",
    "Wording",
]


class Person(models.Model):
    """自然人: known by the keyed token of the document number.

    `people.moves` says what may become of his identity; only `people.moving` changes `state`.
    """

    State = IdentityState

    DOCUMENT_TITLES = {
        DocumentKind.RESIDENT: _("居民身份证"),
        DocumentKind.TEMPORARY: _("临时居民身份证"),
        DocumentKind.MILITARY: _("军人身份证件"),
        DocumentKind.ARMED_POLICE: _("武装警察身份证件"),
        DocumentKind.HMT_PERMIT: _("港澳台居民居住证"),
        DocumentKind.FOREIGN_PERMIT: _("外国人永久居留身份证"),
        DocumentKind.PASSPORT: _("外国护照"),
        DocumentKind.HM_PASS: _("港澳居民来往内地通行证"),
        DocumentKind.TW_PASS: _("台湾居民来往大陆通行证"),
    }

    id = models.CharField(max_length=27, primary_key=True)  # Keys.person_id of the number
    document_kind = models.CharField(max_length=14, default=DocumentKind.RESIDENT)
    name = SealedTextField()
    number = SealedTextField()
    phone = SealedTextField()
    name_token = models.CharField(max_length=26, blank=True)
    phone_token = models.CharField(max_length=26, blank=True)
    # of the phone that a code proved to be his; a delivery that names another leaves it behind
    proved_token = models.CharField(max_length=26, blank=True, db_default="")
    document_until = models.DateField(null=True)  # NULL: not known, or without end (长期)
    document_reminded = models.DateField(null=True)  # of which last day he was reminded
    state = models.CharField(max_length=10, choices=State, default=State.UNSEEN)
    delivered_on = models.DateField(null=True)  # day of the delivery the name and phone come from

    class Meta:
        indexes = [
            # "who is called this": search by name
            models.Index(fields=["name_token"], name="person_by_name"),
            # "whose phone is this": search by phone, persons that share one
            models.Index(fields=["phone_token"], name="person_by_phone"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return f"person:{self.pk}"

    @property
    def masked_number(self) -> str:
        return masked(self.number)

    @property
    def masked_phone(self) -> str:
        return masked(self.phone)

    @property
    def phone_is_proved(self) -> bool:
        """A code came back from the phone that is kept of him: it is in his hands."""
        return bool(self.phone_token) and self.proved_token == self.phone_token

    @property
    def document_title(self) -> str:
        return str(self.DOCUMENT_TITLES[DocumentKind(self.document_kind)])

    @property
    def public_name(self) -> str:
        """As it may be called out or printed: 王*明."""
        return masked_name(self.name)

    def document_valid_on(self, day: date) -> bool:
        """A document is valid to the end of its last day."""
        return self.document_until is None or day <= self.document_until


class PersonSpelling(models.Model):
    """姓名检索标记: by which parts and spellings of the name a person is found, as keyed marks.

    Written by `people.names`; `name_token` says for which name.
    """

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="spelling")
    name_token = models.CharField(max_length=26)
    marks = ArrayField(models.BigIntegerField())

    class Meta:
        # "who has all of these parts in his name"
        indexes = [GinIndex(fields=["marks"], name="person_by_marks")]

    def __str__(self) -> str:
        return str(self.person_id)


HOLDS_A_PERSONS = re.compile(r"T[a-z2-7]{26}")  # the token of a number that holds a person's


class Enterprise(models.Model):
    """企业、个体工商户: one row however many registrations the two bureaus hold."""

    class Status(models.TextChoices):
        NORMAL = "normal", _("正常")
        SUSPENDED = "suspended", _("停业")
        NON_NORMAL = "non_normal", _("非正常")
        LIQUIDATION = "liquidation", _("清算")
        DEREGISTERED = "deregistered", _("注销")
        NON_NORMAL_DEREGISTERED = "non_normal_deregistered", _("非正常户注销")

    id = models.CharField(max_length=32, primary_key=True)  # credit code, or taxpayer id as stored
    name = models.CharField(max_length=200)
    credit_code = models.CharField(max_length=18, blank=True)
    status = models.CharField(max_length=24, choices=Status, default=Status.NORMAL)
    industry = models.CharField(max_length=10, blank=True)  # GB/T 4754 class
    arrears = models.DecimalField(max_digits=18, decimal_places=2, default=0)  # yuan, at last night
    registered_on = models.DateField(null=True)
    people = models.ManyToManyField(Person, through="Affiliation", related_name="enterprises")

    class Meta:
        indexes = [models.Index(fields=["name"], name="enterprise_by_name")]  # search by name

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"enterprise:{self.pk}"

    @property
    def number(self) -> str:
        """Its credit code or taxpayer number; empty when that holds a person's number, of which
        only a token is kept."""
        if self.credit_code:
            return self.credit_code
        return "" if HOLDS_A_PERSONS.fullmatch(self.pk) else self.pk


class EnterpriseSpelling(models.Model):
    """企业名称拼音: how an enterprise's name is spelt, whole and by its initials."""

    enterprise = models.OneToOneField(
        Enterprise, models.CASCADE, primary_key=True, related_name="spelling"
    )
    name = models.CharField(max_length=200)  # for which this is the spelling
    pinyin = models.TextField()
    initials = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.pinyin


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def on(self, day: date) -> AffiliationQuerySet:
        """Those in force on `day`."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day)).filter(
            Q(until=None) | Q(until__gte=day)
        )


class Affiliation(models.Model):
    """One role of one person in one enterprise (domain facts 5.1)."""

    class Role(models.TextChoices):
        LEGAL_REP = "01", _("法定代表人")
        FINANCE_OFFICER = "02", _("财务负责人")
        TAX_HANDLER = "03", _("办税员")
        COLLECTOR = "04", _("发票领用人")
        AGENT = "05", _("税务代理人")
        INVESTOR = "06", _("投资人")

    HANDLING = (Role.LEGAL_REP, Role.FINANCE_OFFICER, Role.TAX_HANDLER, Role.COLLECTOR, Role.AGENT)

    person = models.ForeignKey(Person, models.PROTECT, related_name="affiliations")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="affiliations")
    role = models.CharField(max_length=2, choices=Role)
    share = models.DecimalField(max_digits=9, decimal_places=6, null=True)  # 0..1, investors only
    valid_from = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "enterprise", "role"], name="one_binding_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.get_role_display()} {self.enterprise_id}"

    def is_in_force(self, day: date) -> bool:
        """As `AffiliationQuerySet.on`, of one that is already read."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.until is None or self.until >= day)


class Registration(models.Model):
    """登记: one bureau's registration of one enterprise (DJ_NSRXX)."""

    registration_id = models.CharField(max_length=20)  # DJXH
    bureau = models.CharField(max_length=5)
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="registrations")
    status = models.CharField(max_length=24, choices=Enterprise.Status)
    office = models.CharField(max_length=11)  # ZGSWSKFJ_DM

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "registration_id"], name="registration_once_per_bureau"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau} {self.registration_id}"


class Unidentified(models.Model):
    """待识别记录: a row of a delivery whose person has no usable number, as it describes him.

    Only `people.registry` writes it.  Who he is stands in the warehouse's `resolution`.
    """

    id = models.CharField(max_length=27, primary_key=True)  # as the lake names the record
    source = models.CharField(max_length=60)
    name = SealedTextField()
    number = SealedTextField()  # as it was given: wrong, or nothing
    birth = SealedTextField()  # yyyymmdd
    phone = SealedTextField()
    address = SealedTextField()
    delivered_on = models.DateField()

    def __str__(self) -> str:
        return self.id


class Wording(models.Model):
    """原文: words of a delivery that may name anybody, a title or a web address.

    Only `people.registry` writes it, once, and deletes it when no row of the lake has it any more.
    The lake knows the token.
    """

    id = models.CharField(max_length=26, primary_key=True)  # as the lake has it
    words = SealedTextField()
    told_on = models.DateField(default=localdate)  # the last delivery that had it was read

    def __str__(self) -> str:
        return self.id


class UnsurePairQuerySet(models.QuerySet["UnsurePair"]):
    def open(self) -> UnsurePairQuerySet:
        """Those that nobody has judged, nor whose record is already somebody."""
        standing = Judgement.objects.in_force().filter(record=models.OuterRef("record"))
        return self.exclude(
            models.Exists(standing.filter(person=models.OuterRef("person")))
        ).exclude(models.Exists(standing.filter(verdict=Judgement.Verdict.SAME)))


class UnsurePair(models.Model):
    """待认定: a record and a person who may be the same, as the last night found them.

    `people.registry` takes it over from the warehouse; `people.judgements` puts it off.
    """

    record = models.ForeignKey(Unidentified, models.PROTECT, related_name="pairs")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    confidence = models.DecimalField(max_digits=7, decimal_places=6)  # 0 to 1, of the same person
    name_agrees = models.CharField(max_length=8, null=True)  # noqa: DJ001 (null: nothing to compare)
    born_agrees = models.CharField(max_length=8, null=True)  # noqa: DJ001
    phone_agrees = models.CharField(max_length=8, null=True)  # noqa: DJ001
    address_agrees = models.CharField(max_length=8, null=True)  # noqa: DJ001
    put_off_at = models.DateTimeField(null=True)

    objects = UnsurePairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "person"], name="pair_is_unsure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.person_id}"


class JudgementQuerySet(models.QuerySet["Judgement"]):
    def in_force(self) -> JudgementQuerySet:
        return self.filter(withdrawn_at=None)


class TakenOver(models.Model):
    """From which rows of the warehouse a table of the registry was last taken."""

    table = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.table


class Judgement(models.Model):
    """身份认定: an officer's word on whether a record is about a person; withdrawn, never deleted.

    Only `people.judgements` writes it.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("同一人")
        DIFFERENT = "different", _("不是同一人")

    record = models.ForeignKey(Unidentified, models.PROTECT, related_name="judgements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="judgements")
    verdict = models.CharField(max_length=9, choices=Verdict)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=200, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=200, blank=True)

    objects = JudgementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "person"],
                condition=Q(withdrawn_at=None),
                name="pair_is_judged_once",
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(withdrawn_at=None, verdict="same"),
                name="record_is_one_person",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="withdrawal_has_an_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.verdict} {self.person_id}"
