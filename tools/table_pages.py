"""Write docs/tables.md from the descriptions of the tables: `python -m tools.table_pages`.

With `--check` nothing is written; it fails when the page says something else than they do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from chengxin.lake.tables import HERE, TABLES, Column, Kind, Privacy, Table
from chengxin.sources import Source, all_sources
from chengxin.sources.source import Form, Freshness, Rhythm
from tools import pages

PAGE = Path(__file__).parents[1] / "docs" / "tables.md"

TOP = """\
# Tables

What the offices deliver, as the lake keeps it.  This page is made from the descriptions in
`chengxin/lake/tables/` and the manifests in `chengxin/sources/`; change those, then
`python -m tools.table_pages`.  How a new one comes about: [adding-a-source.md](adding-a-source.md).

A row of the same key in a newer delivery replaces the older one; an earlier lake version still has
it.  No table holds a number of a document, a phone, an address, a bank account or a person's name:
a person is a `person_id`, a phone and an address are tokens, an account is a token with its last
four digits.  Words that may name anybody, as a title does, are tokens too; the registry has them,
sealed.  Every row ends with where it came from: `source`, `delivery_id`, `delivered_on`, `line`.
"""

KINDS = {
    Kind.SUBJECT: "`person_id`, or an enterprise's id",
    Kind.ID: "text",
    Kind.CODE: "code",
    Kind.NAME: "name",
    Kind.NOTE: "free text, long numbers struck out",
    Kind.WORDS: "token; the words are sealed in the registry",
    Kind.URL: "token; the web address is sealed in the registry",
    Kind.REGISTRATION: "20 digits",
    Kind.CREDIT: "credit code, checked",
    Kind.TAXPAYER: "taxpayer number; a token when it holds a resident number",
    Kind.PERSON: "`person_id`",
    Kind.PARTY: "`person_id` or an enterprise's number",
    Kind.PHONE: "token",
    Kind.ADDRESS: "token",
    Kind.ACCOUNT: "token, and behind it the last four digits",
    Kind.DATE: "day",
    Kind.YEAR: "year",
    Kind.INTEGER: "whole number",
    Kind.BOOLEAN: "yes or no",
    Kind.MONEY: "amount, 2 decimals",
    Kind.SHARE: "fraction, 6 decimals",
    Kind.CONFIDENCE: "0 to 1, 6 decimals; below 1 the dossier says that it is not sure",
    Kind.AREA: "amount, 2 decimals",
    Kind.QUANTITY: "amount, 2 decimals",
    Kind.TRAIT: "token to compare",
    Kind.TRAITS: "tokens to compare",
}
PRIVACY = {
    Privacy.BUSINESS: "business: officers of the managing bureau",
    Privacy.PERSONAL: "personal: for a purpose, traced",
    Privacy.RESTRICTED: "restricted: never shown at the counter",
}
FORMS = {Form.CSV: "CSV", Form.JSONL: "JSON Lines", Form.XLSX: "XLSX"}
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with its mark", "gb18030": "GB18030"}


def page() -> str:
    """The whole page."""
    head = ("Table", "表", "Privacy", "Delivered by", "Fresh")
    parts = [TOP, _lines(head, _overview())]
    parts += ["\n".join(_section(table)) for table in _tables()]
    return "\n".join(parts)


def main() -> int:
    return pages.keep(PAGE, page(), "tools.table_pages")


def fresh(promise: Freshness) -> str:
    if promise.every is Rhythm.CHANGE:
        return "on every change"
    return f"every {promise.every}, {promise.grace_days} days of grace"


def _tables() -> list[Table]:
    """The program's own; a bureau's are on no page of ours."""
    return [table for table in TABLES.values() if (HERE / f"{table.name}.yaml").exists()]


def _overview() -> Iterator[tuple[str, ...]]:
    for table in _tables():
        sources = _sources(table)
        owners = dict.fromkeys(source.owner for source in sources)
        promises = dict.fromkeys(fresh(source.freshness) for source in sources)
        yield (
            f"[{table.name}](#{table.name})",
            table.title,
            table.privacy,
            "、".join(owners) or "–",
            "; ".join(promises) or "–",
        )


def _sources(table: Table) -> list[Source]:
    """Those that fill it, the one to be believed first."""
    found = [one for one in all_sources().values() if one.name in table.precedence]
    return sorted(found, key=lambda one: table.precedence.index(one.name))


def _section(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"**{table.title}** · {table.title_en}\n"
    yield f"- One row for each: {', '.join(f'`{name}`' for name in table.key)}"
    yield f"- Concerns: {_subjects(table)}"
    yield f"- Privacy: {PRIVACY[table.privacy]}"
    if sources := _sources(table):
        order = ", the one to be believed first" if len(sources) > 1 else ""
        yield f"- Delivered by{order}:"
        yield from (f"  {place}. {_source(one)}" for place, one in enumerate(sources, start=1))
    else:
        yield "- No source of its own: made of what the deliveries of others say"
    yield ""
    head = ("Column", "列", "Meaning", "Holds", "Unit", "Must be there")
    yield _lines(head, (_column(table, one) for one in table.columns.values()))


def _subjects(table: Table) -> str:
    told = [
        f"{kind} ({', '.join(f'`{name}`' for name in names)})"
        for kind, names in table.subjects.items()
    ]
    return "; ".join(told) or "nobody"


def _source(one: Source) -> str:
    form = FORMS[one.form] + (f" in {ENCODINGS[one.encoding]}" if one.form is Form.CSV else "")
    whole = ", the whole list" if one.everything else ""
    return f"`{one.name}` {one.title} · {one.owner} · {form}{whole}, {fresh(one.freshness)}"


def _column(table: Table, column: Column) -> tuple[str, ...]:
    must = "key" if column.name in table.key else "yes" if table.must_have(column.name) else "–"
    if column.empty is not None:
        must += f", empty as {column.empty!r}"
    holds = KINDS[column.kind]
    unit = f"`{column.unit}`" if column.unit in table.columns else column.unit
    return f"`{column.name}`", column.title, column.title_en, holds, unit or "–", must


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
