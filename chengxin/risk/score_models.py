"""Where everybody stands in the newest ranking, and which runs made one."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class RiskScoreQuerySet(models.QuerySet["RiskScore"]):
    def moved(self, how: str) -> RiskScoreQuerySet:
        """Those that came, rose, fell or went since the night before."""
        match how:
            case "new":
                return self.filter(previous=None)
            case "up":
                return self.filter(previous__isnull=False, movement__gt=0)
            case "down":
                return self.filter(previous__isnull=False, movement__lt=0)
            case "level":
                return self.exclude(previous=None).exclude(level=models.F("previous_level"))
            case _:
                return self


class RiskScore(models.Model):
    """风险评分: where one person or enterprise stands in the newest ranking, and why.

    The scheme of `chengxin.ranking` makes it; only `risk.scores` writes it.  `score` is `own` and
    `network` together, and the sum of what its parts count.
    """

    class Level(models.TextChoices):
        SEVERE = "severe", _("重大")
        HIGH = "high", _("高")
        MEDIUM = "medium", _("中")
        LOW = "low", _("低")
        SLIGHT = "slight", _("轻微")
        NONE = "", _("无")

    class Kind(models.TextChoices):
        PERSON = "person", _("人员")
        ENTERPRISE = "enterprise", _("企业")

    about = models.CharField(max_length=60, unique=True)  # "person:…", "enterprise:…"
    kind = models.CharField(max_length=10, choices=Kind)
    score = models.DecimalField(max_digits=5, decimal_places=2)  # 0 to 100
    own = models.DecimalField(max_digits=5, decimal_places=2)
    network = models.DecimalField(max_digits=5, decimal_places=2)
    level = models.CharField(max_length=8, choices=Level, blank=True)
    previous = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # null: not ranked
    previous_level = models.CharField(max_length=8, choices=Level, blank=True)
    movement = models.GeneratedField(
        expression=models.F("score") - Coalesce("previous", models.Value(Decimal(0))),
        output_field=models.DecimalField(max_digits=5, decimal_places=2),
        db_persist=True,
    )
    industry = models.CharField(max_length=10, blank=True)  # GB/T 4754 class of an enterprise
    parts = models.JSONField()  # as `ranking.rank` tells them

    objects = RiskScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score=models.F("own") + models.F("network")),
                name="score_is_the_sum_of_its_parts",
            ),
        ]
        indexes = [
            # the list: the greatest first, of persons or enterprises
            models.Index(fields=["kind", "-score", "about"], name="score_greatest_first"),
            models.Index(fields=["kind", "level"], name="score_by_level"),  # how many of each
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.score}"


class RankingRun(models.Model):
    """评分运行: one making of the ranking, by which scheme, and how many of each level."""

    day = models.DateField()
    lake_version = models.BigIntegerField()
    scheme = models.CharField(max_length=12)  # version of its numbers
    levels = models.JSONField(default=dict)  # level -> subjects
    seconds = models.FloatField(default=0)
    began_at = models.DateTimeField(default=now)  # what offices judged until then is in it

    def __str__(self) -> str:
        return f"{self.day} v{self.lake_version}"
