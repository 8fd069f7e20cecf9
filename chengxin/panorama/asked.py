"""What the page is asked for: office, bureau, period, persons or enterprises, indicator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.indicators.catalogue import all_indicators
from chengxin.offices import access
from chengxin.offices.models import Office, Officer
from chengxin.risk import caselist, words
from chengxin.risk.models import Alert
from chengxin.trace.tongue import english

ANY = ("", _("全部"))
PERIODS = [("365", _("近一年，按月")), ("90", _("近十三周，按周")), ("30", _("近三十日，按夜"))]
WAYS = [("priority", _("按优先级")), ("office", _("按主管机关"))]
USUALLY = {"period": "365", "by": "priority"}  # where nothing else is asked


@dataclass(frozen=True)
class Slot:
    """One month, week or night of the period."""

    first: date
    last: date
    label: str  # below the axis
    title: str  # in full


class Asked(forms.Form):
    """Which part of the findings to draw; what is not understood is not asked."""

    bureau = forms.ChoiceField(required=False, label=_("国税、地税"))
    office = forms.ChoiceField(required=False, label=_("主管机关"))
    who = forms.ChoiceField(choices=[ANY, *caselist.WHO.items()], required=False, label=_("对象"))
    period = forms.ChoiceField(choices=PERIODS, required=False, label=_("期间（趋势、流向）"))
    indicator = forms.ChoiceField(required=False, label=_("指标（趋势、流向）"))
    by = forms.ChoiceField(choices=WAYS, required=False, label=_("指标分布"))

    def __init__(self, given: Any, officer: Officer) -> None:
        super().__init__(USUALLY | {name: value for name, value in given.items() if value})
        self.offices = list(access.offices_of(officer).select_related("above"))
        bureaus = {one.bureau for one in self.offices}
        wanted = given.get("bureau", "")
        branches = [
            (one.pk, in_tongue(one))
            for one in self.offices
            if one.level == Office.Level.BRANCH and wanted in ("", one.bureau)
        ]
        kinds = [(str(one), str(one.label)) for one in Alert.Kind if one != Alert.Kind.CONTROL]
        codes = [(one.code, f"{one.code} {title(one.code)}") for one in all_indicators()]
        self._choose("bureau", [one for one in Office.Bureau.choices if one[0] in bureaus])
        self._choose("office", branches)
        self._choose("indicator", [*kinds, *codes])

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = [ANY, *choices]  # type: ignore[attr-defined]

    @cached_property
    def told(self) -> dict[str, str]:
        """What was asked and understood."""
        self.is_valid()
        return USUALLY | {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def cases(self) -> caselist.Asked:
        """The conditions of every list of cases behind the page."""
        told = self.told
        return caselist.Asked(
            bureau=told.get("bureau", ""), office=told.get("office", ""), who=told.get("who", "")
        )

    @property
    def followed(self) -> caselist.Asked:
        """With the kind or indicator that the trend and the flow follow."""
        chosen = self.told.get("indicator", "")
        if chosen in Alert.Kind.values:
            return self.cases.with_(kind=chosen)
        return self.cases.with_(indicator=chosen)

    @cached_property
    def slots(self) -> list[Slot]:
        """The period, oldest first; the last one holds today."""
        return slots(self.told["period"], localdate())

    @property
    def since(self) -> date:
        return self.slots[0].first

    @property
    def choice(self) -> str:
        """What the trend and the flow follow, in words."""
        chosen = self.told.get("indicator", "")
        return str(dict(self.fields["indicator"].choices).get(chosen, "")) if chosen else ""  # type: ignore[attr-defined]


def slots(period: str, today: date) -> list[Slot]:
    if period == "30":
        days = [today - timedelta(days=back) for back in range(29, -1, -1)]
        return [Slot(day, day, f"{day.month}-{day.day}", day.isoformat()) for day in days]
    if period == "90":
        monday = today - timedelta(days=today.weekday())
        return [_week(monday - timedelta(weeks=back)) for back in range(12, -1, -1)]
    month = today.year * 12 + today.month - 1
    return [_month(month - back) for back in range(11, -1, -1)]


def _week(first: date) -> Slot:
    last = first + timedelta(days=6)
    return Slot(first, last, f"{first.month}-{first.day}", f"{first} – {last}")


def _month(number: int) -> Slot:
    first = date(number // 12, number % 12 + 1, 1)
    last = date((number + 1) // 12, (number + 1) % 12 + 1, 1) - timedelta(days=1)
    return Slot(first, last, first.isoformat()[2:7], first.isoformat()[:7])


def title(code: str) -> str:
    return words.indicator_title(code)


def in_tongue(office: Office) -> str:
    """The office's full name, in the language of the page."""
    return office.name_en if english() and office.name_en else office.name


def short(office: Office) -> str:
    """Its name without that of the office above, which stands beside it."""
    name = in_tongue(office)
    above = in_tongue(office.above) if office.above else ""
    if above and name.startswith(above) and len(name) > len(above):
        return name.removeprefix(above).lstrip(" ,，")
    return name


def shorter(office: Office) -> str:
    """The short name with its bureau before it, where both bureaus stand in one row."""
    names = {"state": gettext("国税"), "local": gettext("地税")}
    bureau = names.get(office.bureau, "")
    gap = " " if english() else ""
    return f"{bureau}{gap}{short(office)}"
