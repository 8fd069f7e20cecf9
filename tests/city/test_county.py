"""The made-up county: the same every time, written as the offices write, with a true truth."""

import csv
import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from city import county
from tests.city import recount
from tests.city.agreed import BYTE_ORDER_MARK, CHINESE_ENCODING, HEADINGS
from tests.city.conftest import DAY, KEYS

BY_BOTH = {name.split("_", 3)[3] for name in HEADINGS if name.startswith("golden_tax")}
FACTS = sorted(BY_BOTH - {"registration", "natural_person"})


def test_same_seed_writes_the_same_bytes_under_any_key(small: Path, tmp_path: Path) -> None:
    county.write(tmp_path / "again", persons=6_000, seed=7, day=DAY, keys=Keys(b"another key" * 3))

    assert _digests(tmp_path / "again" / "deliveries") == _digests(small / "deliveries")


def test_another_process_with_another_clock_and_hash_seed_writes_the_same_bytes(
    small: Path, tmp_path: Path
) -> None:
    script = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from chengxin.core.keys import Keys; from city import county\n"
        "county.write(Path(sys.argv[1]), persons=6000, seed=7, day=date(2017, 8, 18),"
        " keys=Keys(b'k' * 32))"
    )
    surroundings = os.environ | {"PYTHONHASHSEED": "5", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "x")], check=True, env=surroundings
    )

    assert _digests(tmp_path / "x" / "deliveries") == _digests(small / "deliveries")


def test_another_key_changes_ids_and_nothing_else_in_the_truth(small: Path, tmp_path: Path) -> None:
    county.write(tmp_path / "again", persons=6_000, seed=7, day=DAY, keys=Keys(b"another key" * 3))

    ours, theirs = _table(small, "findings"), _table(tmp_path / "again", "findings")

    assert ours != theirs
    assert [(row["indicator"], row["band"]) for row in ours] == [
        (row["indicator"], row["band"]) for row in theirs
    ]


def test_another_seed_makes_another_county(small: Path, tmp_path: Path) -> None:
    county.write(tmp_path / "other", persons=6_000, seed=8, day=DAY, keys=KEYS)

    name = "golden_tax_state_registration.20170818.csv"
    assert _digests(tmp_path / "other" / "deliveries")[name] != _digests(small / "deliveries")[name]


@pytest.mark.parametrize("source", HEADINGS)
def test_headings_and_encodings_are_as_agreed(small: Path, source: str) -> None:
    path = next((small / "deliveries").glob(f"{source}.20170818.*"))
    content = path.read_bytes()

    if path.suffix == ".jsonl":
        lines = content.decode("utf-8").splitlines()
        assert {",".join(json.loads(line)) for line in lines} == {HEADINGS[source]}
    elif path.suffix == ".xlsx":
        [sheet] = load_workbook(path, read_only=True)
        assert ",".join(map(str, next(sheet.values))) == HEADINGS[source]
    elif source.startswith("golden_tax_state") or source in CHINESE_ENCODING:
        assert content.decode("gb18030").startswith(HEADINGS[source] + "\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")
    else:
        assert content.startswith(b"\xef\xbb\xbf") is (source in BYTE_ORDER_MARK)
        assert content.decode("utf-8-sig").startswith(HEADINGS[source] + "\n")


def test_every_source_is_delivered(small: Path) -> None:
    sent = {path.name.split(".")[0] for path in (small / "deliveries").iterdir()}

    assert sent == {*HEADINGS, "交接单"}


def test_local_bureau_writes_thousands_separators_and_here_and_there_a_trailing_blank(
    small: Path,
) -> None:
    ledger = (small / "deliveries" / "golden_tax_local_ledger.20170818.csv").read_text("utf-8")
    names = (small / "deliveries" / "golden_tax_local_registration.20170818.csv").read_text("utf-8")

    assert ',"1,' in ledger
    assert "公司  ," in names


def test_delivery_note_names_every_file_with_its_rows_and_digest(small: Path) -> None:
    with (small / "deliveries" / "交接单.csv").open(encoding="utf-8", newline="") as file:
        noted = {row["文件名"]: row for row in csv.DictReader(file)}

    digests = _digests(small / "deliveries")
    digests.pop("交接单.csv")
    assert {name: row["SHA256"] for name, row in noted.items()} == digests
    for name, row in noted.items():
        assert int(row["行数"]) == _rows(small / "deliveries" / name)


def test_every_fact_is_about_a_known_registration(small: Path) -> None:
    for bureau in ("state", "local"):
        known = {
            row[0]
            for source in ("registration", "natural_person")
            for row in _lines(small, bureau, source)
        }
        for source in FACTS:
            headings = HEADINGS[f"golden_tax_{bureau}_{source}"].split(",")
            place = headings.index("DJXH" if bureau == "state" else "登记序号")
            assert {row[place] for row in _lines(small, bureau, source)} <= known


def test_keys_of_facts_are_never_given_twice(small: Path) -> None:
    more = {"ledger": (0, 3), "cit_year": (0, 1), "invoice_proof": (0, 1), "filing_duty": (0, 1, 3)}
    more |= {"wage_withholding": (0, 1), "cit_wages": (0, 1)}
    keys = dict.fromkeys(BY_BOTH, (0,)) | more
    for bureau in ("state", "local"):
        for source, columns in keys.items():
            rows = [tuple(row[c] for c in columns) for row in _lines(small, bureau, source)]
            assert len(set(rows)) == len(rows), (bureau, source)


@pytest.mark.parametrize(("persons", "seed"), [(6_000, 7), (6_000, 8), (20_000, 1)])
def test_truth_is_what_an_independent_reader_counts_again(
    persons: int, seed: int, tmp_path: Path
) -> None:
    county.write(tmp_path / "c", persons=persons, seed=seed, day=DAY, keys=KEYS)

    again = recount.read(tmp_path / "c" / "deliveries", DAY)

    assert _keyed(recount.findings(again)) == _truth(tmp_path / "c", "findings")
    assert _keyed(recount.undecided(again)) == _truth(tmp_path / "c", "undecided")


@pytest.mark.parametrize(
    "day", [date(2016, 1, 4), date(2018, 3, 1), date(2019, 12, 31), date(2021, 7, 1)]
)
def test_truth_holds_on_other_days(day: date, tmp_path: Path) -> None:
    county.write(tmp_path / "c", persons=6_000, seed=3, day=day, keys=KEYS)

    again = recount.read(tmp_path / "c" / "deliveries", day)

    assert _keyed(recount.findings(again)) == _truth(tmp_path / "c", "findings")
    assert (tmp_path / "c" / "truth" / "day.txt").read_text().strip() == day.isoformat()


def test_shells_are_whatever_lives_of_those_who_run_them(small: Path) -> None:
    run_by = {row["subject"]: row["run_by"] for row in _table(small, "shells")}
    living = {
        recount.key(("enterprise", number), KEYS): {
            recount.key(("person", holder), KEYS) for holder in one.representatives
        }
        for number, one in recount.read(small / "deliveries", DAY).enterprises.items()
        if not {row["NSRZT_DM"] for row in one.registrations} & {"07", "08"}
    }

    assert run_by
    for enterprise, person in run_by.items():
        assert person in living[enterprise]
    theirs = {key for key, holders in living.items() if holders & set(run_by.values())}
    assert theirs == set(run_by)


def test_shells_are_found_out_more_often_than_others_and_mostly_not(tmp_path: Path) -> None:
    county.write(tmp_path / "c", persons=24_000, seed=1, day=DAY, keys=KEYS)
    shells = {row["subject"] for row in _table(tmp_path / "c", "shells")}
    red = {
        row["subject"]
        for row in _table(tmp_path / "c", "findings")
        if row["indicator"] in ("M01", "M04", "M06", "M12")
    }

    assert len(shells) / 7_200 < len(shells & red) / len(red)
    assert len(shells & red) < len(shells) / 2


def test_no_finding_is_told_twice(small: Path) -> None:
    rows = [
        (row["indicator"], row["subject"], row["acted_on"]) for row in _table(small, "findings")
    ]

    assert len(set(rows)) == len(rows)


# Stories that must be found, by indicator; every other story of the cast is one that must not.
STORIES = {
    path.stem: {word: told.split() for word, told in yaml.safe_load(path.read_text()).items()}
    for path in sorted(Path(__file__).parent.glob("stories/*.yaml"))
}
FOUND = {code: told["found"] for code, told in STORIES.items() if "found" in told}
NOT_FOUND = {story for told in STORIES.values() for story in told.get("not_found", [])}


@pytest.mark.parametrize("indicator", FOUND)
def test_stories_at_and_above_a_threshold_are_in_the_truth(small: Path, indicator: str) -> None:
    story_of = {row["subject"]: row["story"] for row in _table(small, "cast")}
    found = {
        story_of[row["subject"]]
        for row in _table(small, "findings")
        if row["indicator"] == indicator and row["subject"] in story_of
    }

    assert found == set(FOUND[indicator])


def test_stories_below_a_threshold_are_not_in_the_truth(small: Path) -> None:
    cast = _table(small, "cast")
    told = {row["subject"] for row in _table(small, "findings")}
    told |= {row["acted_on"] for row in _table(small, "findings")}

    found = {story for stories in FOUND.values() for story in stories}
    assert {row["story"] for row in cast} == NOT_FOUND | found
    assert not [row for row in cast if row["story"] in NOT_FOUND and row["subject"] in told]


def test_front_page_people_have_their_parts_and_the_first_branch(small: Path) -> None:
    cast = {row["name"]: row for row in _table(small, "cast")}

    parts = {"王守信": "honest", "张冒名": "impersonator", "赵立案": "police", "李办税": "police",
             "李投资": "investor"}  # fmt: skip
    assert {name: cast[name]["story"] for name in parts} == parts
    agent = next(row for row in cast.values() if row["name"] == "周代理")
    assert len(agent["enterprises"].split()) == 41  # forty, and his own agency
    theirs = {row["number"] for row in cast.values() if row["subject"].startswith("enterprise:")}
    offices = {
        (bureau, row[12])
        for bureau in ("state", "local")
        for row in _lines(small, bureau, "registration")
        if row[1] in theirs
    }
    assert offices == {("state", "13716220100"), ("local", "23716220100")}


def test_a_homonym_of_an_accused_person_exists_and_is_free(small: Path) -> None:
    cast = _table(small, "cast")
    accused = next(row for row in cast if row["story"] == "m01_two_enterprises")
    homonym = next(row for row in cast if row["story"] == "m01_homonym")

    assert homonym["name"] == accused["name"]
    assert homonym["number"] != accused["number"]
    assert homonym["number"][6:10] == accused["number"][6:10]


def test_unreadable_rows_stand_where_the_truth_says_and_are_few(small: Path) -> None:
    rejects = _table(small, "rejects")
    assert {row["source"] for row in rejects} == {
        "bank_account", "customs_declaration", "golden_tax_local_natural_person",
        "golden_tax_state_investment", "housing_contract", "internet_notice", "market_officer",
        "market_shareholder", "personal_income",
    }  # fmt: skip
    for source in {row["source"] for row in rejects}:
        rows = [row for row in rejects if row["source"] == source]
        path = next((small / "deliveries").glob(f"{source}.20170818.*"))
        assert len(rows) < 0.01 * _rows(path)
        if path.suffix == ".csv":
            chinese = "state" in source or source in CHINESE_ENCODING
            encoding = "gb18030" if chinese else "utf-8"
            lines = path.read_text(encoding).splitlines()
            none = ",居民身份证,," if source == "market_officer" else ",201,,"
            for row in rows:
                number = row["because"].split()[1] if " " in row["because"] else none
                assert number in lines[int(row["line"]) - 1]


def test_memory_does_not_grow_with_the_county(tmp_path: Path) -> None:
    peaks = {}
    for persons in (6_000, 24_000):
        tracemalloc.start()
        county.write(tmp_path / str(persons), persons=persons, seed=7, day=DAY, keys=KEYS)
        peaks[persons] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert peaks[24_000] < 64 * 2**20
    assert peaks[24_000] < 2.5 * peaks[6_000]


def test_progress_tells_of_enterprises_and_persons_to_the_last(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    county.write(
        tmp_path / "c", persons=6_000, seed=7, day=DAY, keys=KEYS,
        progress=lambda *step: told.append(step),
    )  # fmt: skip

    assert {what for what, _, _ in told} == {"enterprises", "persons"}
    assert all(done <= total for _, done, total in told)
    assert told[-1][1] == told[-1][2]


def test_folder_that_holds_a_county_is_left_alone(small: Path) -> None:
    with pytest.raises(Trouble):
        county.write(small, persons=6_000, seed=9, day=DAY, keys=KEYS)


def test_stopped_writing_leaves_no_deliveries(tmp_path: Path) -> None:
    def stop(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        county.write(tmp_path / "c", persons=6_000, seed=7, day=DAY, keys=KEYS, progress=stop)
    assert not list((tmp_path / "c").iterdir())

    county.write(tmp_path / "c", persons=6_000, seed=7, day=DAY, keys=KEYS)
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["deliveries", "truth"]


@pytest.mark.parametrize(
    ("persons", "day"), [(5_999, DAY), (2_000_001, DAY), (6_000, date(2016, 2, 29))]
)
def test_impossible_county_is_refused(persons: int, day: date, tmp_path: Path) -> None:
    with pytest.raises(Trouble):
        county.write(tmp_path / "c", persons=persons, seed=1, day=day, keys=KEYS)


def _digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def _table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _truth(out: Path, name: str) -> set[tuple[str, str, str, str]]:
    """What the truth tells of the indicators that the reader counts again."""
    return {
        (row["indicator"], row["subject"], row["acted_on"], row["band"])
        for row in _table(out, name)
        if row["indicator"] in recount.COUNTED
    }


def _keyed(found: set[recount.Found]) -> set[tuple[str, str, str, str]]:
    return {
        (code, recount.key(subject, KEYS), recount.key(acted_on, KEYS), band)
        for code, subject, acted_on, band in found
    }


def _lines(out: Path, bureau: str, source: str) -> list[list[str]]:
    path = out / "deliveries" / f"golden_tax_{bureau}_{source}.20170818.csv"
    encoding = "gb18030" if bureau == "state" else "utf-8"
    with path.open(encoding=encoding, newline="") as file:
        return [[cell.strip() for cell in row] for row in csv.reader(file)][1:]


def _rows(path: Path) -> int:
    if path.suffix == ".xlsx":
        [sheet] = load_workbook(path, read_only=True)
        return sum(1 for _ in sheet.values) - 1
    return path.read_bytes().count(b"\n") - (path.suffix == ".csv")
