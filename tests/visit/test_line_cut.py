"""A kiosk's line is cut: it gives numbers of its own; when it is back each becomes one ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.hall import items, local, queue, visits
from chengxin.hall.models import Device, NumberBlock, Ticket
from chengxin.people.models import Person
from chengxin.trace.models import Trace
from tests.conftest import number as number_of
from tests.visit.kiosk import KioskPage

pytestmark = pytest.mark.django_db
SECRET = "of-this-page-and-of-no-other"


class Cut:
    """What hall/kiosk_local.js sends: asks for a block beforehand, tells of its numbers after."""

    def __init__(self, page: KioskPage, secret: str = SECRET) -> None:
        self.page, self.secret = page, secret
        told = page.post("block", secret=secret)
        assert told.status_code == 200, told.content
        self.block = told.json()

    def number(self, business: str, count: int) -> str:
        return f"{self.block['prefixes'][business]}{self.block['letter']}{count:02}"

    def settle(self, *given: dict) -> dict:
        told = self.page.post(
            "settle", secret=self.secret, day=self.block["day"], given=list(given)
        )
        assert told.status_code == 200, told.content
        return told.json()


def given(number: str, ago: float = 0, *codes: str) -> dict:
    return {"number": number, "ago": ago, "items": list(codes)}


@pytest.fixture
def cut(page) -> Cut:
    made = Cut(page)
    NumberBlock.objects.update(made_at=now() - timedelta(hours=1))
    return made


def test_page_is_given_a_range_of_its_own_and_the_same_when_it_asks_again(page, agent):
    first, again = Cut(page), Cut(page)

    assert first.block == again.block
    assert first.block["day"] == localdate().isoformat()
    assert NumberBlock.objects.count() == 1


def test_numbers_of_two_kiosks_never_clash(page, agent, hall):
    Device.objects.create(pk="kiosk-2", hall=hall, title="二号排号机")
    here, there = Cut(page), Cut(KioskPage("kiosk-2"))

    assert here.block["letter"] != there.block["letter"]
    assert {here.block["letter"], there.block["letter"]}.isdisjoint("ADK")  # the businesses' own


def test_number_given_while_the_line_was_cut_becomes_a_ticket_for_an_officer_to_compare(cut):
    number = cut.number("enterprise", 1)

    told = cut.settle(given(number, 60, "invoice_collect", "vehicle"))

    ticket = Ticket.objects.get()
    assert told == {"valid": [number], "void": []}
    assert (ticket.number, ticket.state, ticket.person) == (number, "waiting", None)
    assert not ticket.identified
    assert ticket.planned == ["invoice_collect"]


def test_number_told_of_twice_is_one_ticket(cut):
    number = cut.number("personal", 1)
    cut.settle(given(number, 60))

    assert cut.settle(given(number, 90)) == {"valid": [number], "void": []}
    assert Ticket.objects.count() == 1
    assert Trace.objects.filter(action="ticket.take_local").count() == 1


def test_order_of_coming_is_kept_among_all_who_came(cut, take, wang, li, zhang):
    """Before the cut, in it, and after it; told of in no order at all."""
    before = take(wang).ticket
    Ticket.objects.filter(pk=before.pk).update(taken_at=now() - timedelta(minutes=30))
    after = take(li).ticket
    one, two, three = (cut.number("enterprise", n) for n in (1, 2, 3))

    cut.settle(given(three, 300), given(one, 600), given(two, 450))
    last = take(zhang).ticket

    waiting = Ticket.objects.order_by("turn", "pk").values_list("number", flat=True)
    assert list(waiting) == [before.number, one, two, three, after.number, last.number]


def test_clock_of_the_pc_does_not_matter_and_nobody_is_put_before_the_block(cut, take, wang):
    """Only the time that passed is told; one that claims too much goes back to the block's day."""
    first = take(wang).ticket
    Ticket.objects.filter(pk=first.pk).update(taken_at=now() - timedelta(hours=2))

    cut.settle(given(cut.number("enterprise", 1), 5 * 3600))

    late = Ticket.objects.get(person=None)
    assert late.taken_at == NumberBlock.objects.get().made_at
    assert late.turn > first.turn


@pytest.mark.parametrize("number", ["A001", "AZ01", "XB01", "AB00", "AB1", ""])
def test_number_that_is_none_of_the_block_is_void(cut, number):
    assert cut.settle(given(number)) == {"valid": [], "void": [number]}
    assert not Ticket.objects.exists()


def test_only_the_page_that_was_given_the_numbers_can_tell_of_them(cut, page):
    number = cut.number("enterprise", 1)

    told = page.post(
        "settle", secret="of-some-other-page-entirely", day=cut.block["day"], given=[given(number)]
    )

    assert told.json() == {"valid": [], "void": [number]}


def test_numbers_are_void_when_their_day_is_over(cut):
    yesterday = localdate() - timedelta(days=1)
    NumberBlock.objects.update(day=yesterday)
    cut.block["day"] = yesterday.isoformat()
    number = cut.number("enterprise", 1)

    assert cut.settle(given(number, 60)) == {"valid": [], "void": [number]}
    assert not Ticket.objects.exists()
    assert Trace.objects.get(action="ticket.take_local").detail["void"]


def test_one_kiosk_has_so_many_blocks_a_day(page, agent, monkeypatch):
    monkeypatch.setattr(local, "BLOCKS", 3)
    for n in range(3):
        Cut(page, f"page-number-{n}-of-today")

    refused = page.post("block", secret="one-page-too-many-today")

    assert refused.json()["code"] == "no_block"


def test_hall_with_more_blocks_than_letters_gives_two_letters(page, agent):
    for n in range(20):
        last = Cut(page, f"page-number-{n}-of-today")
    number = last.number("enterprise", 7)

    assert number == "ABB07"
    assert last.settle(given(number))["valid"] == [number]


def test_locked_device_is_given_no_numbers_and_tells_of_none(cut, page):
    Device.objects.update(locked=True)

    for path, more in (("block", {}), ("settle", {"day": cut.block["day"], "given": []})):
        assert page.post(path, secret=SECRET, **more).json()["code"] == "device_locked"


@pytest.mark.parametrize(
    "told",
    [
        {"secret": "short"},
        {"secret": SECRET, "given": "AB01"},
        {"secret": SECRET, "given": [{"number": "AB01"}]},
        {"secret": SECRET, "given": [{"number": "AB01", "ago": -1, "items": []}]},
        {"secret": SECRET, "given": [{"number": "AB01", "ago": 0, "items": [1]}]},
        {"secret": SECRET, "day": "today", "given": []},
    ],
)
def test_what_no_kiosk_would_send_is_not_understood(page, agent, told):
    assert page.post("settle", **({"day": "2026-11-27"} | told)).status_code == 404


@pytest.fixture
def called(cut, window, zhao) -> Ticket:
    """A number of the cut, called to window 3."""
    cut.settle(given(cut.number("enterprise", 1), 60, "invoice_collect"))
    return visits.call_next(window, officer=zhao)


def test_nothing_is_begun_for_somebody_whom_nobody_knows(called, zhao):
    with pytest.raises(Refusal, match="bearer_unknown"):
        visits.start(called, officer=zhao)
    with pytest.raises(Refusal, match="bearer_unknown"):
        items.begin(called, "file_vat", None, officer=zhao)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=called.pk).update(state=Ticket.State.SERVING)


def test_officer_names_the_holder_from_his_document_and_still_has_to_compare_him(
    called, wang, factory, zhao
):
    local.name(called, DocumentKind.RESIDENT, f" {wang.number} ", "", officer=zhao)

    visits.start(called, officer=zhao)
    called.refresh_from_db()
    assert called.person == wang
    assert not called.identified
    with pytest.raises(Refusal, match="not_identified"):
        items.begin(called, "invoice_collect", factory, officer=zhao)
    assert Trace.objects.filter(action="ticket.name", about=wang.key, officer=zhao).exists()


def test_holder_who_is_not_known_yet_is_taken_down_with_his_name(called, zhao):
    good = number_of("37162219910203771")
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    with pytest.raises(Refusal, match="number_wrong"):
        local.name(called, DocumentKind.RESIDENT, wrong, "新来客", officer=zhao)
    with pytest.raises(Refusal, match="name_unknown"):
        local.name(called, DocumentKind.RESIDENT, good, "", officer=zhao)

    made = local.name(called, DocumentKind.RESIDENT, good, "新来客", officer=zhao)

    assert (made.name, made.state) == ("新来客", Person.State.UNSEEN)


def test_number_is_named_once(called, wang, li, zhao):
    local.name(called, DocumentKind.RESIDENT, wang.number, "", officer=zhao)
    local.name(called, DocumentKind.RESIDENT, wang.number, "", officer=zhao)

    with pytest.raises(Refusal, match="already_named"):
        local.name(called, DocumentKind.RESIDENT, li.number, "", officer=zhao)


def test_other_number_of_the_holder_is_taken_up_with_it(called, take, wang, factory, zhao):
    """The kiosk had given him one, and he took its own because he did not see it."""
    other = take(wang, enterprise=factory).ticket

    local.name(called, DocumentKind.RESIDENT, wang.number, "", officer=zhao)

    other.refresh_from_db()
    called.refresh_from_db()
    assert (other.state, other.merged_into) == ("merged", called)
    assert called.enterprise == factory


def test_two_numbers_of_unknown_holders_are_not_one_persons(cut, window, zhao):
    cut.settle(given(cut.number("enterprise", 1), 60), given(cut.number("enterprise", 2), 50))
    here = visits.call_next(window, officer=zhao)
    other = Ticket.objects.get(state="waiting")

    with pytest.raises(Refusal, match="not_his"):
        queue.merge(here, other, officer=zhao)


def test_unknown_holder_who_does_not_come_is_missed_and_comes_back(called, zhao):
    visits.recall(called, officer=zhao)
    visits.miss(called, officer=zhao)
    queue.give_back(called, officer=zhao)

    called.refresh_from_db()
    assert called.state == "waiting"


def test_other_unknown_holders_do_not_keep_one_from_coming_back(cut, called, zhao):
    cut.settle(given(cut.number("enterprise", 2)))

    visits.miss(called, officer=zhao)

    assert queue.give_back(called, officer=zhao).state == "waiting"


def test_window_asks_for_the_document_and_goes_on(client, called, window, wang, factory, zhao):
    client.force_login(zhao, backend="allauth.account.auth_backends.AuthenticationBackend")
    shown = client.get(f"/windows/{window.pk}/").content.decode()
    assert 'data-testid="bearer"' in shown
    assert "断网时取的号" in shown

    after = client.post(
        f"/windows/{window.pk}/bearer", {"kind": "resident", "number": wang.number, "name": ""}
    ).content.decode()

    assert wang.name in after
    assert 'data-testid="bearer"' not in after
    assert "待人工核验" in after
