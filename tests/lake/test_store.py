"""What the lake holds after deliveries, and what it held before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chengxin.core.refusal import Trouble
from chengxin.lake.store import Lake
from chengxin.lake.tables import TABLES, described
from tests.lake.paper import WATCHLIST, amounts, due, paper, stored

COLUMNS = dict(
    line.split(" ")
    for line in Path(__file__).with_name("columns.txt").read_text("utf-8").splitlines()
)
ORIGIN = ["source", "delivery_id", "delivered_on", "line"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_every_promised_table_has_the_promised_columns():
    assert {name: set(table.columns) for name, table in TABLES.items()} == {
        name: set(columns.split(",")) for name, columns in COLUMNS.items()
    }
    assert all(list(table.types)[-4:] == ORIGIN for table in TABLES.values())


def test_money_is_exact_to_the_fen_and_a_share_to_a_millionth():
    types = TABLES["investment"].types

    assert types["amount"] == "DECIMAL(18,2)"
    assert types["share"] == "DECIMAL(9,6)"
    assert types["valid_from"] == "DATE"
    assert types["investor_person_id"] == "VARCHAR"


def test_description_with_an_unknown_key_is_an_error():
    told = {
        "title": "甲", "title_en": "A", "key": ["a"], "subjects": {}, "privacy": "personal",
        "precedence": [], "columns": {"a": {"type": "id", "title": "甲", "title_en": "A"}},
    }  # fmt: skip

    with pytest.raises(TypeError):
        described("a", told | {"privaty": "business"})


def test_description_whose_key_is_no_column_is_an_error():
    with pytest.raises(ValueError, match="lacks"):
        described(
            "a",
            {
                "title": "甲", "title_en": "A", "key": ["b"], "subjects": {},
                "privacy": "personal", "precedence": [], "columns": {},
            },
        )  # fmt: skip


def test_quantity_without_its_unit_is_an_error():
    told = {
        "title": "用水量", "title_en": "Water", "key": ["a"], "subjects": {}, "privacy": "business",
        "precedence": [],
        "columns": {"a": {"type": "quantity", "title": "量", "title_en": "Volume"}},
    }  # fmt: skip

    with pytest.raises(ValueError, match="unit"):
        described("water", told)


def test_lake_without_a_delivery_is_version_nought_with_every_table_empty(lake):
    assert lake.version() == 0
    assert lake.deliveries() == []
    assert [stored(lake, table) for table in TABLES] == [[] for _ in TABLES]


def test_delivery_becomes_the_next_version(lake, tmp_path):
    first = lake.take(paper(tmp_path, 17, [due("V1", 100), due("V2", 200)]))
    second = lake.take(paper(tmp_path, 18, [due("V3", 300)]))

    assert (first, second, lake.version()) == (1, 2, 2)
    assert amounts(lake) == {"V1": 100, "V2": 200, "V3": 300}
    assert [(one.delivered_on.day, one.rows, one.version) for one in lake.deliveries()] == [
        (17, 2, 1),
        (18, 1, 2),
    ]


def test_row_keeps_the_delivery_and_line_that_it_came_from(lake, tmp_path):
    sent = paper(tmp_path, 17, [due("V1", 100)])
    lake.take(sent)

    [row] = stored(lake)

    assert [row[name] for name in ORIGIN] == [sent.source, sent.delivery_id, date(2017, 8, 17), 2]


def test_deliveries_taken_together_appear_in_one_version(lake, tmp_path):
    version = lake.take(
        paper(tmp_path, 17, [due("V1", 100)]),
        paper(tmp_path, 17, [{"watch_id": "Z1"}], WATCHLIST),
    )

    assert version == lake.version() == 1
    assert len(stored(lake)) == len(stored(lake, "watch")) == 1


def test_delivery_taken_twice_changes_nothing(lake, tmp_path):
    sent = paper(tmp_path, 17, [due("V1", 100)])
    lake.take(sent)
    files = lake.files("tax_due")

    assert lake.take(sent) == 1
    assert lake.take(sent, sent) == 1
    assert (lake.version(), lake.files("tax_due"), len(lake.deliveries())) == (1, files, 1)


def test_one_delivery_named_twice_in_one_breath_is_stored_once(lake, tmp_path):
    sent = paper(tmp_path, 17, [due("V1", 100)])

    lake.take(sent, sent)

    assert len(lake.deliveries()) == 1
    assert amounts(lake) == {"V1": 100}


def test_same_content_on_the_next_day_changes_nothing(lake, tmp_path):
    lake.take(paper(tmp_path, 17, [due("V1", 100)]))

    assert lake.take(paper(tmp_path, 18, [due("V1", 100)])) == 1


def test_old_content_that_was_corrected_since_counts_when_it_comes_anew(lake, tmp_path):
    for day, amount in ((16, 100), (17, 900), (18, 100)):
        lake.take(paper(tmp_path, day, [due("V1", amount)]))

    assert lake.version() == 3
    assert amounts(lake) == {"V1": 100}


def test_correction_replaces_the_row_of_the_same_key(lake, tmp_path):
    lake.take(paper(tmp_path, 16, [due("V1", 100), due("V2", 200)]))
    lake.take(paper(tmp_path, 17, [due("V1", 150)]))

    assert amounts(lake) == {"V1": 150, "V2": 200}


def test_older_version_still_reads_the_row_before_its_correction(lake, tmp_path):
    lake.take(paper(tmp_path, 16, [due("V1", 100), due("V2", 200)]))
    lake.take(paper(tmp_path, 17, [due("V1", 150)]))
    lake.take(paper(tmp_path, 18, [due("V2", 250)]))

    again = Lake(lake.root)

    assert amounts(again, 0) == {}
    assert amounts(again, 1) == {"V1": 100, "V2": 200}
    assert amounts(again, 2) == {"V1": 150, "V2": 200}
    assert amounts(again, 3) == {"V1": 150, "V2": 250}


def test_row_of_the_same_voucher_and_another_kind_is_another_row(lake, tmp_path):
    lake.take(paper(tmp_path, 16, [due("V1", 100)]))
    lake.take(paper(tmp_path, 17, [due("V1", 7) | {"kind": "surcharge"}]))

    assert len(stored(lake)) == 2


def test_row_of_the_other_bureau_is_another_row(lake, tmp_path):
    lake.take(paper(tmp_path, 16, [due("V1", 100)]))
    lake.take(paper(tmp_path, 17, [due("V1", 7) | {"bureau": "local"}], "golden_tax_local_ledger"))

    assert len(stored(lake)) == 2


def test_late_older_delivery_changes_nothing_newer(lake, tmp_path):
    lake.take(paper(tmp_path, 18, [due("V1", 180)]))
    lake.take(paper(tmp_path, 15, [due("V1", 150), due("V2", 200)]))

    assert amounts(lake) == {"V1": 180, "V2": 200}
    assert lake.deliveries()[-1].rows == 1  # the one that was not overtaken


def test_late_delivery_stands_between_an_older_and_a_newer_row(lake, tmp_path):
    lake.take(paper(tmp_path, 10, [due("V1", 100), due("V2", 100)]))
    lake.take(paper(tmp_path, 18, [due("V1", 180)]))
    lake.take(paper(tmp_path, 15, [due("V1", 150), due("V2", 150)]))

    assert amounts(lake) == {"V1": 180, "V2": 150}


def test_late_delivery_of_which_all_is_overtaken_stores_no_row(lake, tmp_path):
    lake.take(paper(tmp_path, 18, [due("V1", 180)]))
    lake.take(paper(tmp_path, 15, [due("V1", 150)]))

    assert amounts(lake) == {"V1": 180}
    assert [one.rows for one in lake.deliveries()] == [1, 0]


def watched(lake: Lake) -> set[str]:
    return {row["watch_id"] for row in stored(lake, "watch")}


def test_complete_list_removes_what_is_no_longer_on_it(lake, tmp_path):
    lake.take(paper(tmp_path, 16, [{"watch_id": "Z1"}, {"watch_id": "Z2"}], WATCHLIST))
    lake.take(paper(tmp_path, 17, [{"watch_id": "Z2"}, {"watch_id": "Z3"}], WATCHLIST))

    assert watched(lake) == {"Z2", "Z3"}
    assert len(stored(lake, "watch", 1)) == 2


def test_empty_complete_list_leaves_nobody_on_it(lake, tmp_path):
    lake.take(paper(tmp_path, 16, [{"watch_id": "Z1"}], WATCHLIST))
    lake.take(paper(tmp_path, 17, [], WATCHLIST))

    assert watched(lake) == set()


def test_late_complete_list_adds_and_removes_nothing(lake, tmp_path):
    lake.take(paper(tmp_path, 17, [{"watch_id": "Z2"}], WATCHLIST))
    lake.take(paper(tmp_path, 16, [{"watch_id": "Z1"}, {"watch_id": "Z2"}], WATCHLIST))

    assert watched(lake) == {"Z2"}


def test_version_that_never_was_is_trouble(lake, tmp_path):
    lake.take(paper(tmp_path, 16, [due("V1", 100)]))

    with pytest.raises(Trouble, match="2"):
        lake.at(2)
