"""What deliveries and nights say becomes the registry, once, newest word first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from chengxin.core.keys import Keys
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.offices.models import Jurisdiction, Office
from chengxin.people import lookup, registry
from chengxin.people.models import Affiliation, Enterprise, Person, Registration
from chengxin.warehouse import build
from tests.conftest import number
from tests.paper import PaperLake

pytestmark = pytest.mark.django_db

DAY = date(2017, 8, 18)
NUMBER = number("37232319850315113")
COLUMNS = pa.schema(
    [
        ("person_id", pa.string()), ("document_kind", pa.string()), ("number", pa.string()),
        ("name", pa.string()), ("phone", pa.string()), ("delivered_on", pa.date32()),
        ("source", pa.string()),
    ]
)  # fmt: skip


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., Path]:
    """A delivery's identities: told(("王守信", "13900000000", day), …) of one number."""

    def write(*words: tuple[str | None, str | None, date]) -> Path:
        person = Keys.load().person_id(NUMBER)
        rows = [
            {
                "person_id": person, "document_kind": "resident", "number": NUMBER, "name": name,
                "phone": phone, "delivered_on": day, "source": "test",
            }
            for name, phone, day in words
        ]  # fmt: skip
        path = tmp_path / "identities.parquet"
        pq.write_table(pa.Table.from_pylist(rows, COLUMNS), path)
        return path

    return write


def the_person() -> Person:
    return Person.objects.get(pk=Keys.load().person_id(NUMBER))


def test_delivered_person_is_known_by_his_number_in_either_form(told):
    assert registry.remember(told(("王守信", "16100000001", DAY))) == 1
    old_form = NUMBER[:6] + NUMBER[8:17]
    assert lookup.person_by_number(old_form) == lookup.person_by_number(NUMBER) == the_person()
    assert (the_person().name, the_person().phone) == ("王守信", "16100000001")


def test_same_delivery_again_writes_nothing(told):
    registry.remember(told(("王守信", None, DAY)))
    assert registry.remember(told(("王守信", None, DAY))) == 0


def test_later_delivery_corrects_the_name_and_keeps_the_phone(told):
    registry.remember(told(("王守言", "16100000001", date(2017, 8, 1))))
    registry.remember(told(("王守信", None, DAY)))
    assert (the_person().name, the_person().phone) == ("王守信", "16100000001")


def test_later_delivery_that_tells_no_name_leaves_it(told):
    registry.remember(told(("王守信", "16100000001", DAY)))
    registry.remember(told((None, None, DAY + timedelta(7))))
    registry.remember(told((None, "16100000002", DAY + timedelta(7))))
    assert (the_person().name, the_person().phone) == ("王守信", "16100000002")
    assert the_person().name_token == Keys.load().token("name", "王守信")


def test_person_first_named_without_a_name_gets_it_from_whoever_tells_it(told):
    registry.remember(told((None, None, DAY)))
    assert the_person().name == ""
    registry.remember(told(("王守信", None, DAY)))
    assert the_person().name == "王守信"


def test_earlier_delivery_that_comes_late_changes_nothing(told):
    registry.remember(told(("王守信", None, DAY)))
    registry.remember(told(("王守言", None, date(2017, 8, 1))))
    assert the_person().name == "王守信"


def test_names_numbers_and_phones_stand_nowhere_in_the_database_in_plain(told):
    registry.remember(told(("王守信", "16100000001", DAY)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(people_person)::text FROM people_person")
        [(row,)] = cursor.fetchall()
        cursor.execute("SELECT name, number, phone FROM people_person")
        [sealed] = cursor.fetchall()
    for word in ("王守信", NUMBER, "16100000001"):
        assert word not in row
        assert all(word.encode() not in bytes(cell) for cell in sealed)


@pytest.fixture
def warehouse(told, tmp_path) -> Callable[..., Path]:
    """A night's warehouse of one enterprise with two registrations and one legal representative."""
    registry.remember(told(("王守信", None, DAY)))

    def made(status: str = "normal", *, due: int = 900) -> Path:
        person, code = Keys.load().person_id(NUMBER), "91371622MA3D1Q2W3N"
        common = {
            "credit_code": code,
            "taxpayer_id": code,
            "name": "守信食品",
            "status": status,
            "industry": "1310",
        }
        rows = {
            "registration": [
                common | {"registration_id": "1" * 20, "bureau": "state", "legal_rep_id": person,
                          "office": "13716220100"},
                common | {"registration_id": "2" * 20, "bureau": "local", "legal_rep_id": person,
                          "office": "23716220900"},
            ],
            "tax_due": [
                {"voucher": "1", "bureau": "state", "registration_id": "1" * 20, "kind": "tax",
                 "due_on": date(2017, 7, 15), "amount": due},
                {"voucher": "2", "bureau": "local", "registration_id": "2" * 20, "kind": "tax",
                 "due_on": date(2017, 7, 15), "amount": 100},
                {"voucher": "3", "bureau": "local", "registration_id": "2" * 20, "kind": "tax",
                 "due_on": DAY, "amount": 7},
            ],
        }  # fmt: skip
        engine = DuckDB()
        folder = tmp_path / f"warehouse-{status}"
        home = build.build(engine, PaperLake(tmp_path / f"paper-{status}", rows), 1, folder)
        engine.close()
        return home

    return made


def test_two_registrations_are_one_enterprise_with_its_arrears_and_offices(warehouse, offices):
    registry.take_over(warehouse(), DAY)

    made = Enterprise.objects.get()
    assert (made.name, made.arrears) == ("守信食品", 1000)  # 7 yuan are due today: not yet owed
    assert made.industry == "1310"
    assert Registration.objects.count() == 2
    assert set(Affiliation.objects.values_list("role", "person_id")) == {("01", the_person().pk)}
    assert set(Jurisdiction.objects.filter(about=made.key).values_list("office_id", flat=True)) == {
        "13716220100",
        "23716220900",
    }


def test_office_that_nobody_told_of_is_made_in_its_region(warehouse, offices):
    registry.take_over(warehouse(), DAY)
    made = Office.objects.get(pk="23716220900")
    assert (made.bureau, made.level, made.region) == ("local", "branch", "371622")


def test_second_night_over_the_same_warehouse_writes_nothing(warehouse, offices):
    registry.take_over(warehouse(), DAY)
    assert set(registry.take_over(warehouse(), DAY).values()) == {0}


def test_status_that_changed_is_taken_over(warehouse, offices):
    registry.take_over(warehouse(), DAY)
    registry.take_over(warehouse("non_normal"), DAY)
    assert Enterprise.objects.get().status == "non_normal"


def test_between_two_nights_only_what_comes_from_other_rows_is_taken_again(warehouse, offices):
    home, other = warehouse(), warehouse("non_normal")
    registry.take_over(home, DAY)
    Enterprise.objects.update(name="", status="cancelled")
    Affiliation.objects.all().delete()

    registry.take_over(home, DAY, afresh=False)
    assert (Enterprise.objects.get().name, Affiliation.objects.count()) == ("", 0)
    registry.take_over(other, DAY, afresh=False)  # of the enterprise another status is told
    assert (Enterprise.objects.get().name, Affiliation.objects.count()) == ("守信食品", 0)
    registry.take_over(other, DAY + timedelta(1), afresh=False)  # what is due depends on the day
    assert (Enterprise.objects.get().arrears, Affiliation.objects.count()) == (1007, 0)
    registry.take_over(other, DAY)
    assert Affiliation.objects.count() == 1


def test_person_who_becomes_known_after_the_warehouse_still_gets_his_roles(
    warehouse, told, offices
):
    home = warehouse()
    the_person().delete()
    registry.take_over(home, DAY, afresh=False)
    assert not Affiliation.objects.exists()

    registry.remember(told(("王守信", None, DAY)))
    registry.take_over(home, DAY, afresh=False)
    assert Affiliation.objects.count() == 1


def test_lake_without_any_delivery_gives_an_empty_registry(tmp_path):
    engine = DuckDB()
    home = build.build(engine, Lake(tmp_path / "lake"), 0, tmp_path / "warehouse")
    engine.close()
    registry.take_over(home, DAY)
    assert not Enterprise.objects.exists()
