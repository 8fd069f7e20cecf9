"""From a filled-in form to an indicator's SQL that an officer can read on.

    subject ──roles──▶ whose rows ──▶ table, conditions, days ──▶ aggregate ≥ threshold

One form says: for each person (or enterprise), look at the rows of one table about them, or about
those whom a role binds to them; keep the rows that meet the conditions within some days; count or
add up; found is whoever reaches the threshold.
"""

# ruff: noqa: S608 (SQL is put together from names that were checked and from literals)

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from chengxin.core.tongues import Words
from chengxin.indicators import cases
from chengxin.indicators.catalogue import KINDS
from chengxin.lake.engine import literal
from chengxin.lake.tables import TABLES
from chengxin.warehouse.build import Model, models

ROLES = {  # domain facts 5.1
    "01": Words(zh="法定代表人", en="legal representative"),
    "02": Words(zh="财务负责人", en="finance officer"),
    "03": Words(zh="办税人员", en="tax handler"),
    "04": Words(zh="领票人", en="invoice collector"),
    "06": Words(zh="投资人", en="investor"),
    "09": Words(zh="实际控制人", en="actual controller"),
    "13": Words(zh="直接责任人员", en="directly responsible person"),
}
TESTS = {
    "=": Words(zh="等于", en="is"),
    "<>": Words(zh="不等于", en="is not"),
    ">=": Words(zh="不小于", en="at least"),
    "<=": Words(zh="不大于", en="at most"),
    ">": Words(zh="大于", en="more than"),
    "<": Words(zh="小于", en="less than"),
    "null": Words(zh="为空", en="is empty"),
    "filled": Words(zh="不为空", en="is filled"),
}
AGGREGATES = {
    "rows": Words(zh="记录条数", en="number of rows"),
    "distinct": Words(zh="不同值的个数", en="number of different values"),
    "sum": Words(zh="合计", en="sum"),
    "max": Words(zh="最大值", en="largest"),
    "min": Words(zh="最小值", en="smallest"),
}
FORMS = {  # of a value, by the SQL type of the column beside it
    "DATE": ("日期（2017-08-18）", "a day (2017-08-18)"),
    "BOOLEAN": ("是或否", "true or false"),
    "VARCHAR": ("文字或代码", "a text or code"),
}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,4})?")


@dataclass(frozen=True)
class Condition:
    column: str
    test: str  # of TESTS
    value: str = ""


@dataclass(frozen=True)
class Recipe:
    """What the form says.  `problems` tells what of it cannot be meant."""

    subject: str = "enterprise"  # who is found
    roles: tuple[str, ...] = ()  # whose rows are looked at: of those bound by a role; else his own
    table: str = ""
    conditions: tuple[Condition, ...] = ()
    day_column: str = ""  # the day that must lie within `days` before the data's day
    days: int = 60
    aggregate: str = "rows"
    of: str = ""  # the column that is counted or added up
    threshold: Decimal = Decimal(1)
    acts_on: str = "subject"  # or "reached": those bound by the role, whose rows count

    @classmethod
    def of_form(cls, told: Mapping[str, Any]) -> Recipe:
        """The recipe that `as_form` gave, or a page; what is no number becomes 0."""
        return cls(
            subject=str(told.get("subject", "")),
            roles=tuple(told.get("roles", ())),
            table=str(told.get("table", "")),
            conditions=tuple(Condition(**one) for one in told.get("conditions", ())),
            day_column=str(told.get("day_column", "")),
            days=_whole(told.get("days")),
            aggregate=str(told.get("aggregate", "")),
            of=str(told.get("of", "")),
            threshold=_decimal(told.get("threshold")),
            acts_on=str(told.get("acts_on", "")),
        )

    def as_form(self) -> dict[str, Any]:
        """Ready for JSON; `of_form` reads it back."""
        return {
            "subject": self.subject,
            "roles": list(self.roles),
            "table": self.table,
            "conditions": [vars(one) for one in self.conditions],
            "day_column": self.day_column,
            "days": self.days,
            "aggregate": self.aggregate,
            "of": self.of,
            "threshold": f"{self.threshold:f}",
            "acts_on": self.acts_on,
        }

    @property
    def holder(self) -> str:
        """The kind of entity whose rows are looked at."""
        return KINDS[1 - KINDS.index(self.subject)] if self.roles else self.subject

    def problems(self) -> list[Words]:
        """What cannot be meant, a sentence each; empty when SQL can be written."""
        found: list[Words] = []
        if self.subject not in KINDS:
            return [
                Words(zh="请选择对象：个人或企业", en="Choose the subject: person or enterprise")
            ]
        model = models().get(self.table)
        if model is None:
            return [Words(zh="请选择数据表", en="Choose the table")]
        if _key(model, self.holder) is None:
            who = {"person": "个人", "enterprise": "企业"}[self.holder]
            found.append(
                Words(
                    zh=f"表 {model.title} 没有{who}的记录，请另选数据表，或选择任职关系",
                    en=f"The table {self.table} has no rows of a {self.holder}; choose another "
                    "table, or the roles over which to look",
                )
            )
        if unknown := [role for role in self.roles if role not in ROLES]:
            found.append(
                Words(zh=f"没有任职关系 {unknown[0]}", en=f"There is no role {unknown[0]}")
            )
        for one in self.conditions:
            found += _problems_of(one, model)
        if self.day_column and self.day_column not in days_of(model):
            found.append(
                Words(
                    zh=f"{self.day_column} 不是日期列", en=f"{self.day_column} is no column of days"
                )
            )
        if self.day_column and not 1 <= self.days <= 3660:
            found.append(Words(zh="天数须在 1 至 3660 之间", en="Days are 1 to 3660"))
        if self.aggregate not in AGGREGATES:
            found.append(Words(zh="请选择统计方式", en="Choose how to count"))
        elif self.aggregate != "rows" and self.of not in model.columns:
            found.append(Words(zh="请选择统计的列", en="Choose the column that is counted"))
        elif self.aggregate in ("sum", "max", "min") and not _is_number(model, self.of):
            found.append(Words(zh=f"{self.of} 不是数字列", en=f"{self.of} is no column of numbers"))
        if self.threshold == 0 and self.aggregate in ("rows", "distinct"):
            found.append(Words(zh="阈值须为大于 0 的数", en="The threshold is a number above 0"))
        if self.acts_on == "reached" and not self.roles:
            found.append(
                Words(
                    zh="没有选择任职关系时，只能作用于对象本身",
                    en="Without a role it can act on the subject only",
                )
            )
        return found

    def sql(self) -> str:
        """The SELECT, with the parameters `threshold` and, where there are days, `days`."""
        model = models()[self.table]
        holder, own = f"{self.holder}_id", f"{self.subject}_id"
        key = _key(model, self.holder)
        taken = [holder, *(one for one in (self.of, self.day_column) if one and one != holder)]
        columns = dict.fromkeys(_taken(one, holder, key, self.holder) for one in taken)
        chosen = [
            f"    SELECT {', '.join(columns)}",
            f"    FROM {self.table}",
        ]
        kinds = types()[self.table]
        tests = [_test(one, kinds[one.column]) for one in self.conditions]
        if key == "subject_key":
            tests.insert(0, f"subject_key LIKE '{self.holder}:%'")
        if self.day_column:
            tests.append(f"{self.day_column} > :as_of - INTERVAL (:days) DAY")
            tests.append(f"{self.day_column} <= :as_of")
        chosen += [f"    {'WHERE' if not n else '  AND'} {one}" for n, one in enumerate(tests)]
        steps = ["facts AS (", f"    -- {model.title}", *chosen, "),"]
        if self.roles:
            named = "、".join(ROLES[role].zh for role in self.roles)
            some = " OR ".join(f"role = {literal(role)}" for role in self.roles)
            steps += [
                "bound AS (",
                f"    -- {named}，数据日期当日有效",
                "    SELECT DISTINCT person_id, enterprise_id",
                "    FROM affiliation",
                f"    WHERE ({some})" if len(self.roles) > 1 else f"    WHERE {some}",
                "      AND (valid_from IS NULL OR valid_from <= :as_of)",
                "      AND (until IS NULL OR until >= :as_of)",
                "),",
            ]
        source = (
            f"    FROM bound AS b\n    JOIN facts AS f ON f.{holder} = b.{holder}"
            if self.roles
            else "    FROM facts AS f"
        )
        subject = f"{'b' if self.roles else 'f'}.{own}"
        counted = self._counted()
        evidence = []
        if self.day_column:
            evidence += [
                f"MIN(f.{self.day_column}) AS oldest_on",
                f"MAX(f.{self.day_column}) AS last_on",
            ]
        if self.roles and self.holder == "enterprise":
            evidence.append(
                "ARRAY_AGG(DISTINCT f.enterprise_id ORDER BY f.enterprise_id) AS enterprise_ids"
            )
        listed = ",\n        ".join([subject, f"{counted} AS amount", *evidence])
        steps += [
            "counted AS (",
            f"    SELECT\n        {listed}",
            source,
            f"    GROUP BY {subject}",
            f"    HAVING {counted} >= :threshold",
            ")",
        ]
        names = [one.rpartition(" AS ")[2] for one in evidence]
        acted, more = f"'{self.subject}:' || c.{own}", ""
        if self.acts_on == "reached":
            acted = f"'{self.holder}:' || b.{holder}"
            more = (
                f"\nJOIN bound AS b ON b.{own} = c.{own}"
                f"\nWHERE b.{holder} IN (SELECT {holder} FROM facts)"
            )
        last = [
            f"'{self.subject}:' || c.{own} AS subject_id",
            f"{acted} AS acted_on_id",
            "CAST(c.amount AS DECIMAL(18, 2)) AS value",
            "'hit' AS band",
            *(f"c.{name}" for name in names),
        ]
        body = ",\n    ".join(last)
        return "WITH " + "\n".join(steps) + f"\nSELECT\n    {body}\nFROM counted AS c{more}"

    def reads(self) -> list[str]:
        return sorted({self.table, *(["affiliation"] if self.roles else [])})

    def params(self) -> dict[str, Any]:
        """The header's parameters: the threshold and the days."""
        found: dict[str, Any] = {
            "threshold": {
                "title": "阈值", "title_en": "Threshold", "default": _plain(self.threshold),
                "min": 1 if self.threshold >= 1 else -1_000_000_000_000,
                "max": max(1000, _plain(self.threshold * 1000)), "unit": self.unit(),
            }
        }  # fmt: skip
        if self.day_column:
            found["days"] = {
                "title": "期间天数", "title_en": "Days looked back", "default": self.days,
                "min": 1, "max": 3660, "unit": "day",
            }  # fmt: skip
        return found

    def unit(self) -> str:
        if self.aggregate in ("sum", "max", "min"):
            return "yuan"
        return (
            "enterprise" if self.of == "enterprise_id" and self.aggregate == "distinct" else "entry"
        )

    def _counted(self) -> str:
        return {
            "rows": "COUNT(*)",
            "distinct": f"COUNT(DISTINCT f.{self.of})",
            "sum": f"SUM(f.{self.of})",
            "max": f"MAX(f.{self.of})",
            "min": f"MIN(f.{self.of})",
        }[self.aggregate]


@dataclass(frozen=True)
class Column:
    """A column as the form offers it."""

    name: str
    title: str
    title_en: str
    is_day: bool = field(default=False)


def columns_of(model: Model) -> list[Column]:
    """The columns of a table of the warehouse, with the titles that the lake's tables give them."""
    return [
        Column(name, *_titles(name, model), is_day=name in days_of(model)) for name in model.columns
    ]


def days_of(model: Model) -> list[str]:
    """Its columns of days."""
    return [name for name, kind in types()[model.name].items() if kind == "DATE"]


@cache
def types() -> dict[str, dict[str, str]]:
    """Table of the warehouse -> column -> SQL type."""
    with cases.bench() as bench:
        return bench.types


def _titles(name: str, model: Model) -> tuple[str, str]:
    known = {"person_id": ("个人", "Person"), "enterprise_id": ("企业", "Enterprise")}
    if name in known:
        return known[name]
    near = [TABLES[one] for one in model.reads if one in TABLES]
    for table in (*near, *TABLES.values()):
        if found := table.columns.get(name):
            return found.title, found.title_en
    return name, name


def _key(model: Model, kind: str) -> str | None:
    """The column by which rows are of an entity of this kind."""
    return next((one for one in (f"{kind}_id", "subject_key") if one in model.columns), None)


def _is_number(model: Model, column: str) -> bool:
    return types()[model.name][column].startswith(("DECIMAL", "DOUBLE", "INTEGER", "BIGINT"))


def _taken(column: str, holder: str, key: str | None, kind: str) -> str:
    if column == holder and key == "subject_key":
        return f"SUBSTR(subject_key, {len(kind) + 2}) AS {holder}"
    return column


def _test(one: Condition, kind: str) -> str:
    match one.test:
        case "null":
            return f"{one.column} IS NULL"
        case "filled":
            return f"{one.column} IS NOT NULL"
        case _:
            return f"{one.column} {one.test} {_written(one.value.strip(), kind)}"


def _written(value: str, kind: str) -> str | None:
    """The value as SQL writes it beside a column of this type; None when it is none of it."""
    if kind == "DATE":
        if value == ":as_of":
            return value
        try:
            return f"CAST({literal(date.fromisoformat(value).isoformat())} AS DATE)"
        except ValueError:
            return None
    if kind == "BOOLEAN":
        return {"true": "TRUE", "false": "FALSE", "是": "TRUE", "否": "FALSE"}.get(value.lower())
    if kind == "VARCHAR":
        return literal(value)
    return value if _NUMBER.fullmatch(value) else None


def _problems_of(one: Condition, model: Model) -> list[Words]:
    if not one.column:
        return [
            Words(
                zh=f"请选择“{one.value}”是哪一列的比较值",
                en=f"Choose the column that “{one.value}” is compared with",
            )
        ]
    if one.column not in model.columns:
        return [
            Words(
                zh=f"表 {model.title} 没有列 {one.column}",
                en=f"The table {model.name} has no column {one.column}",
            )
        ]
    if one.test not in TESTS:
        return [Words(zh="请选择比较方式", en="Choose how to compare")]
    if one.test in ("null", "filled"):
        return []
    value, kind = one.value.strip(), types()[model.name][one.column]
    if not value or _written(value, kind) is None:
        zh, en = FORMS.get(kind, ("数字", "a number"))
        return [
            Words(
                zh=f"条件 {one.column} 的比较值须为{zh}",
                en=f"The value of the condition on {one.column} is {en}",
            )
        ]
    return []


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _whole(told: object) -> int:
    text = str(told or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _decimal(told: object) -> Decimal:
    try:
        found = Decimal(str(told).strip())
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() and abs(found) < Decimal(10) ** 15 else Decimal(0)
