"""A ticket comes out once, whole, or not at all; and the printer says in words how it stands."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp

from chengxin.devices.messages import Code
from chengxin.devices.printing import escpos
from chengxin.devices.printing.jobs import Job, Jobs
from chengxin.devices.printing.printer import PrinterSettings, PrintFailed, TicketPrinter
from chengxin.devices.printing.slip import DOTS, Slip
from chengxin.devices.simulator.printer import Disturbance, SimulatedPrinter, Trouble
from chengxin.devices.words import DeviceUnavailable
from tests.devices.conftest import SLIP

ENGLISH = replace(
    SLIP,
    hall="Yangxin Joint Tax Service Hall",
    business="Enterprise",
    windows="1, 2, 3, 4",
    identified=False,
    english=True,
)
TOLD = [SLIP.hall, "A007", "企业业务", "3 人", "2017-08-18 09:30", "1、2、3、4"]


@pytest.fixture(params=["serial", "tcp"])
def simulated(request):
    with SimulatedPrinter(tcp=request.param == "tcp") as printer:
        yield printer


@pytest.fixture
def driver():
    """The real driver on a simulated printer, with short patience."""
    made = []

    def drive(simulated, jobs=None, **how):
        how = {"patience": 0.1, **how}
        patience = how.pop("patience")
        settings = PrinterSettings(simulated.port, **how)
        made.append(TicketPrinter(settings, jobs, patience=patience))
        return made[-1]

    yield drive
    for printer in made:
        printer.close()


def seen(ticket, dots) -> tuple[np.ndarray, list[str]]:
    """The paper as a camera sees it, with what a scanner reads from it."""
    grey = cv2.imdecode(np.frombuffer(ticket.picture(dots), np.uint8), cv2.IMREAD_GRAYSCALE)
    return grey, [code.text for code in zxingcpp.read_barcodes(grey)]


def test_ticket_says_hall_number_business_place_time_and_windows(simulated, driver):
    driver(simulated).print("job-1", SLIP)

    [ticket] = simulated.paper.tickets
    for word in (
        "阳信县国地税联合办税服务厅",
        "A007",
        "企业业务",
        "3 人",
        "2017-08-18 09:30",
        "1、2、3、4",
    ):
        assert word in ticket.text
    assert simulated.paper.hanging.parts == []


@pytest.mark.parametrize("paper", [58, 80])
@pytest.mark.parametrize("slip", [SLIP, ENGLISH], ids=["chinese", "english"])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"draws_qr": False},
        {"chinese_font": False},
    ],
    ids=["text", "code as picture", "all a picture"],
)
def test_code_on_the_paper_is_the_tickets_own(driver, paper, slip, how):
    with SimulatedPrinter(paper) as simulated:
        driver(simulated, paper=paper, **how).print("job-1", slip)
        [ticket] = simulated.paper.tickets
        grey, codes = seen(ticket, DOTS[paper])

    assert codes == [slip.code]
    assert grey.shape[1] == DOTS[paper]


def test_number_is_the_largest_on_the_paper(simulated, driver):
    driver(simulated).print("job-1", SLIP)

    [ticket] = simulated.paper.tickets
    largest = max((part for part in ticket.parts if part["kind"] == "line"), key=lambda p: p["big"])
    assert (largest["text"], largest["big"]) == ("A007", 6)


@pytest.mark.parametrize("paper", [58, 80])
@pytest.mark.parametrize("slip", [SLIP, ENGLISH], ids=["chinese", "english"])
def test_no_line_is_wider_than_the_paper(driver, paper, slip):
    with SimulatedPrinter(paper) as simulated:
        driver(simulated, paper=paper).print("job-1", slip)
        [ticket] = simulated.paper.tickets

    columns = {58: 32, 80: 48}[paper]
    for part in ticket.parts:
        if part["kind"] == "line":
            wide = sum(2 if ord(sign) > 0xFF else 1 for sign in part["text"]) * part["big"]
            assert wide <= columns, part["text"]


def test_chinese_goes_as_gb18030_in_chinese_mode(simulated, driver):
    driver(simulated).print("job-1", SLIP)

    sent = simulated.received
    assert b"\x1c&" in sent
    assert "企业业务".encode("gb18030") in sent
    assert sent.index(b"\x1c&") < sent.index("企业业务".encode("gb18030"))


def test_character_that_no_printer_font_has_makes_the_slip_a_picture(simulated, driver):
    rare = replace(SLIP, hall="𬱖县办税服务厅")

    driver(simulated).print("job-1", rare)

    [ticket] = simulated.paper.tickets
    assert ticket.text == ""
    assert seen(ticket, 384)[1] == [SLIP.code]


def test_dots_that_read_like_a_command_to_be_done_at_once_are_not_sent():
    rows = [bytes([0x10, code]) * 24 for code in (0x04, 0x05, 0x14)]

    sent = escpos.picture(rows)

    assert not re.search(rb"\x10[\x04\x05\x14]", sent)
    assert len(sent) == 8 + 3 * 48


def test_hand_check_is_said_on_the_ticket(simulated, driver):
    driver(simulated).print("job-1", replace(SLIP, identified=False))

    assert "由窗口人员人工核验" in simulated.paper.tickets[0].text.replace("\n", "")


def test_copy_is_called_one(simulated, driver):
    driver(simulated).print("job-1", replace(SLIP, copy=True))

    assert "（补打）" in simulated.paper.tickets[0].text


def test_same_job_is_printed_once(simulated, driver):
    printer = driver(simulated)
    printer.print("job-1", SLIP)
    printer.print("job-1", SLIP)

    assert len(simulated.paper.tickets) == 1


def test_same_job_after_a_restart_is_printed_once(simulated, driver, tmp_path):
    driver(simulated, Jobs(tmp_path / "jobs")).print("job-1", SLIP)
    driver(simulated, Jobs(tmp_path / "jobs")).print("job-1", SLIP)

    assert len(simulated.paper.tickets) == 1


@pytest.mark.parametrize(
    ("trouble", "code", "word"),
    [
        (Trouble.PAPER_OUT, Code.NO_PAPER, "缺纸"),
        (Trouble.COVER_OPEN, Code.COVER_OPEN, "上盖"),
        (Trouble.CUTTER, Code.DEVICE, "切刀"),
        (Trouble.OFFLINE, Code.DEVICE, "脱机"),
    ],
)
def test_printer_that_cannot_print_is_sent_nothing_and_says_why(
    simulated, driver, trouble, code, word
):
    printer = driver(simulated)
    simulated.stand(trouble)

    with pytest.raises(PrintFailed) as failed:
        printer.print("job-1", SLIP)

    assert failed.value.code == code
    assert word in failed.value.words.zh
    assert SLIP.number.encode() not in simulated.received


def test_ticket_refused_for_want_of_paper_is_printed_when_there_is_some(simulated, driver):
    printer = driver(simulated)
    simulated.stand(Trouble.PAPER_OUT)
    with pytest.raises(PrintFailed):
        printer.print("job-1", SLIP)
    simulated.stand(Trouble.NONE)

    printer.print("job-1", SLIP)

    assert len(simulated.paper.tickets) == 1


def test_paper_near_its_end_still_prints_and_is_told(simulated, driver):
    simulated.stand(Trouble.NEAR_END)

    assert driver(simulated).print("job-1", SLIP).near_end
    assert len(simulated.paper.tickets) == 1


def test_paper_that_runs_out_in_a_ticket_makes_it_unclear_and_never_a_second(simulated, driver):
    printer = driver(simulated)
    simulated.stand(Trouble.RUNS_OUT)
    with pytest.raises(PrintFailed) as first:
        printer.print("job-1", SLIP)
    simulated.stand(Trouble.NONE)
    with pytest.raises(PrintFailed) as second:
        printer.print("job-1", SLIP)

    assert first.value.code == second.value.code == Code.PRINT_UNCLEAR
    assert "缺纸" in first.value.words.zh
    assert simulated.paper.tickets == []


def test_rest_of_a_broken_ticket_does_not_come_out_before_the_next_person(simulated, driver):
    printer = driver(simulated)
    simulated.stand(Trouble.RUNS_OUT)
    with pytest.raises(PrintFailed):
        printer.print("job-1", SLIP)
    simulated.stand(Trouble.NONE)

    printer.print("job-2", replace(SLIP, number="A008", code="CX1-NEXT"))

    assert [ticket.codes for ticket in simulated.paper.tickets] == [["CX1-NEXT"]]


def test_ticket_whose_answer_is_lost_is_unclear_and_never_a_second(simulated, driver):
    printer = driver(simulated, patience=0.02)
    real = simulated._say
    simulated._say = lambda answer: None if answer == b"\0" else real(answer)
    with pytest.raises(PrintFailed) as failed:
        printer.print("job-1", SLIP)
    simulated._say = real
    with pytest.raises(PrintFailed):
        printer.print("job-1", SLIP)

    assert failed.value.code == Code.PRINT_UNCLEAR
    assert len(simulated.paper.tickets) == 1


def test_hall_pc_that_was_switched_off_in_a_ticket_prints_no_second(simulated, driver, tmp_path):
    jobs = Jobs(tmp_path / "jobs")
    jobs.note("job-1", Job.BEGUN)

    with pytest.raises(PrintFailed) as failed:
        driver(simulated, Jobs(tmp_path / "jobs")).print("job-1", SLIP)

    assert failed.value.code == Code.PRINT_UNCLEAR
    assert simulated.paper.tickets == []


def test_job_half_written_when_the_current_went_had_not_begun(tmp_path):
    (tmp_path / "jobs").write_text('{"job": "job-1", "how": "begun"}\n{"job": "job-2", "h')

    jobs = Jobs(tmp_path / "jobs")

    assert (jobs.get("job-1"), jobs.get("job-2")) == (Job.BEGUN, None)


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_status_disturbed_on_its_way_is_asked_for_again(simulated, driver, disturbance):
    printer = driver(simulated)
    simulated.stand(Trouble.PAPER_OUT)
    simulated.disturb(disturbance, disturbance)

    assert printer.stands().paper_out


def test_line_that_only_gives_half_bytes_is_said_to_be_disturbed(simulated, driver):
    simulated.disturb(*[Disturbance.HALF] * 3)

    with pytest.raises(DeviceUnavailable) as failed:
        driver(simulated).stands()
    assert "受干扰" in failed.value.words.zh


def test_silent_printer_is_said_to_be_silent_and_sent_nothing(simulated, driver):
    simulated.disturb(*[Disturbance.SILENT] * 3)

    with pytest.raises(PrintFailed) as failed:
        driver(simulated).print("job-1", SLIP)
    assert "无应答" in failed.value.words.zh
    assert SLIP.number.encode() not in simulated.received


def test_slow_printer_is_waited_for(driver):
    with SimulatedPrinter(bytes_a_second=2000) as simulated:
        printer = driver(simulated, patience=1.0)
        began = time.monotonic()
        printer.print("job-1", SLIP)

        assert time.monotonic() - began > 0.1
        assert len(simulated.paper.tickets) == 1


def test_printer_that_is_gone_is_said_to_be_gone(driver):
    with SimulatedPrinter(tcp=True) as simulated:
        printer = driver(simulated)
        printer.stands()

    with pytest.raises(PrintFailed) as failed:
        printer.print("job-1", SLIP)
    assert failed.value.code == Code.DEVICE


def test_plug_pulled_in_a_ticket_makes_it_unclear(driver):
    with SimulatedPrinter(tcp=True, bytes_a_second=400) as simulated:
        printer = driver(simulated, patience=1.0)
        printer.stands()
        threading.Timer(0.15, simulated.close).start()

        with pytest.raises(PrintFailed) as failed:
            printer.print("job-1", SLIP)

    assert failed.value.code == Code.PRINT_UNCLEAR
    assert simulated.paper.tickets == []


def test_printer_that_comes_back_is_dialled_again(driver, tmp_path):
    printer = TicketPrinter(PrinterSettings(f"file:{tmp_path}/lp0"))
    with pytest.raises(DeviceUnavailable, match="cannot be reached"):
        printer.stands()
    with SimulatedPrinter() as simulated:
        (tmp_path / "lp0").symlink_to(simulated.port)

        printer.print("job-1", SLIP)

        assert len(simulated.paper.tickets) == 1
    printer.close()


@pytest.mark.parametrize("told", [{}, {"number": "A007"}, vars(SLIP) | {"ahead": "3"}])
def test_slip_that_is_not_exact_is_refused(told):
    with pytest.raises(ValueError, match="slip"):
        Slip.from_json(told)


def test_slip_is_the_same_after_the_journey():
    assert Slip.from_json(vars(SLIP)) == SLIP
