"""What keeps a version from being submitted: its form, its SQL, and each of its unit cases.

    form, fences ──▶ over empty tables ──▶ case after case, each by itself with its own limits

What was found out about a text and a case holds until one of them changes: the page asks first,
and who submits does not wait for it again.  A run that the machine stopped says nothing of the
version; it is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from chengxin.core import descriptions
from chengxin.core.refusal import Trouble
from chengxin.core.tongues import Words
from chengxin.indicators import builder, cases, sandbox
from chengxin.indicators.catalogue import ANY_DAY, Indicator
from chengxin.indicators.sandbox import Stopped
from chengxin.studio.models import Version

OF_THE_MOMENT = {"busy", "time", "memory", "rows", "ended"}  # how it was stopped: not kept
_UNREADABLE = (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, Trouble)


@dataclass(frozen=True)
class Text:
    """What is checked: two versions of the same words have the same faults."""

    file: str
    name: str
    kind: str
    cases: str

    @classmethod
    def of(cls, version: Version) -> Text:
        return cls(version.text, version.name, version.kind, version.cases)

    @property
    def indicator(self) -> Indicator:
        return Indicator.of(self.file, name=self.name, kind=self.kind)

    @property
    def told(self) -> dict[str, Any]:
        return descriptions.told(self.cases) or {}


def faults(version: Version) -> list[Words]:
    """Everything that keeps a version from being submitted, but its tries; empty when nothing.

    After a case that had to be stopped the others are not run.
    """
    if found := faults_at_all(version):
        return found
    text = Text.of(version)
    for n in range(len(names(version))):
        try:
            fault = _fault(text, n)
        except Stopped as stopped:
            return [*found, stopped.words]
        if fault:
            found.append(fault)
    return found


def faults_at_all(version: Version) -> list[Words]:
    """What is wrong before a case is run."""
    if not version.sql.strip():
        return [
            Words(zh="还没有 SQL：请用向导生成或直接编写", en="No SQL yet: build it or write it")
        ]
    try:
        one = version.indicator
        found = [*one.faults(), *one.fenced()]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        return [Words(zh=f"指标登记不完整（{error}）", en=f"The form is not complete ({error})")]
    if found:
        return list(dict.fromkeys(found))
    text = Text.of(version)
    try:
        return [fault] if (fault := _runs(text) or _enough(text)) else []
    except Stopped as stopped:
        return [stopped.words]


def names(version: Version) -> list[str]:
    """What its cases show, in order; none when they cannot be read."""
    try:
        return [str(case.get("case", "?")) for case in Text.of(version).told.get("cases", [])]
    except _UNREADABLE:
        return []


def fault_of(version: Version, n: int) -> Words | None:
    """What the `n`th case finds against what it expects; None when it holds."""
    try:
        return _fault(Text.of(version), n)
    except Stopped as stopped:
        return stopped.words


@lru_cache(maxsize=64)
def _runs(text: Text) -> Words | None:
    """Columns that are not there, types that do not fit: seen over empty tables."""
    nothing = {"as_of": ANY_DAY, "columns": ["subject_id"], "given": {}}
    _found, fault = _tried(text.indicator, nothing)
    return fault


@lru_cache(maxsize=64)
def _enough(text: Text) -> Words | None:
    """One case at least that is found, and one that is not."""
    try:
        listed = text.told.get("cases", [])
        hits = [case for case in listed if case["expect"]]
    except _UNREADABLE as error:
        return _unreadable(error)
    if not hits or len(hits) == len(listed):
        return Words(
            zh="至少要有两个用例：一个应命中，一个不应命中",
            en="Two unit cases at least: one that is found and one that is not",
        )
    return None


@lru_cache(maxsize=1024)
def _fault(text: Text, n: int) -> Words | None:
    told = text.told
    case = told["cases"][n]
    found, fault = _tried(text.indicator, told | case)
    if fault:
        return fault
    try:
        expected = cases.expects(case)
    except _UNREADABLE as error:
        return _unreadable(error)
    if found == expected:
        return None
    name = case.get("case", "?")
    return Words(
        zh=f"用例“{name}”结果为 {found}，应为 {expected}",
        en=f"The case “{name}” finds {found}; expected is {expected}",
    )


def _tried(one: Indicator, case: dict[str, Any]) -> tuple[list[list[object]], Words | None]:
    """What the indicator finds in the rows of a case; or why it cannot be said.

    `Stopped` for what says nothing of the indicator.
    """
    try:
        with cases.bench(builder.types()) as bench:
            [found] = sandbox.finds(one, [case], bench)
    except Stopped as stopped:
        if stopped.code in OF_THE_MOMENT:
            raise
        return [], stopped.words
    except _UNREADABLE as error:
        return [], _unreadable(error)
    return found, None


def _unreadable(error: Exception) -> Words:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Words(zh=f"用例无法读取（{said}）", en=f"The cases are not understood ({said})")
