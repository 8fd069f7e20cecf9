"""税务机关: offices of both bureaus, who works there, and which office a subject belongs to."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Office(models.Model):
    """One tax office: 省局、市局、县区局、基层分局 of the State or the Local Tax Bureau."""

    class Bureau(models.TextChoices):
        STATE = "state", _("国税局")
        LOCAL = "local", _("地税局")
        JOINT = "joint", _("国地税联合")

    class Level(models.TextChoices):
        PROVINCE = "province", _("省局")
        CITY = "city", _("市局")
        COUNTY = "county", _("县区局")
        BRANCH = "branch", _("基层分局")

    code = models.CharField(max_length=11, primary_key=True)  # SWJG_DM: 1 state, 2 local + division
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    bureau = models.CharField(max_length=5, choices=Bureau)
    level = models.CharField(max_length=8, choices=Level)
    region = models.CharField(max_length=6)  # division by GB/T 2260: 37, 3716 or 371622
    above = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="below")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What an officer may do.  One officer may hold several."""

    WINDOW = "window", _("窗口人员")
    HALL_MANAGER = "hall_manager", _("大厅管理")
    SECTION_HEAD = "section_head", _("科所长")
    FIELD = "field", _("基层管理人员")
    RISK = "risk", _("风险管理")
    CREDIT = "credit", _("信用管理")
    ARCHIVE = "archive", _("档案管理")
    AUDITOR = "auditor", _("内控监察")
    DATA = "data", _("数据管理")
    LEADER = "leader", _("局领导")
    ADMIN = "admin", _("系统管理")


class Officer(AbstractUser):
    """税务人员: signs in with the work number, belongs to one office, holds roles."""

    full_name = models.CharField(max_length=60)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="officers")
    first_name = None  # type: ignore[assignment]  # a Chinese name is one field
    last_name = None  # type: ignore[assignment]

    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return f"{self.full_name}（{self.username}）"

    def get_full_name(self) -> str:
        return self.full_name

    def holds(self, *roles: str) -> bool:
        return any(held.role in roles for held in self.roles.all())


class OfficerRole(models.Model):
    """One role that one officer holds."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "role"], name="officer_holds_a_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.get_role_display()}"


class Jurisdiction(models.Model):
    """Which office manages a subject: an enterprise has one at each bureau, a person where he is
    registered and where his enterprises are.  Written by `people.registry` from the warehouse."""

    about = models.CharField(max_length=60)  # "person:…", "enterprise:…"
    office = models.ForeignKey(Office, models.PROTECT, related_name="subjects")

    class Meta:
        constraints = [
            # also the question "may this officer see this subject"
            models.UniqueConstraint(fields=["about", "office"], name="subject_once_per_office"),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.office_id}"
