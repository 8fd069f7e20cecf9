"""SQL of the studio runs where it can harm nobody: a process with limits that sees some tables."""

from __future__ import annotations

import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from chengxin.indicators.catalogue import indicator
from chengxin.indicators.sandbox import Limits, Sandbox, Stopped
from chengxin.indicators.scan import scan
from chengxin.lake.engine import DuckDB
from chengxin.warehouse.build import bind, build
from tests.paper import PaperLake

MANY = 200_000
ENDLESS = """
SELECT COUNT(*) AS n FROM enterprise AS a JOIN enterprise AS b
ON a.status = b.status AND a.enterprise_id || b.enterprise_id <> 'x'
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's folder with many enterprises."""
    folder = tmp_path_factory.mktemp("warehouse")
    duckdb.sql(
        f"SELECT 'e' || range AS enterprise_id, 'normal' AS status FROM range({MANY})"
    ).write_parquet(str(folder / "enterprise.parquet"))
    duckdb.sql("SELECT 'secret' AS person_id").write_parquet(str(folder / "secret.parquet"))
    return folder


def sandbox(home: Path, **limits: float) -> Sandbox:
    return Sandbox(home, Limits(**{"seconds": 20, "memory": 512, "rows": 1000, **limits}))  # type: ignore[arg-type]


def stopped(home: Path, sql: str, **limits: float) -> Stopped:
    with pytest.raises(Stopped) as caught:
        sandbox(home, **limits).ask(sql)
    assert caught.value.words.zh
    assert caught.value.words.en
    return caught.value


def test_gives_the_rows(home: Path) -> None:
    assert sandbox(home).ask(
        "SELECT status, COUNT(*) AS n, DATE '2017-08-18' AS day, 1.50 AS sum "
        "FROM enterprise GROUP BY status"
    ) == [{"status": "normal", "n": MANY, "day": date(2017, 8, 18), "sum": Decimal("1.50")}]


def test_writing_is_refused_before_it_runs(home: Path) -> None:
    assert stopped(home, "DELETE FROM enterprise").code == "refused"


def test_endless_join_is_stopped_in_time(home: Path) -> None:
    began = time.monotonic()
    assert stopped(home, ENDLESS, seconds=2).code == "time"
    assert time.monotonic() - began < 10


def test_each_of_many_has_its_own_time(home: Path) -> None:
    slow = (
        "SELECT COUNT(*) AS n FROM enterprise AS a "
        "JOIN (SELECT enterprise_id FROM enterprise LIMIT 5) AS b "
        "ON a.enterprise_id || b.enterprise_id <> '0'"
    )
    took, runs = 0.0, 1
    while took < 3.5:  # as many as together take longer than one may
        runs *= 2
        began = time.monotonic()
        asked = Sandbox(home, Limits(seconds=3, threads=1)).run_all([(home, slow)] * runs)
        assert {rows[0]["n"] for rows in asked} == {MANY * 5}
        took = time.monotonic() - began


def test_whoever_wants_it_no_more_ends_it_at_once(home: Path) -> None:
    began = time.monotonic()
    until = began + 1
    with pytest.raises(Stopped) as caught:
        Sandbox(home, wanted=lambda: time.monotonic() < until).ask(ENDLESS)
    assert caught.value.code == "ended"
    assert time.monotonic() - began < 10


def test_200000_rows_are_held_and_one_more_is_refused(home: Path) -> None:
    every = "SELECT enterprise_id FROM enterprise"
    assert len(Sandbox(home).ask(every)) == 200_000
    with pytest.raises(Stopped) as caught:
        Sandbox(home).ask(f"{every} UNION ALL SELECT 'one more'")
    assert caught.value.code == "rows"
    assert "200000" in caught.value.words.zh


def test_no_process_of_it_is_left_behind(home: Path) -> None:
    assert stopped(home, ENDLESS, seconds=1).code == "time"
    left = [
        path.read_bytes()
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"indicators/cell.py" in _read(path)
    ]
    assert left == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_huge_result_is_stopped(home: Path) -> None:
    assert stopped(home, "SELECT enterprise_id FROM enterprise").code == "rows"
    wide = "SELECT STRING_AGG(enterprise_id, ',') AS all_of_them FROM enterprise"
    assert stopped(home, wide, bytes=100_000).code == "rows"


def test_too_much_memory_is_stopped(home: Path) -> None:
    sql = (
        "WITH a AS (SELECT a.enterprise_id || b.enterprise_id AS x FROM enterprise AS a, "
        "(SELECT enterprise_id FROM enterprise WHERE enterprise_id < 'e2') AS b) "
        "SELECT COUNT(DISTINCT x) AS n, ARRAY_AGG(x) AS l FROM a"
    )
    assert stopped(home, sql, memory=128).code == "memory"


def test_missing_column_is_named(home: Path) -> None:
    told = stopped(home, "SELECT nothing FROM enterprise")
    assert told.code == "wrong"
    assert "nothing" in told.words.zh
    told = stopped(home, "SELECT e.nothing FROM enterprise AS e")
    assert "nothing" in told.words.zh


def test_check_finds_what_would_not_run_without_reading(home: Path) -> None:
    sandbox(home).check("SELECT enterprise_id FROM enterprise")  # though it has too many rows
    with pytest.raises(Stopped):
        sandbox(home).check("SELECT SUM(status) AS n FROM enterprise")


class TestSecondWall:
    """What holds when something gets over the fences."""

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT * FROM read_text('/etc/hostname')",
            "SELECT * FROM read_csv('/etc/passwd', header = false)",
            "SELECT * FROM glob('/etc/*')",
            "SELECT * FROM read_parquet('{home}/secret.parquet')",
            "SELECT * FROM read_parquet('{home}/*.parquet')",
            "SELECT enterprise_id FROM enterprise; SELECT 1",
            "COPY enterprise TO '{home}/stolen.parquet'",
            "COPY enterprise TO '{home}/enterprise.parquet'",
            "ATTACH '{home}/x.db'",
            "INSTALL json",
            "LOAD httpfs",
            "SET threads = 64",
            "SET enable_external_access = true",
            "RESET lock_configuration",
            "CREATE TABLE mine AS SELECT 1",
            "DROP VIEW enterprise",
            "SELECT * FROM query('SELECT * FROM read_text(''/etc/hostname'')')",
            "SELECT getenv('PATH')",
        ],
    )
    def test_nothing_else_can_be_reached(self, home: Path, sql: str) -> None:
        before = sorted((path.name, path.stat().st_mtime_ns) for path in home.iterdir())
        with pytest.raises(Stopped) as caught:
            sandbox(home).run(sql.format(home=home) + " -- enterprise")
        assert caught.value.code == "wrong"
        assert sorted((path.name, path.stat().st_mtime_ns) for path in home.iterdir()) == before

    def test_rows_out_of_nothing_are_stopped(self, home: Path) -> None:
        for sql, code in (
            ("SELECT * FROM range(100000000000)", "rows"),
            ("SELECT length(repeat('x', 4000000000)) AS n", "memory"),
            (
                "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) "
                "SELECT max(n) FROM r",
                "time",
            ),
        ):
            with pytest.raises(Stopped) as caught:
                sandbox(home, seconds=3).run(sql)
            assert caught.value.code == code, caught.value

    def test_it_knows_no_secret(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
        seen = Path("/proc")
        asked: list[bytes] = []

        def look() -> None:
            for _ in range(200):
                for path in seen.glob("[0-9]*/cmdline"):
                    if b"indicators/cell.py" in _read(path):
                        asked.append(_read(path.with_name("environ")))
                        return
                time.sleep(0.01)

        looking = threading.Thread(target=look)
        looking.start()
        with pytest.raises(Stopped):
            sandbox(home, seconds=3).run(ENDLESS)
        looking.join()
        assert asked
        assert b"secret" not in asked[0]


def test_an_indicator_finds_there_what_the_scan_finds(tmp_path: Path) -> None:
    given = {
        "registration": [{"bureau": "state", "registration_id": "101", "taxpayer_id": "甲"}],
        "tax_due": [
            {"bureau": "state", "voucher": "v1", "kind": "tax", "registration_id": "101",
             "due_on": date(2017, 7, 17), "amount": 800},
        ],
    }  # fmt: skip
    engine = DuckDB(threads=1)
    home = build(engine, PaperLake(tmp_path / "lake", given), 1, tmp_path / "warehouse")
    bind(engine, home)
    one = indicator("M09")

    found = sandbox(home).found(one, date(2017, 8, 18), one.settings({}), 1)

    assert found == scan([one], engine, date(2017, 8, 18), 1)
    assert len(found) == 1
