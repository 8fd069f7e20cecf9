"""A bureau's own descriptions add to the program's; what is wrong with one is a single sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chengxin.core import descriptions, places
from chengxin.core.refusal import Trouble
from chengxin.indicators import catalogue
from chengxin.lake import tables
from chengxin.sources import source
from chengxin.warehouse import build

WATER = """\
title: 用水量
title_en: Water consumption
key: [meter_no]
subjects: {}
privacy: business
precedence: []
columns:
  meter_no: {type: id, title: 水表编号, title_en: Meter number}
"""
WATER_MODEL = """\
/*
title:    用水量
title_en: Water
grain:    [registration_id]
reads:    [registration]
*/
SELECT registration_id FROM registration
"""


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Write a description of this bureau's own."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))

    def write(file: str, text: str) -> Path:
        path = places.local() / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


def test_bureau_without_descriptions_has_the_programs_alone(put):
    found = descriptions.files(tables.HERE, "tables", "*.yaml")

    assert set(found) == {path.stem for path in tables.HERE.glob("*.yaml")}
    assert not any(map(descriptions.is_local, found.values()))


def test_bureaus_own_come_after_the_programs(put):
    path = put("tables/water_use.yaml", WATER)

    found = descriptions.files(tables.HERE, "tables", "*.yaml")

    assert list(found)[-1] == "water_use"
    assert found["water_use"] == path
    assert descriptions.is_local(path)
    assert [table.name for table in tables._all()][-1] == "water_use"


def test_name_that_the_program_has_already_is_refused(put):
    path = put("tables/tax_due.yaml", WATER)

    with pytest.raises(Trouble, match="takes the name tax_due") as trouble:
        descriptions.files(tables.HERE, "tables", "*.yaml")
    assert str(path) in str(trouble.value)


def test_source_that_the_program_has_already_is_refused(put):
    put("sources/watchlist/manifest.yaml", "title: x")

    with pytest.raises(Trouble, match="takes the name watchlist"):
        list(source._all())


def test_indicator_whose_code_is_taken_is_refused(put):
    own = catalogue.HERE / "monitoring" / "enterprise_arrears.sql"
    path = put("indicators/monitoring/arrears_again.sql", own.read_text("utf-8"))

    with pytest.raises(Trouble, match="code M09 is that of") as trouble:
        catalogue.own_indicators.__wrapped__()
    assert str(path) in str(trouble.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (WATER + "privaty: x\n", "nobody knows its key privaty"),
        (WATER.replace("privacy: business\n", ""), "it lacks the key privacy"),
        (WATER.replace("subjects: {}\n", ""), "it lacks the key subjects"),
        (WATER.replace("key: [meter_no]", "key: [number]"), "number"),
        (WATER.replace("type: id", "type: idd"), "'idd' is not a valid Kind"),
        (WATER.replace("business", "secret"), "'secret' is not a valid Privacy"),
        (WATER.replace("title: 用水量", "title: [用水量"), "is not YAML"),
        ("", "not of the form"),
        ("- a\n- b\n", "not of the form"),
    ],
)
def test_table_that_is_not_understood_is_one_sentence_with_its_file(put, text, says):
    path = put("tables/water_use.yaml", text)

    with pytest.raises(Trouble, match=says) as trouble:
        list(tables._all())
    assert str(trouble.value).startswith(str(path))
    assert "\n" not in str(trouble.value)


def test_table_in_another_encoding_is_one_sentence(put):
    put("tables/water_use.yaml", "").write_bytes(WATER.encode("gb18030"))

    with pytest.raises(Trouble, match="save it as UTF-8"):
        list(tables._all())


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("table: watch", "table: watched", "no table watched"),
        ("form: csv", "form: pdf", "pdf"),
        ("owner: 县局风险管理科\n", "", "lacks the key owner"),
        ("  截止日期: until", "  截止日期: valid_until", "valid_until"),
    ],
)
def test_manifest_that_is_not_understood_is_one_sentence_with_its_file(put, before, after, says):
    told = (source.HERE / "watchlist" / "manifest.yaml").read_text("utf-8")
    assert before in told
    path = put("sources/our_list/manifest.yaml", told.replace(before, after))

    with pytest.raises(Trouble, match=says) as trouble:
        list(source._all())
    assert str(path) in str(trouble.value)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("grain:    [registration_id]", "grain:    [meter]", "meter"),
        ("reads:    [registration]", "reads:    [filing]", "its header says"),
        ("SELECT registration_id FROM registration", "SELECT FROM WHERE", "no SQL"),
        ("SELECT registration_id FROM registration", "DROP TABLE registration", "no SELECT"),
    ],
)
def test_warehouse_table_that_is_not_understood_is_one_sentence(put, before, after, says):
    put("warehouse/water.sql", WATER_MODEL.replace(before, after))

    with pytest.raises(Trouble, match=says) as trouble:
        dict(build._all())
    assert "\n" not in str(trouble.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tax_due", "lake has a table tax_due"),
        ("holds", "warehouse has a file holds"),
        ("resolution", "warehouse has a file resolution"),
    ],
)
def test_warehouse_table_with_a_name_that_is_taken_is_refused(put, name, says):
    put(f"warehouse/{name}.sql", WATER_MODEL)

    with pytest.raises(Trouble, match=says):
        dict(build._all())


def test_other_files_beside_the_descriptions_are_left_alone(put):
    put("tables/readme.txt", "notes")
    shutil.copytree(source.HERE / "watchlist", places.local() / "sources" / "watchlist" / "old")

    assert set(
        descriptions.files(source.HERE, "sources", "*/manifest.yaml", name=descriptions.folder)
    )
