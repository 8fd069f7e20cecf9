"""Train the model that says who is who, on labelled counties.

    python -m tools.train_resolve [--persons 40000] [--seeds 101 102]

m (how often two descriptions of one person agree) comes from the labelled pairs, u (how often those
of two persons do) from all records against everybody whom none of them is about.  The lines between
joining, asking and leaving alone are set on the same counties; other seeds measure them
(`tests/warehouse/test_resolve.py`, `bench/who.py`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import splink
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import SettingsCreator, block_on

from chengxin.lake.engine import DuckDB
from chengxin.warehouse.resolve import matching
from chengxin.warehouse.resolve.model import PATH, Model
from tools.labelled_county import LabelledCounty, labelled_county

SEED = 1  # of Splink's sampling
LEAST = 0.0001  # of what was never seen in training
JOIN_FROM = 1400  # hundredths of a bit that a pair must reach however well the training went
MARGIN = 200  # above the last wrong pair of the training
ASK_FROM = -400
AHEAD = 500


# Pairs that are looked at.  None shares a name alone.
BLOCKS = (
    block_on("phones", arrays_to_explode=["phones"]),
    block_on("addresses", arrays_to_explode=["addresses"]),
    block_on("name", "buildings", arrays_to_explode=["buildings"]),
    block_on("name", "born_near", arrays_to_explode=["born_near"]),
    block_on("sound", "born"),
    block_on("name_near", "born", arrays_to_explode=["name_near"]),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=40_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counties = [
            labelled_county(Path(folder) / str(seed), persons=asked.persons, seed=seed)
            for seed in asked.seeds
        ]
        told = trained(counties, {"persons": asked.persons, "seeds": asked.seeds})
    PATH.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps({name: told[name] for name in ("join_at", "trained_on")}, indent=1))  # noqa: T201


def trained(counties: list[LabelledCounty], facts: Mapping[str, Any]) -> dict[str, Any]:
    desk = DuckDB()
    try:
        _gather(desk, counties)
        settings = _parameters(desk)
        labels = [label for one in counties for label in one.labels]
        known = sum(label.person_id is not None for label in labels)
        told = Model(
            splink=settings,
            share=round(known / len(labels), 4),
            join_at=0,
            ask_at=ASK_FROM,
            ahead=AHEAD,
            trained_on={
                **facts,
                "splink": splink.__version__,
                "records": len(labels),
                "of_known_persons": known,
                "kinds": dict(sorted(Counter(label.kind for label in labels).items())),
            },
        )
        join_at, worst = _line(desk, told)
        facts_with_line = {**told.trained_on, "highest_wrong_pair": worst}
        return {**vars(told), "join_at": join_at, "trained_on": facts_with_line}
    finally:
        desk.close()


def untrained() -> SettingsCreator:
    """What is compared, without parameters."""
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparisons.CustomComparison(
                output_column_name="name",
                comparison_levels=[
                    levels.NullLevel("name"),
                    levels.ExactMatchLevel("name", term_frequency_adjustments=True),
                    levels.ExactMatchLevel("sound"),
                    levels.ArrayIntersectLevel("name_near", min_intersection=1),
                    levels.ElseLevel(),
                ],
            ),
            comparisons.CustomComparison(
                output_column_name="born",
                comparison_levels=[
                    levels.NullLevel("born"),
                    levels.ExactMatchLevel("born"),
                    levels.ArrayIntersectLevel("born_near", min_intersection=1),
                    levels.ElseLevel(),
                ],
            ),
            comparisons.CustomComparison(
                output_column_name="phone",
                comparison_levels=[
                    levels.NullLevel("phones"),
                    levels.ArrayIntersectLevel("phones", min_intersection=1),
                    levels.ElseLevel(),
                ],
            ),
            comparisons.CustomComparison(
                output_column_name="address",
                comparison_levels=[
                    levels.NullLevel("addresses"),
                    levels.ArrayIntersectLevel("addresses", min_intersection=1),
                    levels.ArrayIntersectLevel("buildings", min_intersection=1),
                    levels.ElseLevel(),
                ],
            ),
        ],
        blocking_rules_to_generate_predictions=list(BLOCKS),
        retain_matching_columns=True,
    )


def _gather(desk: DuckDB, counties: list[LabelledCounty]) -> None:
    """`traits` and `labels` of all counties; persons of the first are nobody's in the others."""
    run = desk.connection.execute
    for place, one in enumerate(counties):
        desk.view(one.lake)
        if place == 0:
            run("CREATE TABLE traits AS SELECT * FROM person_trait LIMIT 0")
        run("INSERT INTO traits SELECT * FROM person_trait")
    run("CREATE TABLE labels (record_id VARCHAR, who VARCHAR)")
    desk.connection.executemany(
        "INSERT INTO labels VALUES (?, ?)",
        [(label.record_id, label.person_id) for one in counties for label in one.labels],
    )
    run((matching.HERE / "sides.sql").read_text("utf-8"))
    run(
        "CREATE TABLE labelled AS SELECT r.*, coalesce(l.who, r.unique_id) AS who "
        "FROM records AS r JOIN labels AS l ON l.record_id = r.unique_id ORDER BY r.unique_id"
    )
    run("CREATE TABLE known AS SELECT *, person_id AS who FROM everyone ORDER BY unique_id")
    run("CREATE TABLE others AS SELECT * FROM known WHERE who NOT IN (SELECT who FROM labelled)")


def _parameters(desk: DuckDB) -> dict[str, Any]:
    api = splink.DuckDBAPI(desk.connection)
    same = splink.Linker(
        [api.register("labelled"), api.register("known")], untrained(), log_level=None
    )
    same.training.estimate_m_from_label_column("who")
    other = splink.Linker(
        [api.register("labelled"), api.register("others")], untrained(), log_level=None
    )
    other.training.estimate_u_using_random_sampling(max_pairs=5e7, seed=SEED)
    settings = same.misc.save_model_to_json()
    for m, u in zip(
        settings["comparisons"], other.misc.save_model_to_json()["comparisons"], strict=True
    ):
        _complete(m["comparison_levels"], u["comparison_levels"])
    settings["linker_uid"] = "chengxin"
    return dict(settings)


def _complete(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """u beside m; a level that never occurred gets a little of both, all rounded."""
    for level, other in zip(ours, theirs, strict=True):
        if not level.get("is_null_level"):
            level["m_probability"] = max(LEAST, level.get("m_probability") or 0)
            level["u_probability"] = max(1e-6, other.get("u_probability") or 0)
    for side in ("m_probability", "u_probability"):
        total = sum(level.get(side, 0) for level in ours)
        for level in ours:
            if side in level:
                level[side] = float(f"{level[side] / total:.5g}")


def _line(desk: DuckDB, told: Model) -> tuple[int, int]:
    """From which score on pairs are joined, and the best score of a wrong pair that could be."""
    run = desk.connection.execute
    matching.score(desk.connection, told)
    run("CREATE TABLE judgements (record_id VARCHAR, person_id VARCHAR, verdict VARCHAR, "
        "judged_at VARCHAR)")  # fmt: skip
    for name in ("join_at", "ask_at", "ahead"):
        run(f"SET VARIABLE {name} = {-10_000 if name == 'join_at' else getattr(told, name)}")
    run((matching.HERE / "outcome.sql").read_text("utf-8"))
    [(worst,)] = run(
        "SELECT coalesce(max(j.bits), -10000) FROM joined AS j "
        "JOIN labels AS l ON l.record_id = j.record_id WHERE l.who IS DISTINCT FROM j.person_id"
    ).fetchall()
    return max(JOIN_FROM, int(worst) + MARGIN), int(worst)


if __name__ == "__main__":
    main()
