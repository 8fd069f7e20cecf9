"""Each table of the warehouse, on a few hand-written rows of the lake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import yaml

from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build
from tests.indicators.counties import county
from tests.paper import PaperLake, exact

HERE = Path(__file__).parent
each_model = pytest.mark.parametrize("model", build.models().values(), ids=lambda m: m.name)


def cases() -> Iterator[Any]:
    for path in sorted(HERE.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text("utf-8")):
            yield pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")


@each_model
def test_header_tells_the_truth(model: build.Model) -> None:
    assert model.problems() == []


def test_every_table_has_a_case() -> None:
    assert {path.stem for path in HERE.glob("*.yaml")} == set(build.models())


@pytest.mark.parametrize(("table", "case"), list(cases()))
def test_table_holds_what_its_case_expects(table: str, case: Any, tmp_path: Path) -> None:
    engine = DuckDB(threads=1)

    build.build(engine, PaperLake(tmp_path / "lake", case["given"]), 1, tmp_path / "warehouse")

    columns = ", ".join(f'"{name}"' for name in case["expect"][0]) if case["expect"] else "*"
    got = engine.run(f"SELECT {columns} FROM {table}")
    assert got == [{k: exact(v) for k, v in row.items()} for row in case["expect"]]


def test_a_number_with_two_homes_leads_nowhere_even_for_the_police(tmp_path: Path) -> None:
    given = {
        "registration": [
            {
                "bureau": "state",
                "registration_id": "1",
                "credit_code": "C" * 18,
                "taxpayer_id": "N",
            },
            {
                "bureau": "local",
                "registration_id": "2",
                "credit_code": "D" * 18,
                "taxpayer_id": "N",
            },
        ],
        "police_case": [{"case_no": "甲1", "subject_kind": "enterprise", "subject": "N"}],
    }
    engine = DuckDB(threads=1)

    build.build(engine, PaperLake(tmp_path / "lake", given), 1, tmp_path / "warehouse")

    assert engine.run("SELECT subject_key FROM police_filing") == [{"subject_key": "enterprise:N"}]


class TestBuild:
    def test_finished_warehouse_is_used_again(self, tmp_path: Path) -> None:
        lake = PaperLake(tmp_path / "lake", {})
        home = build.build(DuckDB(), lake, 1, tmp_path / "warehouse")
        before = {path.name: path.stat().st_mtime_ns for path in home.iterdir()}

        build.build(DuckDB(), lake, 1, tmp_path / "warehouse")

        assert {path.name: path.stat().st_mtime_ns for path in home.iterdir()} == before

    def test_same_rows_give_the_same_bytes(self, tmp_path: Path) -> None:
        given = {
            "home_contract": [
                {"contract_no": f"{n:03}", "person_id": f"p{n % 7}", "price": n, "share": 1}
                for n in range(300)
            ]
        }
        lake = PaperLake(tmp_path / "lake", given)

        one = build.build(DuckDB(), lake, 1, tmp_path / "one")
        two = build.build(DuckDB(), lake, 1, tmp_path / "two")

        assert {p.name: p.read_bytes() for p in one.iterdir()} == {
            p.name: p.read_bytes() for p in two.iterdir()
        }

    def test_a_build_that_dies_leaves_no_warehouse_behind(self, tmp_path: Path) -> None:
        class Dying(DuckDB):
            def run(self, sql: str) -> list[dict[str, Any]]:
                if "TO " in sql and "jurisdiction" in sql:
                    raise KeyboardInterrupt
                return super().run(sql)

        lake, folder = PaperLake(tmp_path / "lake", {}), tmp_path / "warehouse"
        with pytest.raises(KeyboardInterrupt):
            build.build(Dying(), lake, 1, folder)

        assert list(folder.iterdir()) == []
        assert build.newest(folder) is None

    def test_two_builds_at_once_leave_one_whole_warehouse(self, tmp_path: Path) -> None:
        lake, folder = PaperLake(tmp_path / "lake", {}), tmp_path / "warehouse"
        together = Barrier(2)

        def night() -> Path:
            engine = DuckDB(threads=1)
            together.wait()
            return build.build(engine, lake, 1, folder)

        with ThreadPoolExecutor(2) as pool:
            homes = [started.result() for started in [pool.submit(night), pool.submit(night)]]

        assert homes == [folder / "1"] * 2
        assert build.is_built(folder / "1")
        assert [path.name for path in folder.iterdir()] == ["1"]

    def test_what_did_not_change_is_not_made_again(self, tmp_path: Path) -> None:
        folder, lake = tmp_path / "warehouse", tmp_path / "lake"
        home = {"contract_no": "1", "person_id": "p", "price": 5, "share": 1}
        watch = {"watch_id": "w", "subject_kind": "person", "subject": "p"}
        given = {"home_contract": [home], "watch": [watch]}
        build.build(DuckDB(), PaperLake(lake, given), 1, folder)
        more = PaperLake(tmp_path / "more", {"home_contract": [home | {"price": 7}]}, 2)
        more._files["watch"] = PaperLake(lake, given).files("watch")

        engine = DuckDB()
        build.build(engine, more, 2, folder)

        def same(name: str) -> bool:
            return (folder / "1" / name).samefile(folder / "2" / name)

        assert same("watch_entry.parquet")
        assert not same("person_home.parquet")
        assert engine.run("SELECT own_price FROM person_home") == [{"own_price": 7}]

    def test_half_a_warehouse_is_built_anew(self, tmp_path: Path) -> None:
        lake, folder = PaperLake(tmp_path / "lake", {}), tmp_path / "warehouse"
        (folder / "1").mkdir(parents=True)
        (folder / "1" / "enterprise.parquet").write_text("broken")

        home = build.build(DuckDB(), lake, 1, folder)

        assert build.is_built(home)

    def test_other_sql_is_another_warehouse(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lake, folder = PaperLake(tmp_path / "lake", {}), tmp_path / "warehouse"
        home = build.build(DuckDB(), lake, 1, folder)

        monkeypatch.setattr(build, "digest", lambda: "changed")

        assert not build.is_built(home)
        assert build.is_built(build.build(DuckDB(), lake, 1, folder))

    def test_only_the_newest_few_are_kept(self, tmp_path: Path) -> None:
        folder = tmp_path / "warehouse"
        for version in range(1, build.KEPT + 3):
            build.build(DuckDB(), PaperLake(tmp_path / "lake", {}, version), version, folder)

        assert sorted(path.name for path in folder.iterdir()) == ["3", "4", "5"]
        assert build.newest(folder) == 5

    def test_one_that_is_being_read_stays_and_the_newest_that_pages_read(
        self, tmp_path: Path
    ) -> None:
        folder, lake = tmp_path / "warehouse", tmp_path / "lake"
        first = build.build(DuckDB(), PaperLake(lake, {}, 1), 1, folder)
        (build.build(DuckDB(), PaperLake(lake, {}, 2), 2, folder) / build.PAGES).mkdir()

        with build.reading(first):
            for version in range(3, build.KEPT + 4):
                build.build(DuckDB(), PaperLake(lake, {}, version), version, folder)
            assert sorted(path.name for path in folder.iterdir()) == ["1", "2", "4", "5", "6"]

        build.build(DuckDB(), PaperLake(lake, {}, 7), 7, folder)
        assert sorted(path.name for path in folder.iterdir()) == ["2", "5", "6", "7"]

    def test_rows_are_sorted_by_subject(self, tmp_path: Path) -> None:
        given = {
            "home_contract": [
                {"contract_no": str(n), "person_id": f"p{n * 37 % 100:03}"} for n in range(100)
            ]
        }
        engine = DuckDB()
        build.build(engine, PaperLake(tmp_path / "lake", given), 1, tmp_path / "warehouse")

        people = [row["person_id"] for row in engine.run("SELECT person_id FROM person_home")]

        assert people == sorted(people)

    def test_of_every_subject_is_told_which_tables_have_rows_about_it(self, tmp_path: Path) -> None:
        engine = DuckDB(threads=1)
        build.build(engine, PaperLake(tmp_path / "lake", county(3), 1), 1, tmp_path / "warehouse")
        expected: dict[str, set[str]] = defaultdict(set)
        for name, columns in build.about_subjects().items():
            for column in columns:
                kind = "" if column == "subject_key" else f"{column.removesuffix('_id')}:"
                for row in engine.run(f"SELECT DISTINCT {column} AS id FROM {name}"):
                    if row["id"]:
                        expected[kind + row["id"]].add(name)

        told = engine.run(f"SELECT * FROM {build.HOLDS}")

        assert {row["key"]: build.held_by(row) for row in told} == expected

    def test_enterprises_of_a_tie_stand_together_once_more(self, tmp_path: Path) -> None:
        engine = DuckDB(threads=1)
        build.build(engine, PaperLake(tmp_path / "lake", county(3), 1), 1, tmp_path / "warehouse")

        for model in build.models().values():
            if model.ties:
                pairs = f"SELECT {model.ties} AS tie, enterprise_id FROM"
                once_more = [(row["tie"], row["enterprise_id"])
                             for row in engine.run(f"{pairs} {model.by_tie}")]  # fmt: skip
                own = {(row["tie"], row["enterprise_id"])
                       for row in engine.run(f"{pairs} {model.name}")}  # fmt: skip
                assert once_more == sorted(own)


@each_model
def test_a_table_that_does_not_tell_the_truth_is_caught(model: build.Model) -> None:
    assert replace(model, reads=[*model.reads, "nothing"]).problems()
    assert replace(model, grain=["nothing"]).problems()
    assert replace(model, sql=f"SELECT day FROM ({model.sql}) AS x WHERE day < :as_of").problems()


def test_what_more_than_a_hundred_share_ties_nobody(tmp_path: Path) -> None:
    given = {
        "registration": [
            {
                "bureau": "state",
                "registration_id": str(n),
                "taxpayer_id": f"户{n}",
                "business_address_token": "market" if n < 101 else "yard",
            }
            for n in range(201)
        ]
    }
    engine = DuckDB(threads=1)

    build.build(engine, PaperLake(tmp_path / "lake", given), 1, tmp_path / "warehouse")

    rows = engine.run("SELECT tie, COUNT(*) AS n FROM close_tie GROUP BY tie")
    assert rows == [{"tie": "address:yard", "n": 100}]
