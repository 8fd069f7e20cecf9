"""A kiosk whose printer has no paper: the number is there, the words say what to do, and when paper
is back one ticket comes out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect

from tools.walk import Visit, finish, props, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
SignIn = Callable[[str], Page]


def make(table: Page, address: str, trouble: str) -> None:
    """At the table of props: take the paper out, or put it back."""
    table.goto(f"{address}/demo/props/")
    button = props(table).get_by_test_id(f"trouble-{trouble}")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def printed(table: Page, address: str) -> int:
    """How many tickets the simulated printer has printed."""
    table.goto(f"{address}/demo/props/")
    return int(props(table).get_by_test_id("printed").get_attribute("data-tickets") or "0")


def code_on_paper(table: Page) -> str:
    """What a scanner reads from the picture of the last ticket."""
    source = props(table).get_by_test_id("printed").locator("img").get_attribute("src") or ""
    png = np.frombuffer(base64.b64decode(source.partition(",")[2]), np.uint8)
    [code] = zxingcpp.read_barcodes(cv2.imdecode(png, cv2.IMREAD_GRAYSCALE))
    return str(code.text)


@pytest.fixture
def table(in_front_of: Launch, address: str) -> Iterator[Page]:
    """The table of props; whatever a test does there, the printer is in order after it."""
    page = in_front_of("stranger").new_page()
    yield page
    make(page, address, "none")


def test_number_holds_without_paper_and_one_ticket_comes_out_when_it_is_back(
    in_front_of: Launch, officer_page: SignIn, table: Page, address: str
) -> None:
    browser = in_front_of("accountant")
    before = printed(table, address)
    make(table, address, "paper_out")

    visit = Visit(browser.new_page(viewport={"width": 1080, "height": 1920}), address, "周代理")
    page = visit.page
    page.goto(f"{address}/kiosk/kiosk-1/")
    expect(page.locator("#printer-gone")).to_contain_text("缺纸")
    visit.choose("personal")
    visit.choose_enterprise_if_asked()
    if visit.anyway.is_visible():
        visit.anyway.click()
    number, token = visit.ticket()
    failed = page.get_by_test_id("paper-failed")
    expect(failed).to_contain_text("打印机缺纸")
    expect(failed).to_contain_text("请到咨询台打印")
    assert number.startswith("D")
    for _ in range(4):
        page.locator("[data-do=more-time]:visible").click()
    assert printed(table, address) == before

    make(table, address, "none")
    page.get_by_test_id("print-again").click()
    expect(page.get_by_test_id("paper-printed")).to_be_visible()
    expect(failed).to_be_hidden()
    expect(page.get_by_test_id("print-again")).to_be_hidden()

    assert page.get_by_test_id("ticket-number").inner_text() == number
    assert printed(table, address) == before + 1
    assert code_on_paper(table) == token

    officer = officer_page("zhao")
    serve(officer, address, 1, (number, token))
    finish(officer)
