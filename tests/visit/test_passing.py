"""放行率: what was let pass at windows, among the times that a directive held an item back."""

from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.hall import items
from chengxin.risk import learning
from chengxin.risk.caselist import Asked
from chengxin.risk.learning import By
from tests.risk.conftest import finding, night

__all__ = ["finding", "night"]

pytestmark = pytest.mark.django_db
WHY = "已提供缴款凭证，待国库入库销号"
LEVELS = {"INV": "block", "INV-AUTH": "approval", "invoice_limit": "remind"}


@pytest.fixture
def restricted(night, finding, factory):
    """守信食品 may not take invoices (M16)."""
    night("M16", finding("M16", factory.key, band="owing", levels=LEVELS))
    return factory


def at_window(officer, code: str = "M16", by: By = By.INDICATOR) -> tuple[int, int]:
    [found] = [one for one in learning.of(officer, by, Asked()).rows if one.code == code]
    return found.counter.met, found.counter.passed


def tried(ticket, item: str, firm, officer, **signed) -> None:
    with pytest.raises(Refusal):
        items.begin(ticket, item, firm, officer=officer, **signed)


def test_directive_that_met_nobody_has_no_share(restricted, qian):
    assert at_window(qian) == (0, 0)
    [row] = learning.of(qian, By.INDICATOR, Asked()).rows
    assert (row.passed, row.passed_between) == ("—", "")


def test_item_that_was_tried_often_in_one_visit_met_it_once(restricted, wang, serving, zhao, qian):
    ticket = serving(wang, enterprise=restricted)
    for _ in range(3):
        tried(ticket, "invoice_collect", restricted, zhao)
    assert at_window(qian) == (1, 0)


def test_refused_first_and_let_pass_then_is_one_that_was_let_pass(
    restricted, wang, serving, zhao, qian
):
    ticket = serving(wang, enterprise=restricted)
    tried(ticket, "invoice_collect", restricted, zhao)
    signed = {"approved_by": qian, "override": WHY}
    items.begin(ticket, "invoice_collect", restricted, officer=zhao, **signed)
    tried(ticket, "invoice_increase", restricted, zhao)

    assert at_window(qian) == (2, 1)
    [row] = learning.of(qian, By.INDICATOR, Asked()).rows
    # R: prop.test(1, 2, correct = FALSE)$conf.int is 0.0945 to 0.9055
    assert (row.passed, row.passed_between) == ("50%", "9%–91%")


def test_approval_that_the_directive_asks_for_is_no_override(restricted, wang, serving, zhao, qian):
    ticket = serving(wang, enterprise=restricted)
    items.begin(ticket, "invoice_increase", restricted, officer=zhao, approved_by=qian)
    assert at_window(qian) == (1, 0)


def test_reminder_holds_nothing_back(restricted, wang, serving, zhao, qian):
    ticket = serving(wang, enterprise=restricted)
    items.begin(ticket, "invoice_limit", restricted, officer=zhao)
    assert at_window(qian) == (0, 0)


def test_bureau_and_all_count_the_same_visits(restricted, wang, serving, zhao, qian):
    ticket = serving(wang, enterprise=restricted)
    signed = {"approved_by": qian, "override": WHY}
    items.begin(ticket, "invoice_collect", restricted, officer=zhao, **signed)

    assert at_window(qian, "state", By.BUREAU) == (1, 1)
    total = learning.of(qian, By.SECTION, Asked()).total
    assert (total.counter.met, total.counter.passed) == (1, 1)


def test_another_county_learns_nothing_of_it(restricted, wang, serving, zhao, sun):
    tried(serving(wang, enterprise=restricted), "invoice_collect", restricted, zhao)
    total = learning.of(sun, By.INDICATOR, Asked()).total
    assert (total.counter.met, total.counter.passed) == (0, 0)
