"""How the offices write: headings, encodings, dates and numbers of every delivery.

The state bureau sends Golden Tax field codes in GBK with dates like 20170818, or Oracle's
18-AUG-17; the local bureau sends Chinese headings in UTF-8, dates like 2017-08-18, thousands
separators, and a trailing blank here and there.  `bureaus/<source>.txt` names how the state bureau
writes days, then for each column its heading at the state bureau, at the local one, and its kind.

Others send CSV, JSON lines or workbooks.  `others/<source>.txt` begins with the format: `csv`, the
encoding and how days are written (iso when not said), `jsonl`, or `xlsx` and the sheet's name; then
the headings, for CSV with their kinds.

`交接单.csv`, the delivery note, names each file with its rows and SHA-256.

Values come in columns.  Days are ordinals (`date.toordinal`), money is whole fen, percentages are
hundredths of a percent; `NONE` stands for a field left empty.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile, ZipInfo

import numpy as np
from openpyxl import Workbook

from city.dice import Ints

NONE = -(1 << 62)
FIRST_DAY = date(1900, 1, 1).toordinal()
LAST_DAY = date(2100, 1, 1).toordinal()
_HERE = Path(__file__).parent
SHEET_ROWS = 1_000_000  # a worksheet ends at 1,048,576

Column = Sequence[str] | Ints


class Bureau(StrEnum):
    STATE = "state"  # 国家税务局
    LOCAL = "local"  # 地方税务局


class Kind(StrEnum):
    TEXT = "text"
    PADDED = "padded"  # text that the local bureau sometimes leaves with a trailing blank
    DAY = "day"
    MONEY = "money"
    PERCENT = "percent"


# How most offices name the kind of a subject
PERSON, ENTERPRISE = "自然人", "单位"

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

_COMPACT = [date.fromordinal(day).strftime("%Y%m%d") for day in range(FIRST_DAY, LAST_DAY)]
_ISO = [date.fromordinal(day).isoformat() for day in range(FIRST_DAY, LAST_DAY)]
_ORACLE = [
    f"{day:%d}-{_MONTHS[day.month - 1]}-{day:%y}"
    for day in map(date.fromordinal, range(FIRST_DAY, LAST_DAY))
]
_DAYS = {"compact": _COMPACT, "iso": _ISO, "oracle": _ORACLE}


class Delivery:
    """One file being written, with the count and the digest that its note will name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = path.name.partition(".")[0]
        self.rows = 0
        self._file: BinaryIO = path.open("wb")
        self._digest = hashlib.sha256()

    @property
    def line(self) -> int:
        """The line on which the next row will stand; the headings are line 1."""
        return self.rows + 2

    def put(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)

    def close(self) -> list[tuple[str, int, str]]:
        """The lines of the delivery note: file name, rows, SHA-256."""
        self._file.close()
        return [(self.path.name, self.rows, self._digest.hexdigest())]


class Table(Delivery):
    """A CSV delivery, given as whole columns."""

    def __init__(
        self,
        path: Path,
        headings: Sequence[str],
        kinds: Sequence[Kind],
        *,
        encoding: str = "utf-8",
        days: Sequence[str] = _ISO,
    ) -> None:
        super().__init__(path)
        self._kinds = kinds
        self._days = days
        self._encoding = encoding.removesuffix("-sig")
        self._chinese = encoding == "gb18030"  # money without separators, lines end as DOS does
        self._end = "\r\n" if self._chinese else "\n"
        self._blanks = encoding == "utf-8"
        mark = b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b""
        self.put(mark + self._encoded([",".join(headings)]))

    def write(self, *columns: Column) -> None:
        """Append rows; one column for each heading, all of one length."""
        written = [
            self._written(kind, column) for kind, column in zip(self._kinds, columns, strict=True)
        ]
        lines = list(map(",".join, zip(*written, strict=True)))
        if lines:
            self.put(self._encoded(lines))
            self.rows += len(lines)

    def _encoded(self, lines: list[str]) -> bytes:
        return (self._end.join(lines) + self._end).encode(self._encoding)

    def _written(self, kind: Kind, column: Column) -> Iterable[str]:
        if isinstance(column, np.ndarray):
            return self._numbers(kind, column.tolist())
        if kind is Kind.PADDED and self._blanks:
            return [
                f"{text}  " if (self.rows + place) % 37 == 11 else text
                for place, text in enumerate(column)
            ]
        return column

    def _numbers(self, kind: Kind, values: list[int]) -> Iterable[str]:
        match kind:
            case Kind.DAY:
                days = self._days
                return ["" if value == NONE else days[value - FIRST_DAY] for value in values]
            case Kind.MONEY if not self._chinese:
                return [grouped(value) for value in values]
            case Kind.MONEY | Kind.PERCENT:
                return [money(value) for value in values]
            case _:
                return [str(value) for value in values]


def money(fen: int) -> str:
    """1234567 fen as 12345.67."""
    if fen < 0:
        return "" if fen == NONE else f"-{money(-fen)}"
    return f"{fen // 100}.{fen % 100:02d}"


def grouped(fen: int) -> str:
    """1234567 fen as "12,345.67", quoted because of the comma."""
    if fen == NONE or -100_000 < fen < 100_000:
        return money(fen)
    sign = "-" if fen < 0 else ""
    return f'"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"'


class JsonLines(Delivery):
    """One JSON object a line, its fields in the order of the form."""

    def __init__(self, path: Path, fields: Sequence[str]) -> None:
        super().__init__(path)
        self._fields = fields

    @property
    def line(self) -> int:
        return self.rows + 1

    def add(self, told: Mapping[str, str | int | float | None]) -> None:
        line = {field: told[field] for field in self._fields}
        self.put((json.dumps(line, ensure_ascii=False) + "\n").encode())
        self.rows += 1


class Workbooks:
    """A workbook of one sheet; a second one when the rows outgrow it."""

    def __init__(
        self,
        path: Path,
        sheet: str,
        headings: Sequence[str],
        day: date,
        *,
        sheet_rows: int = SHEET_ROWS,
    ) -> None:
        self._path = path
        self.source = path.name.partition(".")[0]
        self._title = sheet
        self._headings = headings
        self._day = day
        self._sheet_rows = sheet_rows
        self._parts: list[tuple[Path, int]] = []
        self._workbook: Any = None
        self._sheet: Any = None
        self._in_sheet = 0

    @property
    def line(self) -> int:
        """The row of the sheet on which the next one will stand."""
        return self._in_sheet % self._sheet_rows + 2

    def add(self, row: Sequence[object]) -> None:
        if self._sheet is None or self._in_sheet == self._sheet_rows:
            self._finish()
            self._workbook = Workbook(write_only=True)
            self._sheet = self._workbook.create_sheet(self._title)
            self._sheet.append(self._headings)
        self._sheet.append(row)
        self._in_sheet += 1

    def close(self) -> list[tuple[str, int, str]]:
        self._finish()
        notes = []
        for number, (part, rows) in enumerate(self._parts, start=1):
            suffix = f".{number}" if len(self._parts) > 1 else ""
            path = part.rename(self._path.with_suffix(f"{suffix}.xlsx"))
            with path.open("rb") as file:
                notes.append((path.name, rows, hashlib.file_digest(file, "sha256").hexdigest()))
        return notes

    def _finish(self) -> None:
        if self._sheet is None:
            return
        part = self._path.with_name(f"{self.source}.part{len(self._parts)}")
        raw = part.with_suffix(".raw")
        self._workbook.save(raw)
        _without_clock(raw, part, self._day)
        raw.unlink()
        self._parts.append((part, self._in_sheet))
        self._sheet, self._in_sheet = None, 0


def _without_clock(raw: Path, path: Path, day: date) -> None:
    """Write the workbook again with the county's day for every timestamp.

    Stored, not deflated: compressed bytes differ between builds of zlib.
    """
    noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 (a zip entry has no zone)
    with ZipFile(raw) as source, ZipFile(path, "w") as target:
        for name in source.namelist():
            entry = ZipInfo(name, noon.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            if name == "docProps/core.xml":
                stamp = rf"\g<1>{noon:%Y-%m-%dT%H:%M:%SZ}<".encode()
                core = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*<", stamp, source.read(name))
                target.writestr(entry, core)
                continue
            with source.open(name) as old, target.open(entry, "w", force_zip64=True) as new:
                shutil.copyfileobj(old, new, 1 << 20)


class Post:
    """All deliveries of one day, open until `close` writes the delivery note 交接单."""

    def __init__(self, folder: Path, day: date) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._stamp = f"{day:%Y%m%d}"
        self._bureau: dict[tuple[Bureau, str], Table] = {}
        self._tables: dict[str, Table] = {}
        self._lines: dict[str, JsonLines] = {}
        self._books: dict[str, Workbooks] = {}
        for form in sorted(_HERE.glob("bureaus/*.txt")):
            self._open_both(form)
        for form in sorted(_HERE.glob("others/*.txt")):
            self._open(form, day)

    def _open_both(self, form: Path) -> None:
        days, *lines = form.read_text("utf-8").splitlines()
        fields = [line.split() for line in lines]
        kinds = [Kind(kind) for _, _, kind in fields]
        for place, bureau, encoding, written in (
            (0, Bureau.STATE, "gb18030", days),
            (1, Bureau.LOCAL, "utf-8", "iso"),
        ):
            self._bureau[bureau, form.stem] = Table(
                self._path(f"golden_tax_{bureau}_{form.stem}", ".csv"),
                [field[place] for field in fields],
                kinds,
                encoding=encoding,
                days=_DAYS[written],
            )

    def _open(self, form: Path, day: date) -> None:
        told, *lines = form.read_text("utf-8").splitlines()
        match told.split():
            case ["csv", encoding, *days]:
                fields = [line.split() for line in lines]
                self._tables[form.stem] = Table(
                    self._path(form.stem, ".csv"),
                    [heading for heading, _ in fields],
                    [Kind(kind) for _, kind in fields],
                    encoding=encoding,
                    days=_DAYS[days[0] if days else "iso"],
                )
            case ["jsonl"]:
                self._lines[form.stem] = JsonLines(self._path(form.stem, ".jsonl"), lines)
            case ["xlsx", sheet]:
                path = self._path(form.stem, ".xlsx")
                self._books[form.stem] = Workbooks(path, sheet, lines, day)
            case _:
                raise ValueError(f"{form} begins with {told!r}, which is no format.")

    def to(self, bureau: Bureau, source: str) -> Table:
        """A source of both bureaus."""
        return self._bureau[bureau, source]

    def table(self, source: str) -> Table:
        """A source that comes as CSV."""
        return self._tables[source]

    def lines(self, source: str) -> JsonLines:
        return self._lines[source]

    def book(self, source: str) -> Workbooks:
        return self._books[source]

    def close(self) -> dict[str, int]:
        """Finish every file and write the note; rows by file name."""
        deliveries: list[Delivery | Workbooks] = [
            *self._bureau.values(), *self._tables.values(), *self._lines.values(),
            *self._books.values(),
        ]  # fmt: skip
        lines = sorted(line for delivery in deliveries for line in delivery.close())
        note = ["文件名,行数,SHA256", *(f"{name},{rows},{sha}" for name, rows, sha in lines)]
        (self._folder / "交接单.csv").write_bytes(("\n".join(note) + "\n").encode())
        return {name: rows for name, rows, _ in lines}

    def _path(self, source: str, suffix: str) -> Path:
        return self._folder / f"{source}.{self._stamp}{suffix}"
