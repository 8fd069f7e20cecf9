"""A second PC joins the hall: a code from the device page, its own key, a printer on the network;
switched off and on again, it comes back by itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chengxin.devices.simulator.printer import SimulatedPrinter, Trouble
from tools.walk import Visit, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

ROOT = Path(__file__).parents[2]


@contextmanager
def hall_pc(home: Path, *words: str) -> Iterator[None]:
    """`chengxin device` as it runs on a PC of its own, with a home of its own."""
    without = ("DATABASE_URL", "CHENGXIN_DEMO", "CHENGXIN_KEY_FILE")
    settings = {name: value for name, value in os.environ.items() if name not in without}
    home.mkdir(exist_ok=True)
    with (home / "device.log").open("a") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "chengxin", "device", *words],
            cwd=ROOT,
            env=settings | {"CHENGXIN_HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        running.terminate()
        running.wait(20)


def row(page: Page, address: str, word: str) -> Locator:
    """The new PC's line on the device page, once it says `word`."""
    line = page.locator("[data-device=kiosk-2]")
    for _ in range(60):
        page.goto(f"{address}/devices/")
        if word in line.inner_text():
            return line
        page.wait_for_timeout(500)
    expect(line).to_contain_text(word)
    return line


def test_second_pc_joins_the_hall_and_prints_what_the_first_could_not(
    in_front_of: Callable[[str], Browser],
    officer_page: Callable[[str], Page],
    address: str,
    tmp_path: Path,
) -> None:
    manager = officer_page("he")
    manager.goto(f"{address}/devices/")
    manager.fill("[name=id]", "kiosk-2")
    manager.fill("[name=title]", "咨询台")
    manager.get_by_role("button", name="添加设备").click()
    manager.get_by_test_id("invite-kiosk-2").click()
    told = manager.get_by_test_id("enrolment-code").inner_text()
    code = told.removeprefix("chengxin device --enrol ")

    with SimulatedPrinter(80, tcp=True) as printer:
        ports = ("--printer-port", printer.port, "--paper", "80")
        with hall_pc(tmp_path / "pc", "--enrol", code, *ports):
            line = row(manager, address, "正常")
            expect(line).to_contain_text("在线")
            found = re.search(r"key ([0-9a-f-]{14})", (tmp_path / "pc" / "device.log").read_text())
            assert found
            expect(line).to_contain_text(found[1])

        with hall_pc(tmp_path / "pc"):
            printer.stand(Trouble.PAPER_OUT)
            row(manager, address, "打印机缺纸")
            printer.stand(Trouble.NONE)
            row(manager, address, "正常")

            visit = Visit(in_front_of("investor").new_page(), address, "李投资")
            visit.choose("personal")
            visit.choose_enterprise_if_asked()
            if visit.anyway.is_visible():
                visit.anyway.click()
            number, token = visit.ticket()
            line.locator("[name=number]").fill(number)
            line.get_by_role("button", name="打印").click()
            for _ in range(100):
                if printer.paper.tickets:
                    break
                manager.wait_for_timeout(200)

        [ticket] = printer.paper.tickets
        assert number in ticket.text
        assert ticket.codes == [token]

    officer = officer_page("zhao")
    serve(officer, address, 1, (number, token))
    finish(officer)
