"""What SQL that an officer wrote may say, told in plain words before anything runs.

    SQL ──DuckDB's own parser──▶ tree ──only what is listed here may be in it──▶ no fault

One SELECT over the published tables of the warehouse, with functions whose result depends on their
arguments alone.  Everything is refused that is not listed: a function that a newer DuckDB brings is
refused until somebody has looked at it.  `sandbox` is the second wall behind this one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator
from typing import Any

import duckdb

from chengxin.core.tongues import Words

LONGEST = 20_000  # characters of one indicator
DEEPEST = 40  # brackets inside brackets

FUNCTIONS = {
    # of one row
    "+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "abs", "ceil", "ceiling", "floor", "round",
    "trunc", "sign", "sqrt", "ln", "log10", "power", "pow", "mod", "greatest", "least", "length",
    "strlen", "lower", "upper", "trim", "ltrim", "rtrim", "substring", "substr", "left", "right",
    "replace", "starts_with", "ends_with", "contains", "strpos", "instr", "position",
    "split_part", "concat", "date_part", "datepart", "date_trunc", "datetrunc", "date_diff",
    "datediff", "date_add", "last_day", "year", "month", "day", "quarter", "make_date", "to_days",
    "to_months", "to_years", "to_weeks", "list_value", "list_contains", "list_has", "len",
    "list_sort", "list_distinct", "row", "coalesce", "ifnull", "nullif", "isfinite",
    # over many rows
    "count", "count_star", "sum", "avg", "min", "max", "any_value", "first", "last", "median",
    "mode", "quantile_cont", "stddev_samp", "stddev", "var_samp", "bool_and", "bool_or",
    "array_agg", "list", "listagg", "string_agg", "arg_min", "arg_max", "min_by", "max_by",
    "count_if", "row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value",
    "ntile", "percent_rank", "cume_dist", "nth_value",
}  # fmt: skip
EXPRESSIONS = {
    "BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION",
    "OPERATOR", "SUBQUERY", "TYPE", "WINDOW", "STAR", "COLLATE",
}  # fmt: skip
SOURCES = {"BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST"}
QUERIES = {"SELECT_NODE", "SET_OPERATION_NODE"}
CLOCK = {
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "now",
    "today", "get_current_timestamp", "get_current_time", "transaction_timestamp", "random",
    "uuid", "gen_random_uuid", "setseed", "age",
}  # fmt: skip
MACHINE = {
    "current_user", "session_user", "user", "current_role", "current_catalog", "current_schema",
    "current_database", "current_query", "current_setting", "getenv", "getvariable", "version",
    "pg_backend_pid", "txid_current", "nextval", "currval", "query", "query_table", "read_text",
    "read_blob",
}  # fmt: skip
STEPS = {"rowid", "ctid"}  # where a row lies in a file: another file, another result

_parser = threading.local()  # each thread has its own empty DuckDB

Node = dict[str, Any]


def faults(sql: str, tables: Collection[str]) -> list[Words]:
    """What this SQL says that it may not, a sentence each; empty when it may run.

    `tables` are the published ones.  The SQL has no parameters any more.
    """
    if len(sql) > LONGEST:
        return [
            Words(
                zh=f"SQL 太长（{len(sql)} 字），最多 {LONGEST} 字",
                en=f"The SQL is too long ({len(sql)} characters); {LONGEST} are the most",
            )
        ]
    if _depth(sql) > DEEPEST:
        return [
            Words(
                zh=f"括号嵌套超过 {DEEPEST} 层，请拆成几个 WITH 步骤",
                en=f"Brackets stand more than {DEEPEST} deep; make steps of it (WITH)",
            )
        ]
    try:
        told = _tree(sql)
        return _faults(told, set(tables))
    except RecursionError:
        return [
            Words(
                zh="表达式太长，请拆成几个 WITH 步骤",
                en="An expression is too long; make steps of it (WITH)",
            )
        ]


def _faults(told: Node, tables: set[str]) -> list[Words]:
    if told["error"]:
        return [_no_select(told)]
    if len(told["statements"]) != 1:
        return [
            Words(
                zh="只能有一条 SELECT 语句，请去掉分号后面的内容",
                en="There may be one SELECT only; take away what stands behind the semicolon",
            )
        ]
    found = _Walk(tables, told["statements"][0]["node"])
    return list(dict.fromkeys(found.faults))


class _Walk:
    """Goes through a tree once and notes what is not listed."""

    def __init__(self, tables: set[str], node: Node) -> None:
        self.faults: list[Words] = []
        self._tables = tables
        self._go(node, frozenset())

    def _go(self, node: object, steps: frozenset[str]) -> None:
        if isinstance(node, list):
            for one in node:
                self._go(one, steps)
        if not isinstance(node, dict):
            return
        if isinstance(node.get("cte_map"), dict):
            steps = self._steps(node, steps)
        self.faults += self._of(node, steps)
        for name, inside in node.items():
            if name != "cte_map":
                self._go(inside, steps)

    def _steps(self, node: Node, steps: frozenset[str]) -> frozenset[str]:
        """The names that WITH gives from here on, each known to those after it."""
        for one in node["cte_map"]["map"]:
            if one["key"].lower() in self._tables:
                self.faults.append(
                    Words(
                        zh=f"步骤名 {one['key']} 与已发布的表同名，请另取名称",
                        en=f"The step {one['key']} takes the name of a published table",
                    )
                )
            self._go(one["value"], steps)
            steps |= {one["key"].lower()}
        return steps

    def _of(self, node: Node, steps: frozenset[str]) -> Iterator[Words]:
        kind = node.get("class")
        if kind is not None:
            yield from self._of_expression(str(kind), node)
        elif "from_table" in node or str(node.get("type", "")).endswith("_NODE"):
            yield from self._of_query(str(node["type"]))
        elif "query_location" in node and "type" in node:
            yield from self._of_source(str(node["type"]), node, steps)
        if node.get("sample"):
            yield Words(
                zh="不能抽样（SAMPLE）：同样的数据每次结果必须相同",
                en="No samples (SAMPLE): the same data must give the same result",
            )
        if node.get("type") == "LIMIT_MODIFIER" or node.get("type") == "LIMIT_PERCENT_MODIFIER":
            yield Words(
                zh="不能限制行数（LIMIT）：会漏掉对象，请用条件筛选",
                en="No LIMIT: subjects would be left out; choose them by a condition",
            )

    def _of_query(self, kind: str) -> Iterator[Words]:
        if kind == "RECURSIVE_CTE_NODE":
            yield Words(
                zh="不能用递归（WITH RECURSIVE）：可能永远算不完",
                en="No recursion (WITH RECURSIVE): it might never end",
            )
        elif kind not in QUERIES:
            yield _unlisted(kind)

    def _of_source(self, kind: str, node: Node, steps: frozenset[str]) -> Iterator[Words]:
        if kind == "TABLE_FUNCTION":
            name = node["function"].get("function_name", "?")
            yield Words(
                zh=f"不能用 {name}(…) 取数：只能读已发布的表，不能读文件、网络和系统信息",
                en=f"{name}(…) is no source: published tables only, no files, network or system",
            )
        elif kind == "BASE_TABLE":
            yield from self._of_table(node, steps)
        elif kind == "SHOW_REF":
            yield Words(zh="不能用 SHOW、DESCRIBE", en="No SHOW and no DESCRIBE")
        elif kind not in SOURCES:
            yield _unlisted(kind)
        elif kind == "JOIN" and node.get("ref_type") == "POSITIONAL":
            yield _unlisted("POSITIONAL JOIN")

    def _of_table(self, node: Node, steps: frozenset[str]) -> Iterator[Words]:
        path = node["qualified_name"]["path"]
        name = ".".join(path)
        if len(path) == 1 and (name in self._tables or name.lower() in steps):
            return
        yield Words(
            zh=f"没有名为 {name} 的已发布的表",
            en=f"There is no published table {name}",
        )

    def _of_expression(self, kind: str, node: Node) -> Iterator[Words]:
        if kind in ("FUNCTION", "WINDOW"):
            path = node.get("qualified_name", {}).get("path", [node.get("function_name")])
            name = str(path[-1]).lower()
            if len(path) > 1 or name not in FUNCTIONS:
                yield _function(name)
        elif kind == "COLUMN_REF":
            names = [str(one).lower() for one in node["column_names"]]
            if len(names) == 1 and names[0] in CLOCK | MACHINE:
                yield _function(names[0])
            if names[-1] in STEPS:
                yield _function(names[-1])
        elif kind == "PARAMETER":
            yield Words(
                zh="参数写作 :名称，并在参数表中登记",
                en="Write a parameter as :name, and enter it among the parameters",
            )
        elif kind not in EXPRESSIONS:
            yield _unlisted(kind)


def _function(name: str) -> Words:
    if name in CLOCK:
        return Words(
            zh=f"不能用 {name}：结果只取决于数据日期，请用 :as_of",
            en=f"No {name}: the result depends on the day of the data; use :as_of",
        )
    if name in MACHINE or name.startswith(("pg_", "duckdb_", "read_", "set_", "current_")):
        return Words(
            zh=f"不能用 {name}：指标不能读取系统、设置和文件",
            en=f"No {name}: an indicator reads no system, no settings and no files",
        )
    return Words(zh=f"不能用函数 {name}", en=f"The function {name} cannot be used here")


def _unlisted(kind: str) -> Words:
    told = kind.replace("_", " ").removesuffix(" NODE")
    return Words(zh=f"不能用 {told}", en=f"{told} cannot be used here")


def _no_select(told: Node) -> Words:
    said = str(told.get("error_message", "")).splitlines()[0]
    if told.get("error_type") == "not implemented":
        return Words(
            zh="只能是一条 SELECT：不能写入、修改、删除、建表、设置或读写文件",
            en="One SELECT only: no writing, changing, deleting, no settings, no files",
        )
    return Words(zh=f"SQL 语法有误（{said}）", en=f"This is no SQL ({said})")


def _tree(sql: str) -> Node:
    """The statements as DuckDB's parser sees them; nothing is looked up and nothing runs."""
    if not hasattr(_parser, "duckdb"):
        _parser.duckdb = duckdb.connect(config={"threads": 1, "enable_external_access": False})
    [told] = _parser.duckdb.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    found: Node = json.loads(told)
    return found


def _depth(sql: str) -> int:
    """How deep brackets stand; those in texts count, too."""
    deepest = now = 0
    for sign in sql:
        if sign in "([{":
            now += 1
            deepest = max(deepest, now)
        elif sign in ")]}":
            now -= 1
    return deepest
