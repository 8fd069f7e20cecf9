"""A back-test finds at each day what the scan finds, before and after a change."""

from __future__ import annotations

from datetime import date

import pytest

from chengxin.indicators import backtest
from chengxin.indicators.backtest import Point, Side, month_ends
from chengxin.indicators.catalogue import Indicator, all_indicators, indicator
from chengxin.indicators.scan import scan
from chengxin.lake.engine import DuckDB, Engine
from chengxin.warehouse import build
from tests.indicators.counties import DAY, county
from tests.paper import PaperLake

COUNTIES = 3
DAYS = [date(2017, 7, 31), DAY]


def arrears(engine: Engine, *owed: tuple[str, int, str, str | None]) -> None:
    """Enterprises that owe so much, due on a day, paid on a day."""
    types = {
        "enterprise_id": "VARCHAR", "kind": "VARCHAR", "bureau": "VARCHAR", "voucher": "VARCHAR",
        "amount": "DECIMAL(18, 2)", "due_on": "DATE", "paid_on": "DATE",
    }  # fmt: skip
    rows = [
        {
            "enterprise_id": name, "kind": "tax", "bureau": "state", "voucher": f"v{n}",
            "amount": amount, "due_on": due_on, "paid_on": paid_on,
        }
        for n, (name, amount, due_on, paid_on) in enumerate(owed)
    ]  # fmt: skip
    engine.load("arrears_item", types, rows)


@pytest.fixture
def from_an_amount() -> Indicator:
    """M09 that finds only who owes 50,000 yuan or more."""
    text = indicator("M09").text.replace("FROM owing\n", "FROM owing\nWHERE owed >= :report_from\n")
    return Indicator.of(text, name="enterprise_arrears", kind="monitoring")


def test_hits_of_each_month_are_those_that_were_owing_then(from_an_amount):
    engine = DuckDB()
    arrears(
        engine,
        ("A", 60_000, "2017-05-15", "2017-07-10"),  # owing at the ends of May and June
        ("B", 90_000, "2017-06-15", None),  # from June on
        ("C", 120_000, "2017-07-15", None),  # in July
    )
    before = Side(from_an_amount, from_an_amount.settings({}))
    after = Side(from_an_amount, from_an_amount.settings({"report_from": 100_000}))

    told = backtest.over(engine, before, after, month_ends(date(2017, 8, 18), 3), 7)

    a, b, c = ("enterprise:A", "enterprise:B", "enterprise:C")
    assert told == [
        Point(date(2017, 5, 31), 7, frozenset({a}), frozenset()),
        Point(date(2017, 6, 30), 7, frozenset({a, b}), frozenset()),
        Point(date(2017, 7, 31), 7, frozenset({b, c}), frozenset({c})),
    ]
    assert told[2].freed == [b]
    assert told[2].fresh == []


def test_nothing_that_it_made_stays(from_an_amount):
    engine = DuckDB()
    arrears(engine, ("A", 60_000, "2017-05-15", None))
    side = Side(from_an_amount, from_an_amount.settings({}))
    backtest.over(engine, side, side, DAYS, 1)
    left = engine.run("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'backtest%'")
    assert left == []


@pytest.mark.parametrize(
    ("until", "ends"),
    [
        (date(2017, 8, 18), [date(2017, 6, 30), date(2017, 7, 31)]),
        (date(2017, 8, 31), [date(2017, 7, 31), date(2017, 8, 31)]),
        (date(2017, 1, 1), [date(2016, 11, 30), date(2016, 12, 31)]),
        (date(2016, 3, 30), [date(2016, 1, 31), date(2016, 2, 29)]),
    ],
)
def test_month_ends(until, ends):
    assert month_ends(until, 2) == ends


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[DuckDB]:
    folder = tmp_path_factory.mktemp("counties")
    made = []
    for seed in range(COUNTIES):
        engine = DuckDB(threads=1)
        lake = PaperLake(folder / f"lake-{seed}", county(seed))
        build.build(engine, lake, 1, folder / f"warehouse-{seed}")
        made.append(engine)
    return made


@pytest.mark.parametrize("code", [one.code for one in all_indicators()])
def test_every_indicator_gives_what_the_scan_gives(code, worlds):
    """With its first parameter that is a number at the other end of its limits."""
    one = indicator(code)
    changed = one.settings({})
    for name, param in one.params.items():
        if param.is_number and param.min is not None:
            changed[name] = param.min if param.default != param.min else param.max
            break
    for engine in worlds:
        told = backtest.over(engine, Side(one, one.settings({})), Side(one, changed), DAYS, 1)
        for point, day in zip(told, DAYS, strict=True):
            was, then = scanned(engine, one, {}, day), scanned(engine, one, changed, day)
            assert (point.before, point.after) == (was.keys(), then.keys())
            both = was.keys() & then.keys()
            assert point.other_band == {key for key in both if was[key] != then[key]}


def scanned(engine: Engine, one: Indicator, changed: dict, day: date) -> dict[str, set[str]]:
    """The bands in which the scan finds each subject."""
    overrides = {one.code: changed}
    told: dict[str, set[str]] = {}
    for finding in scan([one], engine, day, 1, overrides=overrides):
        if not finding.undecided:
            told.setdefault(finding.subject, set()).add(finding.band)
    return told


def test_who_is_found_in_another_band_is_counted_at_the_month_in_which_he_is():
    """M09 calls arrears from 50,000 yuan large; from 80,000 on instead, 60,000 are not."""
    own = indicator("M09")
    engine = DuckDB()
    arrears(
        engine,
        ("A", 60_000, "2017-05-15", "2017-07-10"),  # owing at the ends of May and June
        ("B", 90_000, "2017-06-15", None),  # large before and after
    )
    told = backtest.over(
        engine, Side(own, own.settings({})), Side(own, own.settings({"report_from": 80_000})),
        month_ends(date(2017, 8, 18), 3), 7,
    )  # fmt: skip
    a = frozenset({"enterprise:A"})
    assert [point.other_band for point in told] == [a, a, frozenset()]
    assert all(point.fresh == point.freed == [] for point in told)


def test_what_is_called_before_each_run_may_end_them(from_an_amount):
    engine = DuckDB()
    arrears(engine, ("A", 60_000, "2017-05-15", None))
    side = Side(from_an_amount, from_an_amount.settings({}))
    begun = []

    def begins() -> None:
        begun.append(len(begun))
        if len(begun) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        backtest.over(engine, side, side, DAYS, 1, begins)
    assert len(begun) == 3
    assert engine.run("SELECT 1 FROM duckdb_tables() WHERE table_name LIKE 'backtest%'") == []


def test_change_of_the_sql_itself_is_tested_too(from_an_amount):
    engine = DuckDB()
    arrears(engine, ("A", 60_000, "2017-05-15", None), ("B", 9_000, "2017-05-15", None))
    own = indicator("M09")
    [told] = backtest.over(
        engine,
        Side(own, own.settings({})),
        Side(from_an_amount, from_an_amount.settings({})),
        [date(2017, 5, 31)],
        1,
    )
    assert told.freed == ["enterprise:B"]
    assert told.fresh == []
