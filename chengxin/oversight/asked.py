"""What a search of the traces asks for, and the lines that the asking officer may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengxin.core.identifiers import kind_of, normal_number
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.hall.models import Hall, Window
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.trace import words
from chengxin.trace.models import Trace, TraceQuerySet

DONE, REFUSED = "done", "refused"


def day(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class Search(forms.Form):
    """What to look for; nothing asked shows the newest lines of the county."""

    person = forms.CharField(
        required=False, max_length=40, label=gettext_lazy("办税人员（证件号码或编号）")
    )
    enterprise = forms.CharField(
        required=False, max_length=40, label=gettext_lazy("企业（信用代码或识别号）")
    )
    officer = forms.CharField(required=False, max_length=30, label=gettext_lazy("经办人员（工号）"))
    action = forms.ChoiceField(required=False, label=gettext_lazy("动作"))
    place = forms.ChoiceField(required=False, label=gettext_lazy("地点"))
    outcome = forms.ChoiceField(
        required=False,
        label=gettext_lazy("结果"),
        choices=[
            ("", gettext_lazy("全部")),
            (DONE, gettext_lazy("成功")),
            (REFUSED, gettext_lazy("未办成")),
        ],
    )
    since = day(gettext_lazy("日期从"))
    until = day(gettext_lazy("日期至"))
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, told: QueryDict | None, officer: Officer) -> None:
        super().__init__(told or None)
        known = sorted((str(title), name) for name, title in words.ACTIONS.items())
        everything = [("", _("全部"))]
        self.fields["action"].choices = everything + [  # type: ignore[attr-defined]
            (name, title) for title, name in known
        ]
        self.fields["place"].choices = everything + places(officer)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("since") and told.get("until") and told["until"] < told["since"]:
            self.add_error("until", _("止日早于起日"))
        return told


@dataclass(frozen=True)
class Asked:
    """A search that was understood."""

    told: dict[str, Any]
    about: str = ""  # whom it is about, as a key: never what was typed
    names: list[str] = field(default_factory=list)  # of the fields that say something


def understood(search: Search) -> Asked | None:
    """None when the form says what is wrong; Refusal when a number is none."""
    if search.is_bound and not search.is_valid():
        return None
    told = {name: value for name, value in search_told(search).items() if value}
    about = ""
    if told.get("person"):
        about = f"person:{person_id(str(told['person']))}"
    elif told.get("enterprise"):
        about = f"enterprise:{enterprise_id(str(told['enterprise']))}"[:60]
    return Asked(told, about, sorted(told.keys() - {"before"}))


def search_told(search: Search) -> dict[str, Any]:
    return search.cleaned_data if search.is_bound else {}


def found(officer: Officer, asked: Asked) -> TraceQuerySet:
    """The lines asked for, of those that `officer` may see."""
    told, lines = asked.told, Trace.objects.filter(of_county(officer))
    if not asked.names:  # what the devices say of themselves would fill the page
        lines = lines.exclude(action__startswith="device.")
    if told.get("person"):
        key = f"person:{person_id(str(told['person']))}"
        access.require(officer, key)
        lines = lines.filter(about=key)
    if told.get("enterprise"):
        pk = enterprise_id(str(told["enterprise"]))
        access.require(officer, f"enterprise:{pk}")
        lines = lines.filter(Q(about=f"enterprise:{pk}") | Q(detail__enterprise=pk))
    if told.get("officer"):
        lines = lines.filter(officer__username=told["officer"])
    if told.get("action"):
        lines = lines.filter(action=told["action"])
    if told.get("place"):
        lines = lines.filter(Q(place=told["place"]) | Q(place__startswith=f"{told['place']}/"))
    if told.get("outcome") == DONE:
        lines = lines.filter(outcome="done")
    elif told.get("outcome") == REFUSED:
        lines = lines.exclude(outcome="done")
    if told.get("since"):
        lines = lines.filter(at__date__gte=told["since"])
    if told.get("until"):
        lines = lines.filter(at__date__lte=told["until"])
    return lines


def of_county(officer: Officer) -> Q:
    """What happened in the county's halls, by its officers, or to its subjects."""
    offices = access.offices_of(officer)
    here = access.visible(officer) | Q(officer__office__in=offices)
    for code in Hall.objects.filter(office__in=offices).values_list("pk", flat=True):
        here |= Q(place=f"hall:{code}") | Q(place__startswith=f"hall:{code}/")
    return here


def places(officer: Officer) -> list[tuple[str, str]]:
    """Halls and their windows, of the officer's county, and the back office's rooms."""
    halls = Hall.objects.filter(office__in=access.offices_of(officer))
    windows = Window.objects.filter(hall__in=halls).select_related("hall")
    told = [(hall.place, hall.title) for hall in halls]
    told += [(one.place, f"{one.hall.title} {words.place(one.place)}") for one in windows]
    return sorted(told) + [(name, str(title)) for name, title in words.PLACES.items()]


def person_id(text: str) -> str:
    """The id itself, or the id of the person with this document number."""
    text = text.strip().removeprefix("person:")
    kind = kind_of(text.upper())
    number = normal_number(kind, text) if kind else None
    if number:
        return Keys.load().person_id(number)
    if len(text) == 27 and text.startswith("p"):
        return text
    raise Refusal("not_a_number", _("请输入完整的证件号码，或人员编号"))


def enterprise_id(text: str) -> str:
    return text.strip().removeprefix("enterprise:").upper()[:32]


class Period(forms.Form):
    """Some days and, where wanted, one officer; without a word the last seven days."""

    since = day(gettext_lazy("日期从"))
    until = day(gettext_lazy("日期至"))
    officer = forms.CharField(required=False, max_length=30, label=gettext_lazy("经办人员（工号）"))

    def days(self, length: int = 7) -> tuple[date, date]:
        """First and last day, in order, at most a year apart."""
        told = self.cleaned_data if self.is_bound and self.is_valid() else {}
        last = told.get("until") or localdate()
        first = told.get("since") or last - timedelta(days=length - 1)
        if last < first:
            first, last = last, first
        return max(first, last - timedelta(days=365)), last

    def who(self) -> str:
        return (
            str(self.cleaned_data.get("officer", "")) if self.is_bound and self.is_valid() else ""
        )
