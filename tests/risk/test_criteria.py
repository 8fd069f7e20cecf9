"""Periods and amounts of 令第54号, against days that were counted by hand in a calendar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengxin.lake.tables import TABLES
from chengxin.risk import criteria
from chengxin.risk.criteria import CRITERIA

D = date.fromisoformat


def test_eleven_situations_in_the_order_of_article_six():
    numbers = {one.number: code for code, one in CRITERIA.items()}
    assert sorted(numbers) == list(range(1, 12))
    assert (numbers[1], numbers[5], numbers[8], numbers[11]) == (
        "tax_evasion", "false_special_invoices", "absconded", "other",
    )  # fmt: skip
    words = TABLES["blacklist"].columns["criterion"].words
    assert {code: (one.title, one.title_en) for code, one in CRITERIA.items()} == words
    assert all(one.text and one.text_en for one in CRITERIA.values())


@pytest.mark.parametrize(
    ("published", "last"),
    [
        ("2022-03-10", "2025-03-10"),  # 第十七条: three years
        ("2024-02-29", "2027-02-28"),  # 第二十五条: no such day, the last of the month
        ("2019-01-01", "2022-01-01"),  # 2018 No. 54
        ("2018-12-31", "2020-12-31"),  # 2016 No. 24: two years
        ("2016-02-29", "2018-02-28"),
    ],
)
def test_publication_lasts_as_the_rule_of_its_day_says(published, last):
    assert criteria.last_published(D(published)) == D(last)


@pytest.mark.parametrize(
    ("served", "due"),
    [("2022-02-01", "2022-03-15"), ("2022-02-28", "2022-03-15"), ("2022-12-31", "2023-01-15")],
)
def test_published_by_the_fifteenth_of_the_month_after_service(served, due):
    assert criteria.publish_by(D(served)) == D(due)


@pytest.mark.parametrize(
    ("published", "first"),
    [("2022-03-10", "2022-09-10"), ("2022-08-31", "2023-02-28"), ("2023-08-31", "2024-02-29")],
)
def test_may_be_stopped_for_payment_after_six_months(published, first):
    assert criteria.may_stop_from(D(published)) == D(first)


def reached(code: str, **told) -> bool:
    usual = dict.fromkeys(("tax", "share", "invoices", "invoiced")) | {"variant": False}
    return CRITERIA[code].reached(**(usual | told))


@pytest.mark.parametrize(
    ("code", "told", "is_one"),
    [
        # 第一项: a million and a tenth; of tax withheld a million is enough
        ("tax_evasion", {"tax": Decimal("1000000"), "share": Decimal("0.1")}, True),
        ("tax_evasion", {"tax": Decimal("999999.99"), "share": Decimal("0.9")}, False),
        ("tax_evasion", {"tax": Decimal("5000000"), "share": Decimal("0.0999")}, False),
        ("tax_evasion", {"tax": Decimal("5000000")}, False),
        ("tax_evasion", {"tax": Decimal("1000000"), "variant": True}, True),
        ("tax_evasion", {"tax": Decimal("999999"), "variant": True}, False),
        # 第二项
        ("arrears_evasion", {"tax": Decimal("1000000")}, True),
        ("arrears_evasion", {"tax": Decimal("100000")}, False),
        # 第三、四、五、七、八、十一项: whatever the amount
        ("export_refund_fraud", {}, True),
        ("tax_resistance", {}, True),
        ("false_special_invoices", {}, True),
        ("invoice_forgery", {}, True),
        ("absconded", {}, True),
        ("other", {}, True),
        # 第六项: a hundred pieces or four million
        ("false_plain_invoices", {"invoices": 100}, True),
        ("false_plain_invoices", {"invoices": 99}, False),
        ("false_plain_invoices", {"invoices": 1, "invoiced": Decimal("4000000")}, True),
        ("false_plain_invoices", {"invoices": 99, "invoiced": Decimal("3999999.99")}, False),
        ("false_plain_invoices", {}, False),
        # 第九项: a million, or refund fraud
        ("illegal_provision", {"tax": Decimal("999999")}, False),
        ("illegal_provision", {"variant": True}, True),
        # 第十项
        ("agent_violation", {"tax": Decimal("1000000")}, True),
        ("agent_violation", {}, False),
    ],
)
def test_amounts_of_article_six(code, told, is_one):
    assert reached(code, **told) is is_one
