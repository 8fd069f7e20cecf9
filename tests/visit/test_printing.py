"""The number is on paper once, or the screen says in words what to do instead."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils.timezone import now

from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.devices.messages import Code
from chengxin.devices.printing.slip import Slip
from chengxin.devices.words import Words
from chengxin.hall import kiosks, visits
from chengxin.hall.models import Device, DeviceCommand, Ticket
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

NO_PAPER = Words("打印机缺纸，请更换纸卷", "The printer is out of paper.")
UNCLEAR = Words("号票可能未打完，请看出票口", "The ticket may not have come out.")


@pytest.fixture
def with_number(agent, page, wang, factory, window):
    """Before the kiosk with a printer: identified, and about to be given a number."""
    agent.printer_stands()
    page.begin()
    agent.put_card(wang)
    page.show_face()
    return page


def take(page, factory):
    return page.post("take", enterprise=factory.pk)


def test_number_that_was_given_is_printed_with_its_code(agent, with_number, factory):
    shown = take(with_number, factory).json()["session"]["ticket"]

    [command] = agent.to_print()
    slip = Slip.from_json(command.args["slip"])
    assert command.args["job"] == with_number.session
    assert (slip.number, slip.code, slip.windows) == ("A001", shown["token"], "3")
    assert digest(slip.code.encode()) == Ticket.objects.get().token


def test_code_of_a_ticket_stands_nowhere_but_on_its_paper(agent, with_number, factory):
    shown = take(with_number, factory).json()["session"]["ticket"]

    kept = json.dumps(list(DeviceCommand.objects.values_list("args", flat=True)))
    assert shown["number"] in kept
    assert shown["token"] not in kept


def test_no_name_goes_to_the_printer(agent, with_number, factory, wang):
    take(with_number, factory)

    [command] = agent.to_print()
    told = json.dumps(command.args, ensure_ascii=False)
    assert wang.name not in told
    assert wang.number not in told


def test_same_swipe_sent_twice_is_printed_once(agent, with_number, factory):
    take(with_number, factory)
    take(with_number, factory)

    assert len(agent.to_print()) == 1


def test_printed_ticket_is_said_to_be_there(agent, with_number, factory):
    take(with_number, factory)
    assert with_number.state()["paper"]["state"] == "printing"
    agent.prints()

    assert with_number.state()["paper"] == {"state": "printed", "words": "", "again": False}


def test_kiosk_without_printer_is_asked_for_no_ticket(agent, page, wang, factory):
    page.begin()
    agent.put_card(wang)
    page.show_face()
    take(page, factory)

    assert agent.to_print() == []
    assert page.state()["paper"]["state"] == "none"


def test_number_holds_without_paper_and_the_screen_says_why(agent, with_number, factory):
    take(with_number, factory)
    agent.prints(Code.NO_PAPER, NO_PAPER)

    told = with_number.state()
    assert told["paper"] == {"state": "failed", "words": NO_PAPER.zh, "again": True}
    assert told["ticket"]["number"] == Ticket.objects.get().number


def test_ticket_that_was_not_printed_may_be_asked_for_again(agent, with_number, factory):
    take(with_number, factory)
    agent.prints(Code.NO_PAPER, NO_PAPER)

    again = with_number.post("print-again")

    assert again.json()["session"]["paper"]["state"] == "printing"
    [command] = agent.to_print()
    assert command.args["job"] == with_number.session
    assert Ticket.objects.count() == 1


def test_ticket_is_asked_for_three_times_at_most(agent, with_number, factory):
    take(with_number, factory)
    for _ in range(2):
        agent.prints(Code.NO_PAPER, NO_PAPER)
        with_number.post("print-again")
    agent.prints(Code.NO_PAPER, NO_PAPER)

    assert with_number.state()["paper"]["again"] is False
    assert with_number.post("print-again").json()["code"] == "not_again"


@pytest.mark.parametrize("code", [Code.PRINT_UNCLEAR, Code.INTERNAL])
def test_ticket_that_may_have_come_out_is_never_printed_again(agent, with_number, factory, code):
    take(with_number, factory)
    agent.prints(code, UNCLEAR)

    assert with_number.state()["paper"] == {
        "state": "unclear",
        "words": UNCLEAR.zh,
        "again": False,
    }
    assert with_number.post("print-again").json()["code"] == "not_again"
    assert agent.to_print() == []


def test_printed_ticket_is_not_printed_again(agent, with_number, factory):
    take(with_number, factory)
    agent.prints()

    assert with_number.post("print-again").json()["code"] == "not_again"


def test_device_that_was_told_and_fell_silent_leaves_it_unclear(agent, with_number, factory):
    take(with_number, factory)
    agent.to_print()  # its stream carried the command
    DeviceCommand.objects.filter(verb="print").update(deadline=now() - timedelta(seconds=1))

    assert with_number.state()["paper"]["state"] == "unclear"


def test_device_that_was_never_told_has_not_printed(agent, with_number, factory):
    take(with_number, factory)
    DeviceCommand.objects.filter(verb="print").update(deadline=now() - timedelta(seconds=1))

    assert with_number.state()["paper"]["state"] == "failed"


def test_kiosk_says_beforehand_that_it_has_no_paper(agent, page):
    agent.printer_stands(Code.FAULT, NO_PAPER)

    assert page.told()["device"]["printer"] == NO_PAPER.zh
    assert page.told()["device"]["reader"] is True


def test_paper_near_its_end_does_not_worry_the_person(agent, page):
    agent.printer_stands(Code.WARNING, Words("纸将用尽", "The paper is near its end."))

    assert page.told()["device"]["printer"] == ""


def test_person_who_reads_english_has_an_english_ticket(agent, with_number, factory):
    with_number.client.cookies["django_language"] = "en"
    take(with_number, factory)

    [command] = agent.to_print()
    slip = Slip.from_json(command.args["slip"])
    assert slip.english
    assert slip.business.isascii()


def test_counter_prints_a_copy_that_opens_the_same_visit(agent, with_number, factory, zhao):
    shown = take(with_number, factory).json()["session"]["ticket"]
    agent.prints(Code.PRINT_UNCLEAR, UNCLEAR)
    kiosks.print_copy(Device.objects.get(), " a001", officer=zhao)

    [command] = agent.to_print()
    slip = Slip.from_json(command.args["slip"])
    assert (slip.number, slip.code, slip.copy) == ("A001", shown["token"], True)
    assert command.args["job"] != with_number.session
    assert command.args.keys() == {"job", "slip"}
    assert Trace.objects.get(action="ticket.copy").officer == zhao


def test_number_that_does_not_wait_is_not_copied(agent, with_number, factory, window, zhao):
    take(with_number, factory)
    visits.call_next(window, officer=zhao)

    with pytest.raises(Refusal, match="number_unknown"):
        kiosks.print_copy(Device.objects.get(), "A001", officer=zhao)


def test_copy_needs_a_printer(agent, with_number, factory, zhao):
    take(with_number, factory)
    agent.reader_stands()  # its agent started anew, and has said nothing of a printer

    with pytest.raises(Refusal, match="no_printer"):
        kiosks.print_copy(Device.objects.get(), "A001", officer=zhao)
