"""A list as a file: CSV (UTF-8 or GB18030) or the first sheet of a workbook, read row by row.

What is wrong with a row is one sentence with its line.  Nothing is proposed here: the caller does
it for all rows, or for none.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from chengxin.core.identifiers import masked
from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people import lookup
from chengxin.people.models import Enterprise, Person
from chengxin.risk.criteria import CRITERIA
from chengxin.risk.list_models import ListedPerson, ListEntry
from chengxin.risk.list_terms import Publication, Terms, Watch

MOST_ROWS = 1_000
MOST_BYTES = 5 << 20
MOST_UNPACKED = 100 << 20  # bytes of a workbook
_EXACT = 10**15  # a spreadsheet's numbers are exact below

NUMBER, NAME, GROUNDS = "证件号码或信用代码", "名称", "依据"
WATCH = (NUMBER, NAME, "列入原因", "生效日期", "截止日期", "适用事项组", GROUNDS)
BLACKLIST = (
    NUMBER, NAME, "案件编号", "确定文书号", "送达日期", "确定情形", "公布日期", "违法期间起",
    "违法期间止", "涉案税额", "占应纳税额比例", "虚开份数", "虚开金额", "其他情形", "缴清日期",
    "责任人员", GROUNDS,
)  # fmt: skip
HEADINGS = {ListEntry.Kind.WATCH: WATCH, ListEntry.Kind.BLACKLIST: BLACKLIST}

_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_BETWEEN = re.compile(r"[,，、;；\s]+")

Row = tuple[str, Terms, str]  # about, terms, grounds: as `lists.propose_all` takes them


@dataclass(frozen=True)
class Wrong:
    """One row that cannot be taken, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Read:
    """A file, read: all its rows, or what is wrong with some."""

    digest: str
    rows: list[Row] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


def read(content: bytes, kind: ListEntry.Kind, *, officer: Officer) -> Read:
    """The rows of a file; `Refusal` when it is no such file at all."""
    if not 0 < len(content) <= MOST_BYTES:
        raise Refusal("wrong_file", _("请选择不超过 5 MB 的 CSV 或 XLSX 文件"))
    lines = _workbook(content) if content.startswith(b"PK") else _csv(content)
    headings, places = HEADINGS[kind], {}
    first = [text.strip() for text in next(lines, [])]
    if missing := [name for name in headings if name not in first]:
        raise Refusal("wrong_file", _("表头缺少：%(names)s") % {"names": "、".join(missing)})
    if strange := [name for name in first if name and name not in headings]:
        raise Refusal("wrong_file", _("表头中有不认识的列：%(name)s") % {"name": strange[0][:40]})
    if len(set(filter(None, first))) < len([name for name in first if name]):
        raise Refusal("wrong_file", _("表头中有重复的列"))
    places = {name: first.index(name) for name in headings}
    told = Read(digest(content))
    seen: dict[tuple[str, str], int] = {}
    count = 0
    for line, cells in enumerate(lines, start=2):
        if not any(text.strip() for text in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Refusal("wrong_file", _("一次最多导入 %(most)d 行") % {"most": MOST_ROWS})
        row = {name: _cell(cells, place) for name, place in places.items()}
        try:
            about, terms, grounds = _row(row, kind, officer)
        except Refusal as refusal:
            told.wrong.append(Wrong(line, refusal.reason))
            continue
        same = (about, terms.case_no.strip())
        if same in seen:
            told.wrong.append(Wrong(line, _("与第 %(line)d 行重复") % {"line": seen[same]}))
            continue
        seen[same] = line
        told.rows.append((about, terms, grounds))
    if not count:
        raise Refusal("wrong_file", _("文件中没有数据行"))
    return told


def template(kind: ListEntry.Kind) -> str:
    """An empty file with the headings, as a spreadsheet opens it."""
    return "\ufeff" + ",".join(HEADINGS[kind]) + "\r\n"


# the forms of a file


def _csv(content: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise Refusal("wrong_file", _("文件不是 UTF-8 或 GB18030 编码的 CSV"))
    if "\0" in text:
        raise Refusal("wrong_file", _("文件不是 UTF-8 或 GB18030 编码的 CSV"))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise Refusal("wrong_file", _("文件不是完整的 CSV，请检查引号和换行")) from None
    return iter(rows)


def _workbook(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Refusal("wrong_file", _("工作簿过大，请分批导入"))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError):
        raise Refusal("wrong_file", _("文件不是完整的 XLSX 工作簿")) from None
    return iter(rows)


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        # what a spreadsheet made a number of lost its last digits: it must not look whole
        return str(int(cell)) if abs(cell) < _EXACT else f"{cell:e}"
    return str(cell)


def _cell(cells: Sequence[str], place: int) -> str:
    text = cells[place] if place < len(cells) else ""
    return text.strip().removeprefix("\t").removeprefix("'").strip()


# one row


def _row(row: dict[str, str], kind: ListEntry.Kind, officer: Officer) -> Row:
    about = _subject(row[NUMBER], row[NAME], officer)
    terms = _watch(row) if kind == ListEntry.Kind.WATCH else _publication(row, officer)
    terms.require_whole(about)
    waiting = ListEntry.objects.filter(
        kind=kind, about=about, case_no=terms.case_no.strip(), state=ListEntry.State.PROPOSED
    )
    if waiting.exists():
        raise Refusal("already_proposed", _("该对象已有列入申请待复核"))
    return about, terms, _needed(row, GROUNDS)


def _watch(row: dict[str, str]) -> Watch:
    groups = tuple(filter(None, _BETWEEN.split(row["适用事项组"].upper())))
    return Watch(
        reason=_needed(row, "列入原因"),
        until=_day_needed(row, "截止日期"),
        groups=groups,
        begins_on=_day(row, "生效日期"),
    )


def _publication(row: dict[str, str], officer: Officer) -> Publication:
    people = [one for one in _BETWEEN.split(row["责任人员"]) if one]
    return Publication(
        criterion=_criterion(_needed(row, "确定情形")),
        case_no=_needed(row, "案件编号"),
        document_no=_needed(row, "确定文书号"),
        served_on=_day_needed(row, "送达日期"),
        published_on=_day_needed(row, "公布日期"),
        violated_from=_day(row, "违法期间起"),
        violated_until=_day(row, "违法期间止"),
        tax=_amount(row, "涉案税额"),
        share=_share(row, "占应纳税额比例"),
        invoices=_whole(row, "虚开份数"),
        invoiced=_amount(row, "虚开金额"),
        variant=_yes(row, "其他情形"),
        paid_on=_day(row, "缴清日期"),
        responsible=[(responsible(one, officer), ListedPerson.Role.RESPONSIBLE) for one in people],
    )


def responsible(number: str, officer: Officer) -> str:
    """The key of the person with this document number, when the officer may see him."""
    person = lookup.person_by_number(number)
    if person is None or not access.may_see(officer, person.key):
        raise Refusal(
            "wrong_person",
            _("责任人员 %(number)s 查无此人，或不属于您单位的管辖范围")
            % {"number": masked(number)[:40]},
        )
    return person.key


def _subject(number: str, name: str, officer: Officer) -> str:
    if not number:
        raise Refusal("wrong_rows", _("缺少%(name)s") % {"name": NUMBER})
    if re.fullmatch(r"\d(\.\d+)?[eE][+]?\d+", number):
        raise Refusal(
            "wrong_rows", _("号码被电子表格变成了数字，原号码已丢失，请以文本格式重新导出")
        )
    found: Person | Enterprise | None = lookup.person_by_number(number)
    found = found or lookup.enterprise_by_code(number)
    if found is None or not access.may_see(officer, found.key):
        told = {"number": masked(number)[:40]}
        raise Refusal("wrong_rows", _("%(number)s 查无此项，或不属于您单位的管辖范围") % told)
    if _plain(found.name or "") != _plain(name):
        raise Refusal("wrong_rows", _("名称与登记的不一致，请核对号码"))
    return found.key


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def _needed(row: dict[str, str], name: str) -> str:
    if not row[name]:
        raise Refusal("wrong_rows", _("缺少%(name)s") % {"name": name})
    return row[name]


def _wrong(name: str, text: str, what: str) -> Refusal:
    told = {"name": name, "text": text[:20], "what": what}
    return Refusal("wrong_rows", _("%(name)s“%(text)s”不是%(what)s") % told)


def _day(row: dict[str, str], name: str) -> date | None:
    if not (text := row[name]):
        return None
    found = _DAY.fullmatch(text.removesuffix(" 00:00:00"))
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise _wrong(name, text, _("日期（如 2017-08-18）"))


def _day_needed(row: dict[str, str], name: str) -> date:
    _needed(row, name)
    day = _day(row, name)
    assert day
    return day


def _amount(row: dict[str, str], name: str) -> Decimal | None:
    if not (text := row[name]):
        return None
    try:
        amount = Decimal(text.replace(",", "").replace("，", "").removesuffix("元"))
    except InvalidOperation:
        raise _wrong(name, text, _("金额（元）")) from None
    if not amount.is_finite() or amount != round(amount, 2) or abs(amount) >= 10**16:
        raise _wrong(name, text, _("金额（元）"))
    return amount


def _share(row: dict[str, str], name: str) -> Decimal | None:
    if not (text := row[name]):
        return None
    try:
        number = Decimal(text.removesuffix("%").removesuffix("％"))
    except InvalidOperation:
        raise _wrong(name, text, _("比例（如 35% 或 0.35）")) from None
    if not number.is_finite():
        raise _wrong(name, text, _("比例（如 35% 或 0.35）"))
    return number / 100 if text.endswith(("%", "％")) else number


def _whole(row: dict[str, str], name: str) -> int | None:
    if not (text := row[name]):
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _wrong(name, text, _("份数"))
    return int(text)


def _yes(row: dict[str, str], name: str) -> bool:
    if row[name] not in ("", "是", "否"):
        raise _wrong(name, row[name], _("“是”或“否”"))
    return row[name] == "是"


def _criterion(text: str) -> str:
    """By the number of the law's point, with or without a zero before it, or by its title."""
    for code, one in CRITERIA.items():
        if text in (one.title, code) or text.lstrip("0") == str(one.number):
            return code
    raise _wrong("确定情形", text, _("十一种情形之一（01 至 11，或情形名称）"))
