"""Rows whose person has no usable number: kept under a record's id, comparable, never in clear."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from chengxin.lake.store import Lake
from chengxin.sources import Reading, all_sources
from tests.sources.conftest import changed, rows

CAR = {"号牌号码": "鲁M0A009", "所有人": "李无号", "证件号码": "", "出生日期": "1985-12-03",
       "手机号码": "15400000002"}  # fmt: skip
HOLDER = {"户名": "李无号", "证件号码": "", "联系电话": "", "用户地址": ""}


def car(office, **values) -> Reading:
    cells = changed("vehicle_registration", **(CAR | values))
    return office.send("vehicle_registration", cells[:2])


def traits(reading: Reading) -> list[dict]:
    [beside] = reading.beside
    return pq.read_table(beside.rows).to_pylist()


def record(reading: Reading) -> dict:
    [row] = traits(reading)
    return row


def test_row_without_a_number_is_kept_under_the_id_of_a_record(office):
    reading = car(office)

    [row] = rows(reading)
    assert row["owner_id"].startswith("u")
    assert (reading.count, reading.rejected) == (1, 0)


def test_row_with_a_wrong_number_is_kept_where_the_source_can_be_matched(office):
    reading = car(office, 证件号码="371622199002280029")

    assert rows(reading)[0]["owner_id"].startswith("u")


def test_row_with_a_right_number_is_the_person(office):
    [row] = rows(car(office, 证件号码="371622199002280023"))

    assert row["owner_id"].startswith("p")


@pytest.mark.parametrize("lacking", ["所有人", "all that could be compared"])
def test_row_that_says_too_little_to_compare_is_still_rejected(office, lacking):
    source = replace(all_sources()["vehicle_registration"], allowed_bad=1.0)
    less = {"所有人": ""} if lacking == "所有人" else {"出生日期": "", "手机号码": ""}
    cells = changed("vehicle_registration", **(CAR | less))

    reading = office.send("vehicle_registration", cells[:2], source)

    assert (reading.count, reading.rejected) == (0, 1)
    assert reading.rejects[0].reason == "缺少证件号码"


def test_number_that_a_spreadsheet_destroyed_is_rejected_and_not_guessed_at(office):
    source = replace(all_sources()["vehicle_registration"], allowed_bad=1.0)
    cells = changed("vehicle_registration", **(CAR | {"证件号码": "3.71622E+17"}))

    assert office.send("vehicle_registration", cells[:2], source).rejected == 1


def test_row_sent_again_with_another_phone_keeps_its_record(office):
    first, again = car(office), car(office, 手机号码="15400000009")

    assert rows(first)[0]["owner_id"] == rows(again)[0]["owner_id"]


def test_new_owner_of_the_same_plate_is_another_record(office):
    first, other = car(office), car(office, 所有人="赵另人")

    assert rows(first)[0]["owner_id"] != rows(other)[0]["owner_id"]


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("李无号", {"name", "sound", "near"}),
        (" 李 无 号 ", {"name", "sound", "near"}),
        ("李吴号", {"sound", "near"}),  # wú hào, both
        ("李无浩", {"sound", "near"}),
        ("李无敌", {"near"}),
        ("李号无", {"near"}),
        ("李号", {"near"}),
        ("王有敌", set()),
    ],
)
def test_names_are_alike_as_they_are_written_as_they_sound_and_but_for_a_character(
    office, name, alike
):
    one, other = record(car(office)), record(car(office, 所有人=name))

    found = {trait for trait in ("name", "sound") if one[trait] == other[trait]}
    if {*one["name_near"]} & {*other["name_near"]}:
        found.add("near")
    assert found == alike


@pytest.mark.parametrize(
    ("born", "same", "near"),
    [
        ("1985-12-03", True, True),
        ("1958-12-03", False, True),  # digits of the year transposed
        ("1985-12-30", False, True),  # of the day
        ("1985-03-12", False, True),  # month and day exchanged
        ("1985-11-03", False, True),
        ("1984-12-04", False, False),
        ("1960-01-01", False, False),
    ],
)
def test_births_are_near_when_one_part_is_mistyped(office, born, same, near):
    one, other = record(car(office)), record(car(office, 出生日期=born))

    assert (one["born"] == other["born"]) is same
    assert bool({*one["born_near"]} & {*other["born_near"]}) is near


def test_birth_within_a_mistyped_number_counts_where_no_other_is_told(office):
    told = record(car(office, 出生日期="1990-02-28"))
    within = record(car(office, 出生日期="", 证件号码="371622199002280029"))

    assert told["born"] == within["born"]


def test_person_with_a_number_is_comparable_by_the_birth_in_it(office):
    person = record(car(office, 证件号码="371622199002280023", 出生日期="1985-12-03"))
    told = record(car(office, 出生日期="1990-02-28"))

    assert person["born"] == told["born"]


@pytest.mark.parametrize(
    ("address", "same", "building"),
    [
        ("山东省滨州市阳信县信城街道梨乡花园3号楼2单元501室", True, True),
        ("阳信县 信城街道梨乡花园３号楼２单元５０１室", True, True),
        ("山东省滨州市阳信县信城街道梨乡花园3号楼2单元502室", False, True),
        ("山东省滨州市阳信县信城街道梨乡花园4号楼2单元501室", False, False),
    ],
)
def test_addresses_are_compared_without_province_blanks_and_width(office, address, same, building):
    def send(text):
        cells = changed("utility_account", **(HOLDER | {"用户地址": text}))
        return record(office.send("utility_account", cells[:2]))

    one, other = send("滨州市阳信县信城街道梨乡花园3号楼2单元501室"), send(address)

    assert (one["address"] == other["address"]) is same
    assert (one["building"] == other["building"]) is building


def test_person_whom_a_delivery_names_twice_is_as_its_last_row_has_him(office):
    cells = changed("vehicle_registration", **(CAR | {"证件号码": "371622199002280023"}))
    later = [*cells[1]]
    later[0], later[4] = "鲁M0A010", "15400000777"

    both = office.send("vehicle_registration", [cells[0], cells[1], later])

    alone = record(office.send("vehicle_registration", [cells[0], later]))
    assert record(both)["phone"] == alone["phone"]


def test_traits_come_into_the_lake_with_their_delivery_and_go_with_their_version(office, tmp_path):
    lake = Lake(tmp_path / "lake")
    first = lake.take(car(office))
    second = lake.take(car(office, 手机号码="15400000009"))

    def phones(version: int) -> list[int]:
        [file] = lake.files("person_trait", version)
        return pq.read_table(file)["phone"].to_pylist()

    assert [len(phones(first)), len(phones(second))] == [1, 1]
    assert phones(first) != phones(second)
    assert [len(lake.at(version).taken) for version in (first, second)] == [1, 1]


def test_details_of_a_record_go_to_those_who_decide_and_nowhere_else(office):
    reading = car(office, 证件号码="371622199002280029")

    [told] = pq.read_table(reading.unidentified).to_pylist()
    assert told["name"] == "李无号"
    assert told["number"] == "371622199002280029"
    assert told["birth"] == "19851203"
    assert told["phone"] == "15400000002"
    assert pq.read_table(reading.identities).num_rows == 0
    assert reading.unidentified.stat().st_mode & 0o777 == 0o600
