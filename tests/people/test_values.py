"""What an officer reads in a dossier are words and not codes, in both languages."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from chengxin.lake.tables import TABLES, Kind
from chengxin.people import values
from chengxin.people.values import Names
from chengxin.sources import all_sources

GRADES = {"A", "B", "M", "C", "D"}  # 纳税信用管理办法 art. 18: the grades are letters
CORRECTIONS = {"0", "1", "4", "5"}  # GZLX_DM: no list with words was published
NOBODY = Names("", {}, {}, {}, {}, {}, set())

codes = sorted(
    {
        (source.table, column, ours)
        for source in all_sources().values()
        for column, told in source.values.items()
        if "." not in column and TABLES[source.table].columns[column].kind is Kind.CODE
        for ours in told.values()
    }
)


@pytest.mark.parametrize(("table", "column", "code"), codes)
def test_every_code_that_a_source_can_send_is_shown_in_words(table, column, code):
    if code in GRADES | CORRECTIONS:
        return
    one = TABLES[table].columns[column]
    with translation.override("zh-hans"):
        chinese = values.code_of(one, code, table)
    with translation.override("en"):
        english = values.code_of(one, code, table)
    assert not chinese.isascii()
    assert english.isascii()
    assert english[0].isupper()
    assert "_" not in english


def test_there_are_codes_to_look_at():
    assert len(codes) > 150


def test_code_of_two_tables_has_the_words_of_each():
    for table, words in (("violation", "其他"), ("registration_change", "名称")):
        column = {"violation": "kind", "registration_change": "item"}[table]
        code = {"violation": "other", "registration_change": "name"}[table]
        with translation.override("zh-hans"):
            assert values.code_of(TABLES[table].columns[column], code, table) == words


@pytest.mark.parametrize(
    ("column", "value", "chinese", "english"),
    [
        ("industry", "5211", "5211 零售业", "5211 Retail"),  # GB/T 4754-2011: 52 零售业
        ("industry", "3459", "3459 通用设备制造业", "3459 General machinery"),
        ("industry", "9999", "9999", "9999"),
        (
            "registration_type",
            "173",
            "173 私营有限责任公司",
            "173 Private limited liability company",
        ),
        ("registration_type", "411", "411", "411"),
    ],
)
def test_code_of_a_national_list_keeps_its_digits_beside_the_words(column, value, chinese, english):
    one = TABLES["registration"].columns[column]
    with translation.override("zh-hans"):
        assert values.words(one, value, NOBODY) == chinese
    with translation.override("en"):
        assert values.words(one, value, NOBODY) == english


@pytest.mark.parametrize(
    ("crime", "words"),
    [("205", "205 虚开增值税专用发票罪"), ("205-1", "205-1 虚开发票罪"), ("999", "999")],
)
def test_article_of_the_criminal_law_is_named(crime, words):
    with translation.override("zh-hans"):
        assert values.words(TABLES["police_case"].columns["crime"], crime, NOBODY) == words


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2017, 6, 3), date(2017, 6, 3), "2017-06-03"),
        (date(2017, 6, 1), date(2017, 6, 30), "2017-06"),
        (date(2017, 1, 1), date(2017, 12, 31), "2017"),
        (date(2017, 1, 1), date(2017, 3, 31), "2017-01–03"),
    ],
)
def test_period_is_as_short_as_it_can_be(start, end, text):
    assert values.period(start, end).text == text
