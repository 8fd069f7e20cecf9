"""The pictures of the county: in both languages, each part titled, each control labelled."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.urls import reverse

from tests.panorama.conftest import drawn, firms, ran, world
from tests.risk.conftest import finding, night

__all__ = ["drawn", "finding", "firms", "night", "ran", "world"]

pytestmark = pytest.mark.django_db
LANGUAGES = ["zh-hans", "en"]
ROOMS = ["panorama", "subjects"]


@pytest.fixture
def main(client, qian, world, ran):
    """The middle of a room's page, in a language."""
    ran(0, 20)
    client.force_login(qian)

    def shown(room: str, language: str) -> str:
        client.cookies["django_language"] = language
        page = client.get(reverse(room)).content.decode()
        return page[page.index("<main") : page.index("</main>")]

    return shown


@pytest.mark.parametrize("room", ROOMS)
def test_english_page_says_nothing_in_chinese_but_names(main, room, offices, firms, wang, li):
    told = main(room, "en")
    names = "".join(one.name for one in (*offices.values(), *firms, wang, li))
    assert [one for one in re.findall(r"[\u4e00-\u9fff]+", told) if one not in names] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS)
def test_page_has_one_heading_and_every_part_its_title(main, room, language):
    told = main(room, language)
    ids = Counter(re.findall(r"\bid=\"([^\"]+)\"", told))
    assert len(re.findall(r"<h1[ >]", told)) == 1
    assert [one for one, count in ids.items() if count > 1] == []
    assert [
        one for one in re.findall(r"aria-labelledby=\"([^\"]+)\"", told) if one not in ids
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS)
def test_every_control_is_labelled(main, room, language):
    told = main(room, language)
    labelled = set(re.findall(r"<label for=\"([^\"]+)\"", told))
    controls = re.findall(r"<(?:select|textarea|input)\b(?![^>]*type=\"hidden\")[^>]*>", told)
    named = [re.search(r"\bid=\"([^\"]+)\"", one) for one in controls]
    assert [one for one, found in zip(controls, named, strict=True)
            if "aria-label" not in one and not (found and found[1] in labelled)] == []  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_a_table_has_its_head(main, language):
    for room in ROOMS:
        told = main(room, language)
        for table in re.findall(r"<table.*?</table>", told, re.DOTALL):
            heads = re.findall(r"<thead>.*?</thead>", table, re.DOTALL)
            assert len(heads) == 1
            assert "<th>" not in table  # each says whether it is of a row or of a column
