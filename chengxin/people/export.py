"""A dossier that leaves the screen: printed, as PDF or as a workbook.

Whoever takes one says what for; the trace's number stands with the officer, the time and the
purpose on every page and every sheet, so that a paper that turns up somewhere leads to who took
it.  Numbers stay masked unless they are asked for, which is a trace of its own.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from chengxin.core.identifiers import masked
from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Office, Officer
from chengxin.people import dossier, sections
from chengxin.people.dossier import EnterpriseDossier, PersonDossier, Purpose, Visit
from chengxin.people.gathered import percent
from chengxin.people.sections import Group
from chengxin.trace import record, words
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

ROWS = 500  # of one section; a file says when there are more
FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Serif CJK SC", "Microsoft YaHei", "SimSun",
    "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "FZSongS-Extended", "Droid Sans Fallback",
)  # fmt: skip
TEMPLATE = Path(__file__).with_name("dossier.typ")


class Form(models.TextChoices):
    PDF = "pdf", "PDF"
    XLSX = "xlsx", _("Excel 表格")


@dataclass(frozen=True)
class Part:
    """One table on paper."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    note: str = ""
    records: bool = False  # wide rows, each read as a list of facts
    numbers: list[int] = field(default_factory=list)  # columns of amounts


@dataclass(frozen=True)
class Paper:
    """What is written, whatever the form."""

    title: str
    facts: list[tuple[str, str]]
    groups: list[tuple[str, list[Part]]]
    mark: str  # officer, time, purpose, trace


def make(
    officer: Officer, about: str, purpose: str, form: str, *, whole: bool = False
) -> tuple[bytes, str]:
    """(the file, its name) of a dossier; `whole`: with the person's whole numbers."""
    access.require(officer, about)
    if form == Form.PDF:
        fonts()
    trace = _taken("dossier.export", officer, about, purpose, form=form, whole=whole)
    kind, _colon, pk = about.partition(":")
    if whole and kind == "person":
        dossier.reveal(pk, purpose, officer=officer)
    paper = _paper(officer, about, mark(trace, officer, purpose), whole=whole)
    made = pdf(paper) if form == Form.PDF else xlsx(paper)
    return made, f"dossier-{trace.pk}.{form}"


def printing(officer: Officer, about: str, purpose: str) -> str:
    """The watermark for a page that is printed from the screen, once its purpose is said."""
    access.require(officer, about)
    return mark(_taken("dossier.print", officer, about, purpose), officer, purpose)


def mark(trace: Trace, officer: Officer, purpose: str) -> str:
    """Officer, time, purpose and number of the trace, on one line."""
    return gettext("%(name)s %(number)s · %(time)s · %(purpose)s · 痕迹 %(trace)s") % {
        "name": officer.full_name, "number": officer.username,
        "time": f"{localtime(trace.at):%Y-%m-%d %H:%M}", "purpose": Purpose(purpose).label,
        "trace": trace.pk,
    }  # fmt: skip


@cache
def fonts() -> list[str]:
    """The installed fonts that have Chinese characters; Refusal when this machine has none."""
    there = typst.Fonts(include_system_fonts=True).families()
    found = [name for name in FONTS if name in there]
    if not found:
        raise Refusal(
            "no_font",
            gettext("本机没有中文字体，不能生成 PDF；请安装 fonts-noto-cjk，或改用表格导出"),
        )
    return found


def pdf(paper: Paper) -> bytes:
    told = {
        "title": paper.title,
        "facts": paper.facts,
        "groups": [
            {"title": title, "parts": [vars(part) for part in parts]}
            for title, parts in paper.groups
        ],
        "mark": paper.mark,
        "system": gettext("纳税诚信信息应用管理系统"),
        "warning": gettext("内部资料，仅限上述用途，不得外传"),
        "fonts": fonts(),
        "lang": "en" if english() else "zh",
    }
    made = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"data": json.dumps(told)})
    assert isinstance(made, bytes)
    return made


def xlsx(paper: Paper) -> bytes:
    """A sheet for what he is, one for each heading; the watermark in the first line of each and
    in the head of its printed pages."""
    book = Workbook(write_only=True)
    facts = Part(
        paper.title, [gettext("项目"), gettext("内容")], [list(one) for one in paper.facts]
    )
    names: set[str] = set()
    for title, parts in [(gettext("概况"), [facts]), *paper.groups]:
        _sheet(book, _sheet_name(title, names), parts, paper.mark)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Any, name: str, parts: list[Part], mark: str) -> None:
    sheet = book.create_sheet(name)
    sheet.oddHeader.center.text = mark.replace("&", "&&")
    sheet.oddFooter.center.text = gettext("内部资料，仅限上述用途，不得外传")
    sheet.page_setup.orientation = "landscape"
    widths: dict[int, int] = {}
    for part in parts:
        for row in (part.heads, *part.rows[:50]):
            for at, text in enumerate(row, start=1):
                wide = sum(2 if ord(letter) > 255 else 1 for letter in text)
                widths[at] = min(48, max(widths.get(at, 8), wide + 2))
    for at, wide in widths.items():
        sheet.column_dimensions[get_column_letter(at)].width = wide
    sheet.append([_cell(sheet, mark, Font(color="808080", italic=True))])
    for part in parts:
        sheet.append([])
        sheet.append([_cell(sheet, f"{part.title} {part.note}".strip(), Font(bold=True, size=12))])
        sheet.append([_cell(sheet, head, Font(bold=True), fill="EEF1F6") for head in part.heads])
        for row in part.rows:
            sheet.append([_cell(sheet, text) for text in row])


def _cell(sheet: Any, text: str, font: Font | None = None, fill: str = "") -> Any:
    """Text that stays text: a number of 20 digits, or one that begins with = in a name."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top")
    if font:
        cell.font = font
    if fill:
        cell.fill = PatternFill("solid", start_color=fill)
    return cell


def _sheet_name(title: str, taken: set[str]) -> str:
    name = "".join(" " if letter in "[]:*?/\\" else letter for letter in title)[:28]
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _taken(action: str, officer: Officer, about: str, purpose: str, **detail: object) -> Trace:
    """The trace of a dossier that was taken, or a refusal without a purpose."""
    with record.of(action, about=about, officer=officer, place="dossier") as trace:
        if purpose not in Purpose.values:
            raise Refusal("purpose_needed", gettext("请先选择导出或打印的用途"))
        trace.detail |= {"purpose": purpose, **detail}
    return trace


def _paper(officer: Officer, about: str, mark: str, *, whole: bool) -> Paper:
    kind, _colon, pk = about.partition(":")
    told: PersonDossier | EnterpriseDossier
    if kind == "person":
        told = dossier.person(officer, pk)
        title, facts, bound = _person(told, whole=whole)
    else:
        told = dossier.enterprise(officer, pk)
        title, facts, bound = _enterprise(told)
    facts += [(str(one.title), f"{one.value} {one.unit}".strip()) for one in told.figures]
    line = Part(
        gettext("时间轴"),
        [gettext("日期"), gettext("类别"), gettext("事项"), gettext("说明")],
        [
            [one.day.isoformat(), str(one.kind.label), str(one.title), one.text]
            for one in told.timeline.events
        ],
    )
    groups = [_group(group) for group in sections.of(officer, about, limit=ROWS)]
    first = [(gettext("关联"), [bound])] if bound.rows else []
    last = [(part.title, [part]) for part in (line, _visits(told.visits)) if part.rows]
    return Paper(title, facts, [*first, *groups, *last], mark)


def _person(told: PersonDossier, *, whole: bool) -> tuple[str, list[tuple[str, str]], Part]:
    one = told.person
    number, phone = one.number or "", one.phone or ""
    facts = [
        (told.document, number if whole else masked(number)),
        (gettext("手机"), (phone if whole else masked(phone)) or "—"),
        (gettext("实名状态"), str(one.get_state_display())),
        (gettext("主管机关"), _offices(told.offices)),
    ]
    rows = [
        [
            bond.enterprise.name,
            bond.enterprise.number or gettext("含证件号码，不显示"),
            _roles(bond),
            str(bond.enterprise.get_status_display()),
            f"{bond.enterprise.arrears:,.2f}",
        ]
        for bond in told.bound
    ]
    heads = [gettext(text) for text in ("企业", "信用代码", "身份", "状态", "欠税（元）")]
    return one.name or "", facts, Part(gettext("关联企业"), heads, rows)


def _enterprise(told: EnterpriseDossier) -> tuple[str, list[tuple[str, str]], Part]:
    one = told.enterprise
    facts = [
        (gettext("信用代码"), one.number or gettext("含证件号码，不显示")),
        (gettext("状态"), str(one.get_status_display())),
        (gettext("登记日期"), str(one.registered_on or "—")),
        (gettext("主管机关"), _offices(told.offices)),
        (gettext("行业"), told.industry),
    ]
    rows = [
        [bond.shown_name, masked(bond.person.number or ""), _roles(bond)] for bond in told.bound
    ]
    heads = [gettext(text) for text in ("姓名", "证件号码", "身份")]
    return one.name, facts, Part(gettext("关联人员"), heads, rows)


def _visits(visits: list[Visit]) -> Part:
    titles = ("时间", "动作", "事项", "企业", "经办人员", "地点", "结果")
    rows = [
        [
            f"{localtime(one.trace.at):%Y-%m-%d %H:%M}",
            f"{one.title} {one.ticket}".strip(),
            words.item_title(one.item) or "—",
            one.enterprise.name if one.enterprise else "—",
            actor(one.trace),
            words.place(one.trace.place),
            words.outcome(one.trace.outcome),
        ]
        for one in visits
    ]
    return Part(gettext("往期业务办理"), [gettext(title) for title in titles], rows)


def actor(trace: Trace) -> str:
    """Who did it, by name; the person himself; or the system."""
    if trace.officer:
        return trace.officer.full_name
    return gettext("本人") if trace.by_himself else gettext("系统")


def _offices(offices: list[Office]) -> str:
    return gettext("、").join(
        one.name_en if english() and one.name_en else one.name for one in offices
    )


def _roles(bond: dossier.Bound) -> str:
    return gettext("、").join(
        f"{one.get_role_display()} {percent(one.share)}".strip() for one in bond.bindings
    )


def _group(group: Group) -> tuple[str, list[Part]]:
    parts = []
    for section in group.sections:
        notes = [gettext("不得向纳税人透露")] if section.restricted else []
        if section.left:
            counts = {"shown": len(section.lines), "count": section.count}
            notes.append(gettext("共 %(count)s 条，列出前 %(shown)s 条") % counts)
        heads = [title for title, _style in section.heads]
        numbers = [at for at, (_title, style) in enumerate(section.heads) if style == "num"]
        rows = [[cell.text for cell in line.cells] + [line.source] for line in section.lines]
        note = f"（{'；'.join(notes)}）" if notes else ""
        heads.append(gettext("来源"))
        part = Part(section.title, heads, rows, note, section.as_records, numbers)
        parts.append(part)
    return group.title, parts
