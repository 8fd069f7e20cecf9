"""Every number of the pictures opens the list that shows exactly that many."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
WAYS = [
    {},
    {"by": "office"},
    {"bureau": "state", "by": "office"},
    {"bureau": "local"},
    {"office": "13716220100"},
    {"office": "23716220100", "by": "office", "period": "30"},
    {"who": "person"},
    {"who": "enterprise", "period": "90"},
    {"indicator": "analysis", "period": "30"},
    {"indicator": "M09", "period": "90"},
]


def links(page: str) -> list[tuple[str, int]]:
    """(address, number) of everything on the page that opens a list."""
    found = []
    for address, inside in LINK.findall(page[page.index('<div class="pictures">') :]):
        if "/cases/" not in address and "/panorama/subjects" not in address:
            continue
        titled = re.search(r"<title>(.*?)</title>", inside, re.DOTALL)
        told = titled[1] if titled else re.sub(r"<[^>]+>", "", inside)
        tile = re.search(r"有未办结预警 ([\d,]+)", told)
        numbers = [tile[1]] if tile else re.findall(r"[\d,]+(?=\D*$)", told)
        found.append((unescape(address), int(numbers[-1].replace(",", ""))))
    return found


def listed(client, address: str) -> int:
    """Rows of the list, over all its pages."""
    rows, page = 0, 1
    while True:
        told = client.get(f"{address}&page={page}").content.decode()
        rows += len(re.findall(r"<tr data-(?:alert|about)=", told))
        if f"page={page + 1}" not in told:
            return rows
        page += 1


@pytest.mark.parametrize("asked", WAYS, ids=str)
def test_every_number_is_its_list_counted(client, qian, world, drawn, ran, asked):
    ran(0, 20, 60)
    client.force_login(qian)
    page = client.get(reverse("panorama"), asked).content.decode()

    found = links(page)

    assert len(found) > 10
    counted = {address: listed(client, address) for address, _number in found}
    wrong = [(address, n, counted[address]) for address, n in found if counted[address] != n]
    assert wrong == []


@pytest.mark.parametrize("name", ["map", "trend", "flow", "spread"])
def test_every_picture_has_numbers_in_its_table(client, qian, world, ran, name):
    ran(0)
    client.force_login(qian)
    page = client.get(reverse("panorama")).content.decode()
    part = page[page.index(f'data-testid="{name}"') :]
    assert re.search(r"<table.*?<td class=\"num\"[^>]*><a ", part, re.DOTALL)


@pytest.mark.parametrize("by", ["priority", "office"])
def test_every_mark_has_a_spoken_name_that_tells_its_number(client, qian, world, ran, by):
    ran(0)
    client.force_login(qian)
    page = client.get(reverse("panorama"), {"by": by}).content.decode()
    drawings = re.findall(r'<svg class="pic".*?</svg>\s*</figure>', page, re.DOTALL)
    marks = [mark for one in drawings for mark in re.findall(r"<a [^>]*>", one)]

    assert len(drawings) == 6  # two bureaus, the trend, two flows, the indicators
    assert len(marks) > 30
    assert [mark for mark in marks if not re.search(r'aria-label="[^"]+\d', mark)] == []


def test_what_was_asked_stays_in_the_form(client, qian, world):
    client.force_login(qian)
    told = {"bureau": "local", "who": "enterprise", "period": "90", "indicator": "A04"}
    form = client.get(reverse("panorama"), told | {"office": "nonsense"}).context["form"]
    assert {name: form[name].value() for name in told} == told
    assert form.told == told | {"by": "priority"}


def test_every_number_of_a_branch_is_of_that_branch(client, officer, world, ran):
    ran(0)
    head = officer("ma", "马所长", "local_branch", "section_head")
    client.force_login(head)
    page = client.get(reverse("panorama"), {"office": "13716220100"}).content.decode()

    found = links(page)

    assert found  # the other branch is not his to choose: his own is shown
    assert all(listed(client, address) == number for address, number in found)
    assert "国税局第一分局" not in page
    assert "阳信县第0厂" not in client.get(reverse("subjects")).content.decode()


def test_another_county_sees_empty_pictures_in_a_sentence_each(client, sun, world):
    client.force_login(sun)
    page = client.get(reverse("panorama")).content.decode()
    assert links(page) == []
    assert page.count('class="empty"') == 4


def test_lists_of_another_county_are_empty(client, sun, world):
    client.force_login(sun)
    for address in (reverse("subjects"), reverse("cases")):
        assert listed(client, f"{address}?office=13716220100") == 0


@pytest.mark.parametrize("room", ["panorama", "subjects"])
def test_only_who_supervises_opens_them(client, zhao, field, room):
    assert client.get(reverse(room)).status_code == 302
    for officer in (zhao, field):
        client.force_login(officer)
        assert client.get(reverse(room)).status_code == 403


def test_looking_at_a_list_leaves_a_trace_of_what_was_asked(client, qian, world):
    client.force_login(qian)
    client.get(reverse("subjects"), {"office": "13716220100", "found": "yes"})
    client.get(reverse("cases"), {"indicator": "A04"})

    subjects, case = Trace.objects.filter(action__in=["subject.list", "case.list"]).order_by("pk")
    assert (subjects.officer, subjects.detail["asked"]) == (qian, "office=13716220100&found=yes")
    assert (case.officer, case.detail["asked"]) == (qian, "indicator=A04")


@pytest.mark.parametrize(
    "told",
    [
        {"since": "2017-02-30"}, {"stood": "x"}, {"till": "9999-12-31"}, {"office": "1"},
        {"taken": "perhaps"}, {"priority": "9"}, {"about": "'"}, {"holder": "9" * 40},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_condition_is_not_asked(client, qian, world, told):
    client.force_login(qian)
    every = listed(client, reverse("cases") + "?kind=")
    assert every == 10
    address = reverse("cases") + "?" + "&".join(f"{k}={v}" for k, v in told.items())
    assert listed(client, address) == every


def test_numbers_of_persons_are_masked_in_the_list(client, qian, world, wang):
    client.force_login(qian)
    page = client.get(reverse("subjects"), {"who": "person"}).content.decode()
    assert wang.name in page
    assert wang.number not in page


def test_case_of_a_control_sample_is_no_finding(client, qian, world, drawn):
    client.force_login(qian)
    found = client.get(reverse("subjects"), {"found": "yes"}).content.decode()
    assert drawn not in found
    page = client.get(reverse("panorama")).content.decode()
    assert "对照抽样" not in page
