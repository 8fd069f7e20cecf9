"""Indicators that officers wrote: versions, what trying them found, who is left out for a time."""

from __future__ import annotations

from typing import Any

import yaml
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.indicators import published
from chengxin.indicators.catalogue import Indicator
from chengxin.studio.tuning_models import Measurement, Tuning
from chengxin.trace.tongue import english

__all__ = [
    "Measurement", "Snooze", "SnoozeQuerySet", "Trial", "Tuning", "Version", "VersionQuerySet",
]  # fmt: skip

ORDER = (  # of the header's keys in a file
    "title", "title_en", "subject", "reach", "through", "whole", "reads", "value", "params",
    "bands", "wording", "wording_for", "facts", "push", "push_if", "informs", "clears", "basis",
    "owner", "why",
)  # fmt: skip


class VersionQuerySet(models.QuerySet["Version"]):
    def live(self) -> VersionQuerySet:
        return self.filter(state=Version.State.PUBLISHED)

    def in_work(self) -> VersionQuerySet:
        return self.filter(state__in=Version.IN_WORK)

    def in_shadow(self) -> VersionQuerySet:
        return self.filter(state__in=Version.FROZEN_AHEAD, shadow_until__gte=localdate())


class Version(models.Model):
    """指标版本: one version of one indicator, as its maker wrote it.

        draft ──submit──▶ submitted ──check──▶ checked ──publish──▶ published ──▶ retired
                              └──return──▶ returned ◀──return──┘       └─ withdraw ─┘
        retired ──switch back──▶ published

    From `submit` on its content never changes: the database says so.  Maker, checker and publisher
    are three people: the database says so, too.  Only `studio.versions` moves `state`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待复核")
        CHECKED = "checked", _("待发布")
        RETURNED = "returned", _("已退回")
        PUBLISHED = "published", _("生效中")
        RETIRED = "retired", _("已停用")

    class Kind(models.TextChoices):
        MONITORING = "monitoring", _("监控指标")
        ANALYSIS = "analysis", _("分析指标")

    IN_WORK = (State.DRAFT, State.SUBMITTED, State.CHECKED, State.RETURNED)
    FROZEN_AHEAD = (State.SUBMITTED, State.CHECKED)

    code = models.CharField(max_length=4)  # "A50"; of a revised one the program's, "M21"
    name = models.CharField(max_length=60)  # the file's
    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveIntegerField()
    header = models.JSONField()  # as the YAML of an indicator's file
    sql = models.TextField(blank=True)
    cases = models.TextField(blank=True)  # YAML, as indicators.cases reads it
    recipe = models.JSONField(null=True)  # what the builder's form said; null when written by hand
    follows = models.CharField(max_length=12, blank=True)  # file version whose SQL it has unchanged
    note = models.CharField(max_length=400, blank=True)  # what is new, for the checker
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    file = models.TextField(blank=True)  # the whole file, fixed when submitted
    digest = models.CharField(max_length=12, blank=True)  # of the file
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    submitted_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(  # who put it out of force, or another in its place
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_because = models.CharField(max_length=400, blank=True)
    returned_because = models.CharField(max_length=400, blank=True)
    shadow_until = models.DateField(null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="version_number_once_a_code"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state="published"), name="one_version_in_force"
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("made_by")),
                name="checker_is_not_the_maker",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None)
                | (~Q(published_by=F("made_by")) & ~Q(published_by=F("checked_by"))),
                name="publisher_is_neither_maker_nor_checker",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["checked", "published", "retired"])
                | Q(checked_by__isnull=False),
                name="nothing_goes_on_unchecked",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "retired"]) | Q(published_by__isnull=False),
                name="nothing_is_in_force_without_its_publisher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"

    @property
    def title(self) -> str:
        """Its title in the language of the page."""
        told = self.header.get("title_en") if english() else self.header.get("title")
        return str(told or self.header.get("title") or gettext("未命名"))

    @property
    def text(self) -> str:
        """The file of this version: YAML header, then the SELECT."""
        if self.file:
            return self.file
        header: dict[str, Any] = {"code": self.code}
        header |= {name: self.header[name] for name in ORDER if name in self.header}
        header |= {name: told for name, told in self.header.items() if name not in header}
        told = yaml.safe_dump(header, allow_unicode=True, sort_keys=False, width=100)
        return f"/*\n{told}*/\n{self.sql.strip()}\n"

    @property
    def indicator(self) -> Indicator:
        """As the scan knows it; TypeError, ValueError or KeyError when it is not understood."""
        return Indicator.of(self.text, name=self.name, kind=self.kind)

    @property
    def file_version(self) -> str:
        return published.version_of(self.text)

    @property
    def frozen(self) -> bool:
        return self.state != Version.State.DRAFT


class Trial(models.Model):
    """试运行: what a version would find on a day, beside what is in force.  Nobody is alerted.

        waiting ──▶ running ──▶ ended (with `trouble`: refused, or a limit)
           └───────────┴─stop─▶ stopped

    The worker runs it; one that is running and that nobody runs (`trials.left`) came to no end.
    """

    class Kind(models.TextChoices):
        TRY = "try", _("试运行")
        SHADOW = "shadow", _("影子运行")

    class State(models.TextChoices):
        WAITING = "waiting", _("排队等待")
        RUNNING = "running", _("正在试运行")
        ENDED = "ended", _("已完成")
        STOPPED = "stopped", _("已停止")

    ACTIVE = (State.WAITING, State.RUNNING)

    version = models.ForeignKey(Version, models.PROTECT, related_name="trials")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.TRY)
    state = models.CharField(max_length=8, choices=State, default=State.ENDED)
    digest = models.CharField(max_length=12)  # of the text that was tried: a draft changes
    as_of = models.DateField()
    lake_version = models.BigIntegerField()
    beside = models.CharField(max_length=12, blank=True)  # the version in force then; "" for none
    found = models.PositiveIntegerField(default=0)  # subjects
    fresh = models.PositiveIntegerField(default=0)  # that the version in force does not find
    freed = models.PositiveIntegerField(default=0)  # that only the version in force finds
    offices = models.JSONField(default=list)  # [{office, found, fresh, freed}]
    seconds = models.FloatField(default=0)
    trouble = models.JSONField(null=True)  # {code, zh, en} when it was refused or stopped
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "as_of"],
                condition=Q(kind="shadow"),
                name="one_shadow_run_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.kind} {self.as_of}"

    @property
    def whole(self) -> bool:
        """It came to its end, and what it found is known."""
        return self.state == Trial.State.ENDED and self.trouble is None

    @property
    def seconds_so_far(self) -> int:
        return int((now() - self.at).total_seconds())

    @property
    def words(self) -> str:
        """Why it was refused or stopped, in the language of the page."""
        if not self.trouble:
            return ""
        return str(self.trouble["en" if english() else "zh"])


class Tried(models.Model):
    """试运行对象: one subject that a trial newly finds, or finds no more; every one is kept."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="named")
    about = models.CharField(max_length=60)  # the subject's key
    fresh = models.BooleanField()  # else freed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "fresh", "about"], name="tried_subject_once_a_trial"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.about}"


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    def in_force(self) -> SnoozeQuerySet:
        return self.filter(approved_by__isnull=False, ended_at=None, until__gte=localdate())


class Snooze(models.Model):
    """暂缓: one indicator raises nothing new about one subject until a day.

    It needs a second officer.  What stands already stays; the night's finding is kept as it is.
    """

    indicator = models.CharField(max_length=4)
    about = models.CharField(max_length=60)  # the subject's key
    until = models.DateField()
    reason = models.CharField(max_length=400)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # taken back before its day
    muted = models.PositiveIntegerField(default=0)  # findings that it kept back

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "about"],
                condition=Q(ended_at=None),
                name="one_snooze_per_indicator_and_subject",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")),
                name="a_snooze_needs_a_second_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.about}"

    @property
    def running(self) -> bool:
        return (
            self.approved_by_id is not None and self.ended_at is None and self.until >= localdate()
        )
