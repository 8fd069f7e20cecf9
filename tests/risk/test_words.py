"""What an officer reads of a finding is written in words, not in names of columns."""

from __future__ import annotations

from datetime import date

import pytest
import sqlglot
from django.utils import translation

from chengxin.indicators.catalogue import Indicator, all_indicators
from chengxin.indicators.scan import select
from chengxin.risk import words

STANDARD = {"subject_id", "acted_on_id", "value", "band"}


@pytest.mark.parametrize("indicator", all_indicators(), ids=lambda one: one.code)
def test_every_column_of_the_evidence_has_words_in_both_languages(indicator: Indicator) -> None:
    asked = select(indicator, "duckdb", date(2017, 8, 18), indicator.settings({}))
    columns = set(sqlglot.parse_one(asked, read="duckdb").named_selects) - STANDARD
    assert columns <= set(words.EVIDENCE)
    assert columns
    for column in columns:
        with translation.override("en"):
            assert str(words.EVIDENCE[column]).isascii()


def test_money_and_codes_of_the_evidence_are_written_as_such() -> None:
    with translation.override("zh-hans"):
        told = words.facts({"owed": 52340.5, "market_status": "revoked", "grounds": ["card"]})
    assert [fact.text for fact in told] == ["52,340.50 元", "吊销", "证件状态异常"]
