"""The builder writes SQL that an officer can read, that passes every check, and that means it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from chengxin.indicators import cases
from chengxin.indicators.builder import Condition, Recipe, columns_of
from chengxin.indicators.catalogue import Indicator
from chengxin.indicators.follow import follow
from chengxin.indicators.scan import scan
from chengxin.lake.engine import DuckDB
from chengxin.warehouse.build import build, models
from tests.indicators.counties import DAY as COUNTY_DAY
from tests.indicators.counties import county
from tests.indicators.test_follow import TwoVersions, changed
from tests.paper import PaperLake

DAY = date(2017, 8, 18)
LOW = Decimal(1)
OWNER = Recipe(  # 一个投资人的三户企业在60天内变更法定代表人
    subject="person", roles=("06",), table="representative_change", day_column="changed_on",
    days=60, aggregate="distinct", of="enterprise_id", threshold=Decimal(3), acts_on="reached",
)  # fmt: skip
LEVELS = {"enterprise": {"INV-AUTH": "legal_rep"}, "person": {"INV-AUTH": "remind"}}


def built(recipe: Recipe) -> Indicator:
    """The indicator of a recipe, with the least of a header."""
    words = {"zh": "待核实", "en": "to be verified"}
    header = {
        "code": "A50", "title": "测试", "title_en": "Test", "subject": [recipe.subject],
        "reach": sorted(recipe.roles), "reads": recipe.reads(),
        "value": {"title": "数", "title_en": "number", "unit": recipe.unit()},
        "params": recipe.params(), "wording": words, "clears": words, "push": ["G"],
        "bands": {"hit": {"title": "命中", "title_en": "Hit", "levels": LEVELS}},
        "basis": "工作需要", "owner": "风险科", "why": "because",
    }  # fmt: skip
    told = yaml.safe_dump(header, allow_unicode=True)
    return Indicator.of(f"/*\n{told}*/\n{recipe.sql()}\n", name="a50", kind="analysis")


def found(recipe: Recipe, **given: list[dict[str, Any]]) -> list[list[object]]:
    case = {
        "as_of": DAY, "columns": ["subject_id", "acted_on_id", "value"], "given": given,
        "case": "x", "expect": [],
    }  # fmt: skip
    with cases.bench() as bench:
        return cases.finds(built(recipe), case, bench)


def owner(person: str, *enterprises: str, role: str = "06", **more: Any) -> list[dict[str, Any]]:
    return [{"person_id": person, "enterprise_id": e, "role": role, **more} for e in enterprises]


def change(enterprise: str, day: str) -> dict[str, Any]:
    return {"enterprise_id": enterprise, "changed_on": date.fromisoformat(day)}


class TestThreeEnterprisesOfOneOwner:
    """The issue's example: they change their legal representative within 60 days."""

    def test_is_found_and_acts_on_the_three(self) -> None:
        got = found(
            OWNER,
            affiliation=owner("li", "甲", "乙", "丙", "丁"),
            representative_change=[
                change("甲", "2017-06-20"), change("乙", "2017-07-01"), change("丙", "2017-08-18"),
            ],
        )  # fmt: skip
        assert got == [["person:li", f"enterprise:{one}", 3.0] for one in sorted("甲乙丙")]

    @pytest.mark.parametrize(
        ("owned", "changes"),
        [
            # the first one 60 days ago, the last one tomorrow, one that is not his, not the owner …
            (owner("li", "甲", "乙", "丙"), ["2017-06-19", "2017-07-01", "2017-08-18"]),
            (owner("li", "甲", "乙", "丙"), ["2017-07-01", "2017-08-01", "2017-08-19"]),
            (owner("li", "甲", "乙"), ["2017-07-01", "2017-08-01", "2017-08-02"]),
            (owner("li", "甲", "乙", "丙", role="04"), ["2017-08-01"] * 3),
            (owner("li", "甲", "乙", "丙", until=date(2017, 8, 17)), ["2017-08-01"] * 3),
            (owner("li", "甲", "乙", "丙", valid_from=date(2017, 8, 19)), ["2017-08-01"] * 3),
            (owner("li", "甲") + owner("wu", "乙", "丙"), ["2017-08-01"] * 3),
        ],
    )  # fmt: skip
    def test_is_not_found_where_one_of_it_fails(self, owned: Any, changes: list[str]) -> None:
        told = [change(e, day) for e, day in zip("甲乙丙", changes, strict=True)]
        assert found(OWNER, affiliation=owned, representative_change=told) == []

    def test_two_changes_of_one_enterprise_are_one_enterprise(self) -> None:
        told = [change("甲", "2017-08-01"), change("甲", "2017-08-02"), change("乙", "2017-08-03")]
        assert found(OWNER, affiliation=owner("li", "甲", "乙"), representative_change=told) == []

    def test_sql_reads_like_the_sentence(self) -> None:
        sql = OWNER.sql()
        for said in (
            "法定代表人变更",
            "投资人",
            ":days",
            "COUNT(DISTINCT f.enterprise_id) >= :threshold",
        ):
            assert said in sql


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> list[DuckDB]:
    """Random counties, built."""
    folder, found = tmp_path_factory.mktemp("counties"), []
    for seed in range(8):
        engine = DuckDB(threads=1)
        build(engine, PaperLake(folder / f"lake-{seed}", county(seed)), 1, folder / f"{seed}")
        found.append(engine)
    return found


RECIPES = {
    "owner": OWNER,
    "own rows": Recipe(
        subject="enterprise", table="arrears_item", aggregate="sum", of="amount",
        conditions=(Condition("kind", "=", "tax"), Condition("paid_on", "null")),
        threshold=Decimal(500),
    ),
    "subject key": Recipe(
        subject="person", table="police_filing", day_column="filed_on", days=365,
        threshold=Decimal(1),
    ),
    "persons of an enterprise": Recipe(
        subject="enterprise", roles=("01", "06"), table="person_home", aggregate="max",
        of="own_price", threshold=Decimal("1000000.50"), day_column="signed_on", days=730,
    ),
    "subject key over a role": Recipe(
        subject="person", roles=("01",), table="watch_entry", aggregate="rows",
        threshold=Decimal(1), acts_on="reached",
    ),
}  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_what_it_writes_passes_every_check(recipe: Recipe) -> None:
    assert recipe.problems() == []
    assert built(recipe).problems() == []
    assert built(recipe).fenced() == []


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("whole", [False, True])
def test_one_subject_is_told_what_everyone_is_told(
    recipe: Recipe, whole: bool, engines: list[DuckDB]
) -> None:
    seen = 0
    for engine in engines:
        one = replace(built(replace(recipe, threshold=min(recipe.threshold, LOW))), whole=whole)
        everyone = scan([one], engine, COUNTY_DAY, 1)
        subjects = {found.subject for found in everyone}
        assert scan([one], engine, COUNTY_DAY, 1, subjects=subjects) == everyone
        for subject in sorted(subjects)[:5]:
            alone = scan([one], engine, COUNTY_DAY, 1, subject=subject)
            assert alone == [found for found in everyone if found.subject == subject]
        seen += len(subjects)
    assert seen


CHANGED = ("registration_change", "investment", "tax_due", "police_case", "home_contract", "watch")


@pytest.mark.parametrize("whole", [False, True])
def test_what_changed_gives_what_everyone_is_told(whole: bool, tmp_path: Path) -> None:
    differ = 0
    for seed in range(12):
        folder, rows, engine = tmp_path / str(seed), county(seed), DuckDB(threads=1)
        later = changed(rows, county(seed + 1000), Random(seed))
        later |= {table: later[table][seed % 2 :: 2] for table in CHANGED}
        lake = TwoVersions(folder, rows, later)
        built_ones = [
            replace(built(replace(recipe, threshold=LOW)), code=f"A{n}", whole=whole)
            for n, recipe in enumerate(RECIPES.values(), start=50)
        ]
        found = {}
        for version in (1, 2):
            build(engine, lake, version, folder / "warehouse")
            found[version] = scan(built_ones, engine, COUNTY_DAY, version)
        after = follow(built_ones, engine, lake, 1, 2, COUNTY_DAY, found[1], folder / "warehouse")
        assert after.findings == found[2], seed
        differ += [replace(one, lake_version=2) for one in found[1]] != found[2]
    assert differ


def test_form_is_read_back() -> None:
    for recipe in RECIPES.values():
        assert Recipe.of_form(recipe.as_form()) == recipe


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"subject": "company"}, "个人或企业"),
        ({"table": "nothing"}, "数据表"),
        ({"table": "natural_person"}, "数据表"),
        ({"roles": ()}, "没有个人的记录"),
        ({"roles": ("99",)}, "99"),
        ({"of": "changed_by"}, "统计的列"),
        ({"day_column": "enterprise_id"}, "日期列"),
        ({"days": 0}, "天数"),
        ({"threshold": Decimal(0)}, "阈值"),
        ({"aggregate": "sum"}, "数字列"),
        ({"conditions": (Condition("", "=", "2017-08-01"),)}, "哪一列"),
        ({"conditions": (Condition("nothing", "=", "1"),)}, "nothing"),
        ({"conditions": (Condition("changed_on", "=", "yesterday"),)}, "日期"),
        ({"conditions": (Condition("enterprise_id", "OR 1 =", "1"),)}, "比较方式"),
        ({"roles": (), "subject": "enterprise", "acts_on": "reached"}, "对象本身"),
    ],
)
def test_what_cannot_be_meant_is_told(change: dict[str, Any], word: str) -> None:
    assert any(word in one.zh for one in replace(OWNER, **change).problems())


def test_a_value_never_becomes_sql() -> None:
    sly = Condition("enterprise_id", "=", "x' OR '1' = '1")
    recipe = replace(OWNER, conditions=(sly,))
    given = {
        "affiliation": owner("li", "甲", "乙", "丙"),
        "representative_change": [change(one, "2017-08-01") for one in "甲乙丙"],
    }
    assert found(recipe, **given) == []


def test_every_table_of_the_warehouse_can_be_offered() -> None:
    for model in models().values():
        assert [one.name for one in columns_of(model)] == model.columns
