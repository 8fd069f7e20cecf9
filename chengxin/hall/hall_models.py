"""What a hall is: its windows, and the three businesses that people come for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengxin.offices.models import Office
from chengxin.trace.tongue import english, listed


class Business(models.TextChoices):
    """The three modules of the kiosk."""

    ENTERPRISE = "enterprise", _("企业业务")
    PERSONAL = "personal", _("个人业务")
    ENROLMENT = "enrolment", _("实名采集")


class Pause(models.TextChoices):
    """Why a window calls nobody for a while (暂停)."""

    NONE = "", _("办理中")
    LUNCH = "lunch", _("用餐")
    MEETING = "meeting", _("会议")
    EQUIPMENT = "equipment", _("设备故障")
    AWAY = "away", _("短暂离岗")


BUREAUS = {
    Office.Bureau.STATE: _("国税窗口"),
    Office.Bureau.LOCAL: _("地税窗口"),
    Office.Bureau.JOINT: _("一窗通办"),
}
PREFIX = {Business.ENTERPRISE: "A", Business.PERSONAL: "D", Business.ENROLMENT: "K"}


class ShowsOfficer(models.TextChoices):
    """What a hall lets the citizen's screen say of the officer."""

    NUMBER = "number", _("工号")
    NAME = "name", _("工号和姓名")


class Hall(models.Model):
    """One tax service hall, shared by both bureaus (国地税联合办税)."""

    code = models.SlugField(primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    office = models.ForeignKey(Office, models.PROTECT)  # of county level
    slots = models.PositiveSmallIntegerField(default=4)  # appointments in half an hour
    liveness = models.BooleanField(default=False)  # 动作检测 before a face is compared
    fingers = models.BooleanField(default=False)  # 指纹 offered beside the face
    daily_limit = models.PositiveSmallIntegerField(default=10)  # numbers of one person and business
    leap = models.PositiveSmallIntegerField(default=8)  # places a priority goes forward at most
    redress_days = models.PositiveSmallIntegerField(default=5)  # working days to answer a bad grade
    shows_officer = models.CharField(  # what the citizen's screen says of who serves him
        max_length=6, choices=ShowsOfficer, default=ShowsOfficer.NUMBER
    )

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        return f"hall:{self.pk}"

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if english() and self.name_en else self.name


class Window(models.Model):
    """A desk of the hall, the businesses it serves, and which items of them.

    One list for the items of both bureaus: a window of 国税 or 地税 alone names the groups it can
    do; a joint window (一窗通办) names none and does all.  Only `hall.windows` pauses it.
    """

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="windows")
    number = models.PositiveSmallIntegerField()
    serves = models.CharField(max_length=60)  # "enterprise,personal,enrolment"
    groups = ArrayField(models.CharField(max_length=12), default=list)  # of items; empty: all
    bureau = models.CharField(
        max_length=5, choices=Office.Bureau, default=Office.Bureau.JOINT
    )  # whose desk it is
    pause = models.CharField(max_length=10, choices=Pause, default=Pause.NONE, blank=True)
    paused_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["hall", "number"]
        constraints = [
            models.UniqueConstraint(fields=["hall", "number"], name="window_number_once_per_hall"),
        ]

    def __str__(self) -> str:
        return self.place

    @property
    def place(self) -> str:
        return f"hall:{self.hall_id}/window:{self.number}"

    @property
    def bureau_title(self) -> str:
        """国税、地税, or both at one desk (一窗通办)."""
        return str(BUREAUS[Office.Bureau(self.bureau)])

    @property
    def titles(self) -> str:
        """The businesses it serves, in words."""
        return listed(str(Business(one).label) for one in self.serves.split(","))
