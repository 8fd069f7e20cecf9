"""An office that sends files: the samples, changed as offices change them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from chengxin.core.keys import Keys
from chengxin.lake.engine import DuckDB
from chengxin.sources import Reading, Source, all_sources, read
from chengxin.sources.source import Form
from tests.city import agreed
from tests.city.agreed import BYTE_ORDER_MARK, CHINESE_ENCODING

KEYS = Keys(bytes(range(32)))
DAY = date(2017, 8, 18)
HEADINGS = {name: headings.split(",") for name, headings in agreed.HEADINGS.items()}
CSV_SOURCES = [name for name in HEADINGS if all_sources()[name].form is Form.CSV]
Cells = list[list[Any]]


def encoding_of(name: str) -> str:
    if name.startswith("golden_tax_state") or name in CHINESE_ENCODING:
        return "gb18030"
    return "utf-8-sig" if name in BYTE_ORDER_MARK else "utf-8"


def loose(name: str) -> Source:
    """The source as it is, but willing to set aside up to half of the rows."""
    return replace(all_sources()[name], allowed_bad=0.5)


def sample(name: str) -> Cells:
    """The sample's heading and rows."""
    path = all_sources()[name].sample
    if path.suffix == ".xlsx":
        return [list(row) for row in load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    text = path.read_bytes().decode(encoding_of(name))
    if path.suffix == ".jsonl":
        told = [json.loads(line) for line in text.splitlines()]
        return [list(told[0]), *([one[key] for key in told[0]] for one in told)]
    return list(csv.reader(io.StringIO(text)))


def changed(name: str, **values: Any) -> Cells:
    """The sample with other values in its first row."""
    cells = sample(name)
    for heading, value in values.items():
        cells[1][cells[0].index(heading)] = value
    return cells


def written(source: Source, cells: Cells, encoding: str = "") -> bytes:
    """The file of `cells` in the form its source sends, by default in the agreed encoding."""
    match source.form:
        case Form.XLSX:
            book, file = Workbook(), io.BytesIO()
            book.worksheets[0].title = source.sheet
            for row in cells:
                book.worksheets[0].append(row)
            book.save(file)
            return file.getvalue()
        case Form.JSONL:
            lines = (dict(zip(cells[0], row, strict=True)) for row in cells[1:])
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        case Form.CSV:
            table = io.StringIO()
            csv.writer(table, lineterminator="\r\n").writerows(cells)
            text = table.getvalue()
    return text.encode(encoding or encoding_of(source.name))


@dataclass
class Office:
    """Writes into `folder` and has it read; what was read is closed at the end."""

    folder: Path
    engine: DuckDB
    readings: list[Reading]

    def write(self, name: str, cells: Cells, day: str = "20170818", encoding: str = "") -> Path:
        """A delivery of `cells` in the form its source sends."""
        form = all_sources()[name].form
        path = self.folder / f"{name}.{day}.{form}"
        path.write_bytes(written(all_sources()[name], cells, encoding))
        return path

    def send_bytes(self, name: str, content: bytes, day: str = "20170818") -> Reading:
        path = self.folder / f"{name}.{day}.{all_sources()[name].form}"
        path.write_bytes(content)
        return self.read(path)

    def send(self, name: str, cells: Cells, source: Source | None = None) -> Reading:
        return self.read(self.write(name, cells), source)

    def read(self, path: Path, source: Source | None = None) -> Reading:
        reading = read(path, keys=KEYS, source=source, engine=self.engine)
        self.readings.append(reading)
        return reading


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDB]:
    made = DuckDB()
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path, engine: DuckDB) -> Iterator[Office]:
    made = Office(tmp_path, engine, [])
    yield made
    for reading in made.readings:
        reading.close()


def rows(reading: Reading) -> list[dict[str, Any]]:
    return pq.read_table(reading.rows).to_pylist()


def persons(reading: Reading) -> list[dict[str, Any]]:
    return pq.read_table(reading.identities).to_pylist()
