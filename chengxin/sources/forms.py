"""The three forms in which offices send rows, each as a relation of text columns c0, c1, …

A heading that the manifest does not know, or one that is gone, is found here, before any row is
read.  Rows are the engine's work over the whole file; only a workbook is unpacked by a library,
in batches.
"""

# ruff: noqa: S608 (SQL is put together from our own names, files and manifests)

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from chengxin.lake.engine import DuckDB, literal
from chengxin.sources.source import Form, Source, SourceChanged

BATCH = 50_000  # rows of a workbook at a time
_LINE = re.compile(r"[Ll]ine:? (\d+)")
_EXACT = 10**15  # a spreadsheet's numbers are exact below


@dataclass(frozen=True)
class Relation:
    """Rows of text: what stands in which place, and the line of the row that comes first."""

    sql: str
    places: dict[str, int]  # heading -> place
    first_line: int


def open_form(plain: Path, source: Source, engine: DuckDB) -> Relation:
    """The delivery's rows; `SourceChanged` when its columns are not the manifest's."""
    match source.form:
        case Form.CSV:
            return _csv(plain, source)
        case Form.JSONL:
            return _json_lines(plain, source, engine)
        case Form.XLSX:
            return _workbook(plain, source, engine)


def unreadable(source: Source, error: Exception, plain: Path) -> SourceChanged:
    """What the engine says about a text it cannot take apart, in one sentence."""
    found = _LINE.search(str(error))
    line = found[1] if found else None
    if source.form is Form.JSONL:  # the engine counts these lines otherwise
        line = _broken_json(plain) or line
    where, at = (f", line {line}", f"第 {line} 行：") if line else ("", "")
    return SourceChanged(
        f"{source.name}{where}: the line does not have the {len(source.headings)} fields of its "
        f"heading or is not whole; ask {source.owner} to send the file again. Nothing was stored.",
        f"{at}该行不是表头的 {len(source.headings)} 列，或不完整；请{source.owner}重新发送",
    )


def _csv(plain: Path, source: Source) -> Relation:
    with plain.open(encoding="utf-8-sig", newline="") as lines:
        try:
            headings = next(csv.reader(lines, strict=True), [])
        except csv.Error as error:
            raise SourceChanged(
                f"{source.name}, line 1: the heading is not a line of CSV ({error}); "
                f"ask {source.owner} to send the file again. Nothing was stored.",
                f"第 1 行：表头不是 CSV（{error}）；请{source.owner}重新发送",
            ) from error
    places = _places(headings, source)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(headings)))
    return Relation(
        f"read_csv({literal(str(plain))}, columns = {{{columns}}}, auto_detect = false, "
        "header = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        "null_padding = false)",
        places,
        first_line=2,
    )


def _json_lines(plain: Path, source: Source, engine: DuckDB) -> Relation:
    objects = f"read_ndjson_objects({literal(str(plain))})"
    expected = ", ".join(map(literal, sorted(source.headings)))
    strange = engine.connection.execute(
        f"SELECT line, keys FROM (SELECT row_number() OVER () AS line, json_keys(json) AS keys "
        f"FROM {objects}) WHERE list_sort(keys) IS DISTINCT FROM [{expected}] LIMIT 1"
    ).fetchone()
    if strange:
        _places(strange[1] or [], source, line=strange[0])
    places = {heading: place for place, heading in enumerate(source.headings)}
    fields = ", ".join(
        f"json ->> {literal(heading)} AS c{place}" for heading, place in places.items()
    )
    return Relation(f"(SELECT {fields} FROM {objects})", places, first_line=1)


def _broken_json(plain: Path) -> str | None:
    with plain.open(encoding="utf-8") as lines:
        for place, line in enumerate(lines, start=1):
            try:
                json.loads(line if line.strip() else "{}")
            except (ValueError, RecursionError):
                return str(place)
    return None


def _workbook(path: Path, source: Source, engine: DuckDB) -> Relation:
    try:
        workbook = CalamineWorkbook.from_path(path)
        if source.sheet not in workbook.sheet_names:
            raise SourceChanged(
                f"{source.name}: {path.name} has no sheet {source.sheet!r} but "
                f"{workbook.sheet_names}; ask {source.owner}.",
                f"{path.name} 没有工作表“{source.sheet}”，只有{'、'.join(workbook.sheet_names)}；"
                f"请{source.owner}核实",
            )
        sheet = workbook.get_sheet_by_name(source.sheet)
        rows = sheet.iter_rows()
        headings = [str(cell) for cell in next(iter(rows), [])]
    except (CalamineError, OSError, ValueError) as error:
        raise SourceChanged(
            f"{source.name}: {path.name} is not a whole XLSX workbook; "
            f"ask {source.owner} to send it again.",
            f"{path.name} 不是完整的 XLSX 文件，请{source.owner}重新发送",
        ) from error
    places = _places(headings, source)
    columns = [f"c{place}" for place in range(len(headings))]
    engine.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sheet ({', '.join(f'{c} VARCHAR' for c in columns)})"
    )
    for batch in _batches(rows):
        texts = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
        engine.connection.register("batch", pa.table(texts, names=columns))
        engine.connection.execute("INSERT INTO sheet SELECT * FROM batch")
        engine.connection.unregister("batch")
    first = (sheet.start[0] if sheet.start else 0) + 2
    return Relation("sheet", places, first_line=first)


def _batches(rows: Iterator[Any]) -> Iterator[list[list[str | None]]]:
    batch: list[list[str | None]] = []
    blank = 0
    for row in rows:
        texts = [_text(cell) for cell in row]
        if not any(texts):
            blank += 1  # formatted but empty rows stand below many sheets
            continue
        batch += [[None] * len(texts)] * blank
        blank = 0
        batch.append(texts)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _text(cell: object) -> str | None:
    """A cell as text.  A number that a spreadsheet cannot hold exactly shows its exponent."""
    match cell:
        case None | "":
            return None
        case bool():
            return str(cell)
        case int() | float():
            if abs(cell) >= _EXACT:
                return f"{cell:.14E}"
            return str(int(cell)) if cell == int(cell) else repr(cell)
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _places(headings: Sequence[str], source: Source, line: int = 1) -> dict[str, int]:
    named = [heading.strip() for heading in headings]
    known = set(source.headings)
    where, at = f"{source.name}, line {line}", f"第 {line} 行："
    cure = f"ask {source.owner} what changed, then change the manifest. Nothing was stored."
    ask = f"请{source.owner}说明变动，再修改清单"
    if named and not known.intersection(named):  # whatever it is, it may name somebody
        raise SourceChanged(
            f"{where}: none of the agreed columns stands there; {cure}",
            f"{at}没有一个约定的列；{ask}",
        )
    if "" in named:
        place = named.index("") + 1
        raise SourceChanged(
            f"{where}: heading {place} is empty; {cure}", f"{at}第 {place} 个列名为空；{ask}"
        )
    if twice := [heading for heading, count in Counter(named).items() if count > 1]:
        raise SourceChanged(
            f"{where}: the column {twice[0]!r} stands there twice; {cure}",
            f"{at}列“{twice[0]}”出现两次；{ask}",
        )
    if new := [heading for heading in named if heading not in known]:
        raise SourceChanged(
            f"{where}: new column {new[0]!r}; {cure}", f"{at}新增列“{new[0]}”；{ask}"
        )
    if missing := [heading for heading in source.headings if heading not in named]:
        raise SourceChanged(
            f"{where}: the column {missing[0]!r} is missing; {cure}",
            f"{at}缺少列“{missing[0]}”；{ask}",
        )
    return {heading: place for place, heading in enumerate(named)}
