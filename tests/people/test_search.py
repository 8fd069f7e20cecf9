"""Whatever an officer types, he finds whom it names, if they are his."""

from __future__ import annotations

import pytest
import yaml
from django.db import connection
from django.urls import reverse

from chengxin.core.keys import Keys
from chengxin.lake.tables import TABLES, described
from chengxin.people import names, search
from chengxin.people.models import Person, Registration
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(wang, li, zhang, factory, person):
    """The cast with a homonym, spelt as a night leaves them."""
    person("王守信", "37232319910101115")
    person("单雄信", "37232319910101117")
    names.fill()
    return factory


def found(officer, text: str) -> list[str]:
    hits = search.find(officer, text)
    return sorted(
        [hit.person.name for hit in hits.persons] + [one.name for one in hits.enterprises]
    )


@pytest.mark.parametrize(
    "text", ["守信", "shouxin", "shou xin", "sx", "SX", "wangshouxin", "wsx", "王守", "王"]
)
def test_part_of_a_name_and_its_pinyin_find_everybody_called_so(county, qian, text):
    assert found(qian, text).count("王守信") == 2


def test_surname_is_found_under_each_of_its_readings(county, qian):
    assert found(qian, "shanxiongxin") == ["单雄信"]
    assert found(qian, "danxiongxin") == ["单雄信"]


@pytest.mark.parametrize("text", ["守信食品", "shouxinshipin", "yxxsxsp", "91371622ma3d1q2w3p"])
def test_enterprise_is_found_by_name_pinyin_and_code(county, qian, text):
    assert found(qian, text) == ["阳信县守信食品有限公司"]


def test_letters_that_are_nobodys_syllables_find_nobody(county, qian):
    assert found(qian, "angsh") == []
    assert found(qian, "守王") == []


def test_old_number_of_fifteen_digits_finds_the_person(county, qian, wang):
    [hit] = search.find(qian, wang.number[:6] + wang.number[8:17]).persons
    assert hit.person == wang


def test_phone_finds_everybody_who_has_it(county, qian, wang, li):
    token = Keys.load().phone_token("13900000000")
    Person.objects.filter(pk__in=[wang.pk, li.pk]).update(phone_token=token)
    assert found(qian, "13900000000") == ["李投资", "王守信"]


def test_registration_number_finds_the_enterprise(county, qian):
    Registration.objects.create(
        registration_id="1" * 20, bureau="state", enterprise=county, status="normal", office="x"
    )
    assert found(qian, "1" * 20) == [county.name]


def test_homonyms_are_told_apart_by_what_they_are_bound_to(county, qian, wang):
    hits = {hit.person.pk: hit for hit in search.find(qian, "王守信").persons}
    assert [one.name for one in hits.pop(wang.pk).enterprises] == [county.name]
    [other] = hits.values()
    assert other.enterprises == []
    assert other.offices


@pytest.mark.parametrize("text", ["守信", "wsx", "王守信", "sxsp"])
def test_officer_of_another_county_finds_nobody(county, sun, text):
    assert found(sun, text) == []


def test_every_search_is_traced_without_what_was_typed(county, qian):
    search.find(qian, "守信")
    trace = Trace.objects.get(action="dossier.search")
    assert (trace.officer, trace.detail) == (qian, {"found": 3, "by": "name"})


def test_name_that_was_corrected_is_found_under_the_new_one_only(county, qian, wang):
    keys = Keys.load()
    wang.name, wang.name_token = "王守言", keys.token("name", "王守言")
    wang.save()
    assert names.fill() == 1
    assert found(qian, "守言") == ["王守言"]
    assert found(qian, "wsx") == ["王守信"]  # the homonym alone


def test_filling_again_writes_nothing(county):
    assert names.fill() == 0


def test_marks_hold_no_part_of_a_name_in_plain(county):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(s)::text, '') FROM people_personspelling s")
        [(text,)] = cursor.fetchall()
    assert not any(word in text for word in ("王", "守", "shou", "wsx"))


def test_page_lists_homonyms_with_masked_numbers(county, client, qian, wang):
    client.force_login(qian)
    page = client.post(reverse("dossier-search"), {"text": "王守信"}).content.decode()
    assert page.count("372***********") == 2
    assert wang.number not in page


def test_taxpayer_number_of_one_bureau_finds_the_enterprise(told, county, qian):
    old = "372324" + county.credit_code[8:17]
    registration = {
        "registration_id": "2" * 20, "bureau": "local", "credit_code": county.credit_code,
        "taxpayer_id": old,
    }  # fmt: skip
    told({"registration": [registration]})

    assert found(qian, old) == [county.name]


@pytest.mark.parametrize("plate", ["鲁M1234", "鲁MA1234", "鲁MD12345", "鲁M0005732"])
def test_vehicle_is_found_by_plates_of_every_length(told, county, qian, wang, plate):
    told({"vehicle": [{"plate": plate, "owner_id": wang.pk}]})

    assert found(qian, plate) == ["王守信"]
    assert found(qian, plate[:-1]) == []


def test_plate_finds_the_owner_where_a_table_tells_of_plates(told, monkeypatch, county, qian, wang):
    car = yaml.safe_load(
        """
        title: 机动车
        title_en: Vehicle
        key: [plate]
        subjects: {person: [owner]}
        privacy: personal
        precedence: []
        columns:
          plate: {type: id, title: 号牌号码, title_en: Plate}
          owner: {type: person, title: 所有人, title_en: Owner}
        """
    )
    monkeypatch.setitem(TABLES, "car", described("car", car))
    told({"car": [{"plate": "鲁MA1234", "owner": wang.pk}]})
    assert found(qian, "鲁ma1234") == ["王守信"]
