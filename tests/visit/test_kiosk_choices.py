"""What a person at a kiosk may choose, and what he is told before he takes a number (事前提醒)."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.core.items import ITEMS, SHELVES, shelf_of
from chengxin.core.refusal import Refusal
from chengxin.hall import items, matters, turns, visits
from chengxin.hall.models import Appointment, Business, Hall, Priority, Ticket, Window
from chengxin.people import standing
from chengxin.people.models import Affiliation
from chengxin.risk.models import Directive
from tests.visit.test_kiosk import arrive

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(order):
    """Impose a directive of an indicator: known(factory, "M09", {"DEREG": "block"})."""

    def imposed(about, indicator: str, levels: dict[str, str]) -> Directive:
        made = order(about, levels)
        Directive.objects.filter(pk=made.pk).update(indicator=indicator)
        return made

    return imposed


def notes(told, item: str) -> dict[str, str]:
    [offer] = [one for one in told["items"] if one["code"] == item]
    return {note["kind"]: note["words"] for note in offer["notes"]}


def test_forty_enterprises_are_told_with_their_first_letters_and_the_last_used_comes_first(
    page, agent, wang, enterprise, hall
):
    firms = [
        enterprise(f"91371622MA3D1Q{n:02}3P", f"阳信县{name}有限公司", (wang, "05"))
        for n, name in enumerate(["信达建材", "安康药业", "宏远物流"] + ["同名商贸"] * 37)
    ]
    visits.take_ticket(
        hall, wang, Business.ENTERPRISE, enterprise=firms[2], verification=None,
        nonce=page.session,
    )  # fmt: skip
    Ticket.objects.update(state=Ticket.State.FINISHED)
    page.session = "0b8e2f6e-7d8c-4f5a-9a1b-2c3d4e5f6a7b"
    arrive(page, agent, wang)

    told = page.state()["choices"]

    assert len(told) == 40
    assert (told[0]["name"], told[0]["used"]) == ("阳信县宏远物流有限公司", True)
    letters = {one["name"]: one["initials"] for one in told}
    assert letters["阳信县信达建材有限公司"] == "XDJCYXGS"
    assert letters["阳信县安康药业有限公司"] == "AKYYYXGS"
    unused = [one["initials"] for one in told[1:]]
    assert unused == sorted(unused)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("阳信县守信食品有限公司", "SXSPYXGS"),
        ("山东省滨州市阳信县甲厂", "JC"),
        ("家家超市", "JJCS"),
        ("ABC贸易", "ABCMY"),
        ("３Ｍ商贸", "3MSM"),
    ],
)
def test_enterprise_is_looked_up_by_letters_without_the_place_it_begins_with(name, letters):
    assert matters.initials(name) == letters


def test_items_chosen_stay_on_the_ticket(page, agent, wang, factory):
    arrive(page, agent, wang)

    told = page.post("take", enterprise=factory.pk, items=["invoice_collect", "file_vat"])

    assert Ticket.objects.get().planned == ["invoice_collect", "file_vat"]
    assert told.json()["session"]["ticket"]["items"] == "发票领用、增值税申报"


def test_item_of_another_business_is_left_out_and_each_counts_once(page, agent, wang, factory):
    arrive(page, agent, wang)

    page.post("take", enterprise=factory.pk, items=["vehicle", "pay", "pay", "nothing"])

    assert Ticket.objects.get().planned == ["pay"]


def test_who_says_nothing_of_items_gets_a_number_all_the_same(page, agent, wang, factory):
    arrive(page, agent, wang)

    assert page.post("take", enterprise=factory.pk).status_code == 200
    assert Ticket.objects.get().planned == []


def test_items_that_are_no_list_are_not_understood(page, agent, wang, factory):
    arrive(page, agent, wang)

    assert page.post("take", enterprise=factory.pk, items="pay").status_code == 404
    assert page.post("take", enterprise=factory.pk, items=[7]).status_code == 404


@pytest.mark.usefixtures("window")
def test_only_a_window_that_does_the_items_calls_for_them(page, agent, wang, factory, hall, zhao):
    Window.objects.all().update(groups=["INV", "INV-AUTH"])
    arrive(page, agent, wang)
    page.post("take", enterprise=factory.pk, items=["deregister", "invoice_collect"])

    assert Ticket.objects.get().needs == ["INV"]  # the first that some window does


def test_items_that_no_window_does_keep_nobody_waiting_for_ever(hall, wang):
    Window.objects.create(hall=hall, number=1, serves="enterprise", groups=["INV"])

    assert turns.needs(hall, "enterprise", ["deregister"]) == []


def test_every_item_lies_on_one_shelf_and_every_shelf_has_items():
    assert {shelf_of(item).code for item in ITEMS.values()} == set(SHELVES)


def test_popular_items_are_what_the_hall_handles_most_then_what_is_usual(
    serving, wang, factory, zhao, hall
):
    ticket = serving(wang, enterprise=factory)
    for _ in range(2):
        items.finish(items.begin(ticket, "account_report", factory, officer=zhao), officer=zhao)

    told = matters.popular(hall, Business.ENTERPRISE)

    assert told[:2] == ["account_report", "invoice_collect"]
    assert len(told) == len(set(told))
    elsewhere = Hall.objects.create(code="wudi", name="无棣", office=hall.office)
    assert matters.popular(elsewhere, Business.ENTERPRISE)[0] == "invoice_collect"


def test_arrears_are_told_with_their_cure_to_who_was_compared(page, agent, wang, factory, known):
    known(factory, "M09", {"DEREG": "block"})
    arrive(page, agent, wang)

    told = notes(page.matter(factory.pk), "deregister")

    assert "缴清欠税" in told["refused"]
    assert notes(page.matter(factory.pk), "pay").keys() <= {"bring"}


def test_nobody_who_was_not_compared_is_told_why(page, agent, wang, factory, known, faces):
    known(factory, "M09", {"DEREG": "block"})
    faces.band = "staff"
    arrive(page, agent, wang)

    shown = json.dumps(page.matter(factory.pk), ensure_ascii=False)

    assert "欠税后" not in shown
    assert "缴清欠税" not in shown
    assert "请到窗口了解" in notes(page.matter(factory.pk), "deregister")["refused"]


@pytest.mark.parametrize("indicator", ["M01", "M02", "M12", "M15", ""])
def test_case_and_order_by_hand_are_told_in_the_same_words(
    page, agent, wang, factory, known, indicator
):
    known(factory, indicator, {"DEREG": "block", "INV": "legal_rep"})
    arrive(page, agent, wang)

    told = page.matter(factory.pk)

    assert notes(told, "deregister")["refused"] == (
        "请到窗口了解，或联系主管税务机关；有异议的可当场提出"
    )
    shown = json.dumps(told, ensure_ascii=False)
    for word in ("公安", "立案", "稽查", "检查", "M01", "M02", "M12"):
        assert word not in shown


def test_cure_of_one_fact_never_hides_that_another_must_be_asked_about(
    page, agent, wang, factory, known
):
    known(factory, "M09", {"DEREG": "block"})
    known(factory, "M01", {"DEREG": "block"})
    arrive(page, agent, wang)

    told = notes(page.matter(factory.pk), "deregister")["refused"]

    assert "缴清欠税" in told
    assert "请到窗口了解" in told


def test_representative_who_is_here_is_not_sent_for(page, agent, wang, li, factory, order):
    order(factory, {"INV": "legal_rep"})
    Affiliation.objects.create(person=li, enterprise=factory, role="03")
    arrive(page, agent, wang)
    assert "您本人已到场" in notes(page.matter(factory.pk), "invoice_collect")["legal_rep"]
    page.session = "0b8e2f6e-7d8c-4f5a-9a1b-2c3d4e5f6a7b"
    arrive(page, agent, li)

    assert "请法定代表人本人" in notes(page.matter(factory.pk), "invoice_collect")["legal_rep"]


def test_approval_is_told_beforehand(page, agent, wang, factory, order):
    order(factory, {"PREF": "approval"})
    arrive(page, agent, wang)

    assert "审批" in notes(page.matter(factory.pk), "preference")["approval"]


def test_papers_to_bring_are_told(page, agent, wang, factory):
    arrive(page, agent, wang)

    assert "税控设备" in notes(page.matter(factory.pk), "invoice_collect")["bring"]


def test_who_is_no_registered_collector_is_told_so(page, agent, wang, li, factory):
    arrive(page, agent, wang)
    assert "lacking" not in notes(page.matter(factory.pk), "invoice_collect")

    Affiliation.objects.create(person=li, enterprise=factory, role="04")

    assert "lacking" in notes(page.matter(factory.pk), "invoice_collect")
    Affiliation.objects.create(person=wang, enterprise=factory, role="04")
    assert "lacking" not in notes(page.matter(factory.pk), "invoice_collect")


def test_card_and_binding_that_end_within_thirty_days_are_reminded_of(page, agent, wang, factory):
    soon = localdate() + timedelta(days=30)
    wang.affiliations.update(until=soon)
    page.begin()
    agent.put_card(wang, valid_to=soon.isoformat())
    page.show_face()

    first, second = page.matter(factory.pk)["reminders"]
    assert str(soon) in first
    assert str(soon) in second
    wang.affiliations.filter(role="01").update(until=None)
    assert len(page.matter(factory.pk)["reminders"]) == 1


def test_matter_of_an_enterprise_of_somebody_else_is_not_told(page, agent, zhang, wang, factory):
    arrive(page, agent, zhang)

    assert page.told(**{"for": factory.pk})["session"]["matter"]["enterprise"] == ""


def test_texts_of_items_are_english_on_an_english_page(page, agent, wang, factory, order):
    order(factory, {"INV": "block"})
    page.client.cookies["django_language"] = "en"
    arrive(page, agent, wang)

    told = page.matter(factory.pk)

    assert "Invoice collection" in [item["title"] for item in told["items"]]
    assert re.findall("[\u4e00-\u9fff]+", json.dumps(told, ensure_ascii=False)) == []


@pytest.mark.parametrize(
    ("grade", "priority"), [("A", Priority.GRADE_A), ("B", ""), ("D", ""), (None, "")]
)
def test_enterprise_of_grade_a_goes_by_the_green_channel(
    take, wang, factory, monkeypatch, grade, priority
):
    monkeypatch.setattr(standing, "grade", lambda about: (grade, 2016) if grade else None)

    assert take(wang, enterprise=factory).ticket.priority == priority


def test_appointment_and_age_go_before_the_green_channel(
    take, person, enterprise, hall, monkeypatch
):
    monkeypatch.setattr(standing, "grade", lambda about: ("A", 2016))
    elder = person("钱老", "37232319400101113")
    firm = enterprise("91371622MA3D1Q2W9X", "阳信县老字号有限公司", (elder, "01"))

    assert take(elder, enterprise=firm).ticket.priority == Priority.ELDERLY


def test_appointment_is_recognised_and_said_on_the_screen(page, agent, wang, factory, hall):
    Appointment.objects.create(
        hall=hall, person=wang, business="enterprise", at=now(), day=localdate()
    )
    arrive(page, agent, wang)

    told = page.post("take", enterprise=factory.pk).json()["session"]["ticket"]

    assert told["priority"] == "预约"


def test_who_comes_for_himself_has_no_green_channel(take, li, monkeypatch):
    monkeypatch.setattr(standing, "grade", lambda about: ("A", 2016))

    assert take(li).ticket.priority == ""


def test_one_person_is_given_so_many_numbers_of_one_business_a_day(take, wang, hall):
    Hall.objects.update(daily_limit=2)
    hall.refresh_from_db()
    for _ in range(2):
        take(wang)
        Ticket.objects.update(state=Ticket.State.FINISHED)

    with pytest.raises(Refusal, match="daily_limit") as refusal:
        take(wang)

    assert "已取号 2 次" in refusal.value.reason
    assert take(wang, Business.PERSONAL).ticket.number == "D001"
    Hall.objects.update(daily_limit=0)
    hall.refresh_from_db()
    assert take(wang).ticket.number == "A003"
