"""What stands against somebody is told once, however many enterprises it reaches."""

from __future__ import annotations

import pytest

from chengxin.core.effects import Effect
from chengxin.risk import directives, inbox
from chengxin.risk.directives import Terms
from chengxin.risk.models import Directive

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(enterprise, li):
    """Seven enterprises of 李投资."""
    codes = [f"91371622MA3D1Q{n:02}00" for n in range(7)]
    return [enterprise(code, f"阳信县第{n}小吃店", (li, "01")) for n, code in enumerate(codes)]


@pytest.fixture
def ordered(qian, leader):
    def imposed(about: str, reason: str, **levels: Effect) -> Directive:
        return directives.impose(about, Terms(levels, reason), officer=qian, second=leader)

    return imposed


def test_same_order_about_many_is_one_band(qian, li, shops, ordered):
    for shop in shops:
        ordered(shop.key, "请逐户现场核实", INV=Effect.LEGAL_REP)
    other = ordered(li.key, "请先处理", INV=Effect.BLOCK)

    bands = inbox.About(li.key, qian).bands

    assert [len(band.orders) for band in bands] == [1, 7]
    assert bands[0].directive == other
    assert len(bands[1].first) + len(bands[1].rest) == 7
    assert {subject.name for _one, subject in bands[1].orders} == {shop.name for shop in shops}


def test_orders_that_reach_other_items_stay_apart(qian, li, shops, ordered):
    ordered(shops[0].key, "请逐户现场核实", INV=Effect.LEGAL_REP)
    ordered(shops[1].key, "请逐户现场核实", DEREG=Effect.LEGAL_REP)

    assert len(inbox.About(li.key, qian).bands) == 2


def test_each_of_them_leads_to_where_it_is_changed_or_lifted(client, qian, li, shops, ordered):
    orders = [ordered(shop.key, "请逐户现场核实", INV=Effect.LEGAL_REP) for shop in shops]
    client.force_login(qian)

    page = client.get(f"/alerts/about/{li.key}").content.decode()

    for order in orders:
        assert f'data-directive="{order.pk}"' in page
        assert f"/directives/about/{order.about}/#directive-{order.pk}" in page


def test_enterprise_with_the_oldest_alert_is_marked_too(qian, li, shops, night, finding):
    """However many alerts there are, each enterprise's own are counted."""
    night("M03", *(finding("M03", shop.key) for shop in shops))
    for n in range(10):
        night(f"M{n + 4:02}", *(finding(f"M{n + 4:02}", shop.key) for shop in shops))

    about = inbox.About(li.key, qian)

    assert {count for _firm, _effect, count in about.marks} == {11}
    assert len(about.rows) + about.rows_left == 77
