"""Write docs/indicators.md from the headers of the indicators: `python -m tools.indicator_pages`.

With `--check` nothing is written; it fails when the page says something else than the headers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.items import GROUPS, ITEMS
from chengxin.indicators.catalogue import (
    ADDRESSEES,
    REST,
    Band,
    Indicator,
    Param,
    Value,
    Words,
    all_indicators,
)
from tools import pages

PAGE = Path(__file__).parents[1] / "docs" / "indicators.md"

TOP = """\
# Indicators

This page is made from the headers of the SQL files in `chengxin/indicators/`; change those, then
`python -m tools.indicator_pages`.  How a text is read where it leaves room stands first in each;
the two rules above all of them, and the first six at length, are in
[decision 0007](decisions/0007-readings-of-the-six-indicators.md).

A monitoring indicator 监控指标 (M) is a hard fact: it becomes a directive at once and falls when
the fact ends.  An analysis indicator 分析指标 (A) is implausible, not proven: the managing office
verifies it first, and only a confirmed one becomes a directive.  An *undecided* band lacks a source
or a field; it is said and never restricts.

Effects: D1 不予办理 block, D2 须法定代表人核实 legal representative in person, D3 须审批 approval,
D4 提示 remind.  Items that may never be refused (filing, payment, curing, objection) are at most
reminded of, also where a table here says "every item".
"""

ROLES = {
    "01": "legal representative (01)",
    "02": "finance officer (02)",
    "03": "tax handler (03)",
    "04": "invoice collector (04)",
    "05": "agent (05)",
    "06": "investor (06)",
    "09": "controller (09)",
    "13": "directly responsible person (13)",
}


def page() -> str:
    """The whole page."""
    found = sorted(all_indicators(), key=lambda one: ("MA".index(one.code[0]), one.code))
    parts = [TOP, _table(("Code", "指标", "Indicator", "Looks at"), _overview(found))]
    parts += ["\n".join(_section(indicator)) for indicator in found]
    return "\n".join(parts)


def main() -> int:
    return pages.keep(PAGE, page(), "tools.indicator_pages")


def _overview(found: list[Indicator]) -> Iterator[tuple[str, ...]]:
    for one in found:
        yield one.code, one.title, one.title_en, ", ".join(one.subject)


def _section(one: Indicator) -> Iterator[str]:
    yield f"## {one.code} {one.title} · {one.title_en}\n"
    yield one.why.strip() + "\n"
    yield f"- File: `chengxin/indicators/{one.kind}/{one.name}.sql`"
    yield f"- Looks at: {', '.join(one.subject)}. {_reach(one)}"
    yield f"- Reads: {', '.join(f'`{table}`' for table in one.reads)}"
    yield f"- Value: {one.value.title} · {one.value.title_en} ({one.value.unit})"
    yield f"- Pushed to: {'; '.join(_pushes(one))}"
    yield f"- Ends: {one.clears.zh} · {one.clears.en}"
    yield f"- Basis: {one.basis}"
    yield f"- Kept by: {one.owner}\n"
    if one.params:
        head = ("Parameter", "参数", "Meaning", "Default", "Limits", "Unit")
        yield _table(head, (_param(name, param) for name, param in one.params.items()))
    yield _table(("Band", "档次", "Acts on", "Effect", "On"), _bands(one))
    yield "**Words**\n"
    yield from (f"- {line}" for line in _said(one))
    yield ""


def _reach(one: Indicator) -> str:
    if not one.reach:
        return "Stays with its subject."
    return f"Passes one step, over: {', '.join(ROLES.get(role, role) for role in one.reach)}."


def _pushes(one: Indicator) -> Iterator[str]:
    yield ", ".join(ADDRESSEES[to] for to in one.push)
    for name, band in one.bands.items():
        if band.push:
            yield f"band {name} also {', '.join(ADDRESSEES[to] for to in band.push)}"
    for column, addressed in one.push_if.items():
        yield f"when `{column}` also {', '.join(ADDRESSEES[to] for to in addressed)}"
    if one.informs:
        yield f"the authorities of the enterprises in `{one.informs}` as well"


def _param(name: str, param: Param) -> tuple[str, ...]:
    limits = f"{_shown(param.min)} to {_shown(param.max)}" if param.is_number else "–"
    titles = param.title, param.title_en
    return f"`{name}`", *titles, _shown(param.default), limits, param.unit or "–"


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return "–"
        case Decimal():
            return f"{value:,f}"
        case list():
            return ", ".join(value)
        case _:
            return value


def _bands(one: Indicator) -> Iterator[tuple[str, ...]]:
    for name, band in one.bands.items():
        titles = f"`{name}`", f"{band.title} · {band.title_en}"
        rows = list(_levels(band)) or [("–", "none", "–")]
        for acts_on, effect, targets in rows:
            yield *titles, acts_on, effect, targets


def _levels(band: Band) -> Iterator[tuple[str, str, str]]:
    for kind, levels in band.levels.items():
        for effect in STRICTEST_FIRST:
            targets = [target for target, what in levels.items() if what is effect]
            if targets:
                yield kind, _effect(effect), "; ".join(map(_target, targets))


def _effect(effect: Effect) -> str:
    return f"{effect.level} {effect.value}"


def _target(target: str) -> str:
    if target == REST:
        return "every item not named otherwise"
    if target.startswith("$"):
        return f"the groups that `{target[1:]}` lists"
    if target in GROUPS:
        return f"{target} {GROUPS[target].title}"
    return f"`{target}` {ITEMS[target].title}"


def _said(one: Indicator) -> Iterator[str]:
    yield _words("At the counter", one.wording)
    for kind, words in one.wording_for.items():
        yield _words(f"At the counter, about {kind}", words)
    for name, band in one.bands.items():
        if band.wording:
            yield _words(f"Band {name}", band.wording)
    if one.facts:
        yield _words("For the officer who verifies", one.facts)


def _words(when: str, words: Words) -> str:
    return f"{when}: {words.zh}<br>*{words.en}*"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
