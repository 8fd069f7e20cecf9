"""How the offices write: headings, encodings, dates and numbers of every delivery.

The state bureau sends Golden Tax field codes in GBK with dates like 20170818, one extract with
Oracle's 18-AUG-17; the local bureau sends Chinese headings in UTF-8, dates like 2017-08-18,
thousands separators, and a trailing blank here and there.  Beside them stand the police's JSON
lines, the housing office's workbook and two UTF-8 lists.  `交接单.csv`, the delivery note, names
each file with its rows and SHA-256.

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


# What each source of both bureaus holds: state heading, local heading, kind.
BUREAU_FORMS: Mapping[str, str] = {
    "registration": """
        DJXH 登记序号 text
        NSRSBH 纳税人识别号 padded
        SHXYDM 社会信用代码 text
        NSRMC 纳税人名称 padded
        FDDBRXM 法定代表人姓名 text
        FDDBRSFZJLX_DM 法定代表人身份证件类型代码 text
        FDDBRSFZJHM 法定代表人身份证件号码 padded
        SCJYDZ 生产经营地址 text
        JDXZ_DM 街道乡镇代码 text
        DJZCLX_DM 登记注册类型代码 text
        HY_DM 行业代码 text
        NSRZT_DM 纳税人状态代码 text
        ZGSWSKFJ_DM 主管税务所代码 text
        SSGLY_DM 税收管理员代码 text
        DJRQ 登记日期 day
        KYSLRQ 开业设立日期 day
        XGRQ 修改日期 day""",
    "extension": """
        DJXH 登记序号 text
        CYRS 从业人数 text
        ZCZB 注册资本 money
        ZCDLXDH 注册地联系电话 text
        FDDBRYDDH 法定代表人移动电话 text
        CWFZRXM 财务负责人姓名 text
        CWFZRSFZJZL_DM 财务负责人身份证件种类代码 text
        CWFZRSFZJHM 财务负责人身份证件号码 padded
        CWFZRYDDH 财务负责人移动电话 text
        BSRXM 办税人姓名 text
        BSRSFZJZL_DM 办税人身份证件种类代码 text
        BSRSFZJHM 办税人身份证件号码 padded
        BSRYDDH 办税人移动电话 text
        SWDLRNSRSBH 税务代理人纳税人识别号 text""",
    "investment": """
        UUID 投资方主键 text
        DJXH 登记序号 text
        TZFHHRMC 投资方名称 padded
        TZFHHRZJZL_DM 投资方证件种类代码 text
        TZFHHRZJHM 投资方证件号码 padded
        TZBL 投资比例 percent
        TZJE 投资金额 money
        YXQQ 有效期起 day
        YXQZ 有效期止 day""",
    "natural_person": """
        DJXH 登记序号 text
        XM 姓名 text
        SFZJLX_DM 身份证件类型代码 text
        SFZJHM 身份证件号码 padded
        YDDH 移动电话 text
        ZGSWSKFJ_DM 主管税务所代码 text
        DJRQ 登记日期 day""",
    "ledger": """
        YZPZXH 应征凭证序号 text
        DJXH 登记序号 text
        ZSXM_DM 征收项目代码 text
        SKZL_DM 税款种类代码 text
        SKSSQQ 税款所属期起 day
        SKSSQZ 税款所属期止 day
        JKQX 缴款期限 day
        YBTSE 应补退税额 money
        RKRQ 入库日期 day""",
    "filing": """
        SBUUID 申报主键 text
        DJXH 登记序号 text
        ZSXM_DM 征收项目代码 text
        SKSSQQ 税款所属期起 day
        SKSSQZ 税款所属期止 day
        SBRQ_1 申报日期 day
        YSXSSR 应税销售收入 money
        YBTSE 应补退税额 money
        GZLX_DM_1 更正类型代码 text
        ZFBZ_1 作废标志 text""",
    "cit_year": """
        DJXH 登记序号 text
        ND 年度 text
        YYSR 营业收入 money
        LRZE 利润总额 money
        YNSDSE 应纳税所得额 money
        YNSE 应纳税额 money
        SBRQ_1 申报日期 day""",
    "non_normal": """
        FZCHRDUUID 非正常户认定主键 text
        DJXH 登记序号 text
        RDRQ 认定日期 day
        JCRQ 解除日期 day""",
    "inspection": """
        JCAJXXUUID 检查案件主键 text
        JCAJBH 检查案件编号 text
        DJXH 登记序号 text
        LARQ 立案日期 day
        JARQ 结案日期 day
        JCJDRQ 决定日期 day
        SDRQ 送达日期 day
        YJSKZE 应缴税款总额 money
        SJSKZE 实缴税款总额 money
        YJZNJZE 应缴滞纳金总额 money
        SJZNJZE 实缴滞纳金总额 money
        YJFKZE 应缴罚款总额 money
        SJFKZE 实缴罚款总额 money""",
    "assessment": """
        PGAJBH 评估案件编号 text
        DJXH 登记序号 text
        PGKSRQ 评估开始日期 day
        PGJSRQ 评估结束日期 day""",
}

LISTS: Mapping[str, str] = {
    "personal_income": """
        身份证件号码 text
        姓名 text
        所得年度 text
        扣缴义务人识别号 text
        应纳税所得额 money
        应纳税额 money
        已缴税额 money""",
    "watchlist": """
        名单编号 text
        主体类型 text
        证件号码或信用代码 text
        名称 text
        列入原因 text
        列入人工号 text
        复核人工号 text
        生效日期 day
        截止日期 day
        适用事项组 text""",
}

POLICE_FIELDS = (
    "案件编号", "主体类型", "证件号码", "姓名或名称", "罪名条款", "立案单位", "立案日期",
    "案件状态", "终结日期",
)  # fmt: skip
HOUSING_HEADINGS = (
    "合同编号", "买受人姓名", "买受人证件号码", "共有比例(%)", "合同总价(元)",
    "建筑面积(㎡)", "签订日期",
)  # fmt: skip

# Forms whose extract at the state bureau leaves dates as Oracle writes them by default
_ORACLE_FORMS = ("assessment",)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

_COMPACT = [date.fromordinal(day).strftime("%Y%m%d") for day in range(FIRST_DAY, LAST_DAY)]
_ISO = [date.fromordinal(day).isoformat() for day in range(FIRST_DAY, LAST_DAY)]
_ORACLE = [
    f"{day:%d}-{_MONTHS[day.month - 1]}-{day:%y}"
    for day in map(date.fromordinal, range(FIRST_DAY, LAST_DAY))
]


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
        bureau: Bureau = Bureau.LOCAL,
        days: Sequence[str] = _ISO,
        bom: bool = False,
    ) -> None:
        super().__init__(path)
        self._kinds = kinds
        self._days = days
        self._state = bureau is Bureau.STATE
        self._encoding = "gb18030" if self._state else "utf-8"
        self._end = "\r\n" if self._state else "\n"
        self._blanks = not self._state and not bom
        self.put((b"\xef\xbb\xbf" if bom else b"") + self._encoded([",".join(headings)]))

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
            case Kind.MONEY if not self._state:
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


class Police(Delivery):
    """The police's cases, one JSON object a line."""

    def add(self, case: Mapping[str, str | None]) -> None:
        line = {field: case[field] for field in POLICE_FIELDS}
        self.put((json.dumps(line, ensure_ascii=False) + "\n").encode())
        self.rows += 1


class Housing:
    """The housing office's workbook; a second one when the rows outgrow a sheet."""

    def __init__(self, folder: Path, day: date, *, sheet_rows: int = SHEET_ROWS) -> None:
        self._folder = folder
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
            self._sheet = self._workbook.create_sheet("网签合同")
            self._sheet.append(HOUSING_HEADINGS)
        self._sheet.append(row)
        self._in_sheet += 1

    def close(self) -> list[tuple[str, int, str]]:
        self._finish()
        stem = f"housing_contract.{self._day:%Y%m%d}"
        notes = []
        for number, (part, rows) in enumerate(self._parts, start=1):
            suffix = f".{number}" if len(self._parts) > 1 else ""
            path = part.rename(self._folder / f"{stem}{suffix}.xlsx")
            with path.open("rb") as file:
                notes.append((path.name, rows, hashlib.file_digest(file, "sha256").hexdigest()))
        return notes

    def _finish(self) -> None:
        if self._sheet is None:
            return
        part = self._folder / f"part{len(self._parts)}"
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
        stamp = f"{day:%Y%m%d}"
        self.bureau: dict[tuple[Bureau, str], Table] = {}
        for source, form in BUREAU_FORMS.items():
            fields = [line.split() for line in form.strip().splitlines()]
            kinds = [Kind(field[2]) for field in fields]
            state_days = _ORACLE if source in _ORACLE_FORMS else _COMPACT
            for place, bureau, days in (
                (0, Bureau.STATE, state_days),
                (1, Bureau.LOCAL, _ISO),
            ):
                path = folder / f"golden_tax_{bureau}_{source}.{stamp}.csv"
                headings = [field[place] for field in fields]
                self.bureau[bureau, source] = Table(path, headings, kinds, bureau=bureau, days=days)
        lists = {}
        for source, form in LISTS.items():
            fields = [line.split() for line in form.strip().splitlines()]
            lists[source] = Table(
                folder / f"{source}.{stamp}.csv",
                [field[0] for field in fields],
                [Kind(field[1]) for field in fields],
                bom=source == "personal_income",
            )
        self.personal_income = lists["personal_income"]
        self.watchlist = lists["watchlist"]
        self.police = Police(folder / f"police_case.{stamp}.jsonl")
        self.housing = Housing(folder, day)

    def to(self, bureau: Bureau, source: str) -> Table:
        return self.bureau[bureau, source]

    def close(self) -> dict[str, int]:
        """Finish every file and write the note; rows by file name."""
        deliveries: list[Delivery | Housing] = [
            *self.bureau.values(), self.police, self.housing, self.personal_income, self.watchlist,
        ]  # fmt: skip
        lines = sorted(line for delivery in deliveries for line in delivery.close())
        note = ["文件名,行数,SHA256", *(f"{name},{rows},{sha}" for name, rows, sha in lines)]
        (self._folder / "交接单.csv").write_bytes(("\n".join(note) + "\n").encode())
        return {name: rows for name, rows, _ in lines}
