"""Rows of which others take the place, and what is planned once over them."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from chengxin.lake.engine import DuckDB


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    engine = DuckDB()
    yield engine
    engine.close()


def test_what_is_asked_again_sees_the_rows_of_the_moment(engine: DuckDB) -> None:
    sql = (
        "SELECT a.id, COUNT(*) AS n FROM one AS a JOIN other AS b USING (id) WHERE b.x > 2 "
        "GROUP BY a.id ORDER BY a.id"
    )
    engine.put("one", pa.table({"id": pa.array([], pa.string())}))
    for x in ([], [1, 2], [3, 4], [], [9, 1]):
        engine.put("other", pa.table({"id": pa.array("ab"[: len(x)], pa.string()),
                                      "x": pa.array(x, pa.int64())}))  # fmt: skip
        for ids in ([], ["a"], ["a", "b", "b"], ["c"]):
            engine.put("one", pa.table({"id": pa.array(ids, pa.string())}))
            big = [one for one, number in zip("ab", x, strict=False) if number > 2]
            expected = [{"id": one, "n": ids.count(one)} for one in big if one in ids]

            assert engine.again(sql) == expected
            assert engine.run(sql) == expected


def test_more_columns_are_seen(engine: DuckDB) -> None:
    for number in range(3):
        engine.put("one", pa.table({"id": ["a"], "x": [number]}))
        assert engine.again("SELECT id, x FROM one") == [{"id": "a", "x": number}]

    engine.put("one", pa.table({"y": [7], "x": ["text"], "id": ["b"]}))

    for _ in range(3):
        assert engine.again("SELECT id, x FROM one") == [{"id": "b", "x": "text"}]
        assert engine.again("SELECT y FROM one") == [{"y": 7}]


def test_two_queries_that_are_asked_in_turn_are_two(engine: DuckDB) -> None:
    engine.put("one", pa.table({"x": [1, 2, 3]}))

    for _ in range(3):
        assert engine.again("SELECT SUM(x) AS n FROM one") == [{"n": 6}]
        assert engine.again("SELECT MAX(x) AS n FROM one") == [{"n": 3}]


def test_an_emptied_place_stays(engine: DuckDB) -> None:
    engine.put("one", pa.table({"x": [1, 2, 3]}))
    for _ in range(3):
        assert engine.again("SELECT x FROM one WHERE x > 2") == [{"x": 3}]

    engine.empty("one")

    assert engine.again("SELECT x FROM one WHERE x > 2") == []
    assert engine.run("SELECT COUNT(*) AS n FROM one") == [{"n": 0}]


def test_tables_that_come_and_go_beside_change_nothing(engine: DuckDB) -> None:
    engine.put("one", pa.table({"x": [1, 2, 3]}))
    for number in range(4):
        engine.keep("beside", f"SELECT {number} AS n")
        assert engine.again("SELECT SUM(x) AS n FROM one") == [{"n": 6}]
        engine.drop("beside")
        engine.put("one", pa.table({"x": [1, 2, 3]}))
