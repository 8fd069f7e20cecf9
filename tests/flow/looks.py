"""The steps of a visit at which the accessibility tests look: kiosk, phone, window, citizen's
screen, objection."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import cv2
import numpy as np
import zxingcpp
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.flow.axe import Survey
from tests.flow.figures import measured
from tools import walk
from tools.walk import Visit

SMALL: ViewportSize = {"width": 1366, "height": 768}
UPRIGHT: ViewportSize = {"width": 1080, "height": 1920}
THUMB = 44  # css px
PHONE: ViewportSize = {"width": 390, "height": 844}


def calm(browser: Browser, size: ViewportSize = SMALL) -> BrowserContext:
    """Without movement, so that every look sees the same."""
    return browser.new_context(viewport=size, reduced_motion="reduce")


def officer(browser: Browser, address: str, username: str) -> Page:
    return walk.sign_in(calm(browser).new_page(), address, username)


def at_kiosk(survey: Survey, browser: Browser, address: str) -> tuple[str, str]:
    """李办税's way to a number, past a restriction; each step is looked at."""
    page = calm(browser, UPRIGHT).new_page()
    visit = Visit(page, address, "李办税")
    table = Visit(page.context.new_page(), address, "李办税")
    table.lift_card()

    def step(name: str) -> None:
        expect(page.locator(f"#screen-{name}")).to_be_visible(timeout=walk.SLOW)
        survey.look(page, f"kiosk, step {name}")

    page.goto(f"{address}/kiosk/kiosk-1/")
    step("home")
    page.locator("#still-there").evaluate("dialog => dialog.showModal()")
    survey.look(page, "kiosk, whether he is still there")
    page.locator("#still-there").evaluate("dialog => dialog.close()")
    page.get_by_test_id("business-enterprise").click()
    step("card")
    table.lay_card()
    step("face")
    seen = page.locator("#choices .kiosk-row").first.or_(page.get_by_test_id("something-else"))
    expect(seen.locator("visible=true").first).to_be_visible(timeout=walk.SLOW)
    if page.locator("#screen-choose").is_visible():
        step("choose")
        page.locator("#choices .kiosk-row").first.click()
    step("items")
    page.get_by_test_id("something-else").click()
    step("remind")
    visit.anyway.click()
    ticket = visit.ticket()
    step("ticket")
    return ticket


def read_code(picture: Locator) -> str:
    """The address in a QR code as it stands on the page."""
    seen = cv2.imdecode(np.frombuffer(picture.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    [code] = zxingcpp.read_barcodes(seen)
    return str(code.text)


def by_phone(survey: Survey, browser: Browser, link: str) -> Page:
    """A page as its reader opens it, on a phone, where a thumb needs 44 px (facts 5.6)."""
    page = calm(browser, PHONE).new_page()
    assert survey.open(page, urlsplit(link).path, "by phone")
    small = measured(page, 0, 0, THUMB)
    assert not small, small
    return page


def dialogs(survey: Survey, page: Page, *names: str) -> None:
    for name in names:
        page.locator(f"#{name}").evaluate("dialog => dialog.showModal()")
        survey.look(page, f"window, dialog {name}")
        page.locator(f"#{name}").evaluate("dialog => dialog.close()")


def paired(survey: Survey, manager: Page, browser: Browser, address: str) -> Page:
    """The citizen's screen of window 4."""
    manager.goto(f"{address}/duty/")
    manager.get_by_test_id("pair-4").click()
    survey.look(manager, "duty, a pairing code")
    tablet = calm(browser, {"width": 1280, "height": 800}).new_page()
    tablet.goto(f"{address}/evaluate/")
    tablet.locator("#code").fill(manager.get_by_test_id("pairing-code").inner_text())
    tablet.keyboard.press("Enter")
    expect(tablet.get_by_test_id("screen")).to_have_attribute("data-state", "idle")
    survey.look(tablet, "evaluation, nobody")
    return tablet


def end_screen(manager: Page, address: str, window: int) -> None:
    """The window has no citizen's screen any more."""
    manager.goto(f"{address}/duty/")
    row = manager.locator("tr", has=manager.get_by_test_id(f"pair-{window}"))
    row.locator("form[action$='/screen/end'] button").click()
    expect(row.locator("form[action$='/screen/end']")).to_have_count(0)


def objected(survey: Survey, window: Page, leader: Page, address: str) -> None:
    """An objection to what stands against him: filed here, answered in the office, printed."""
    window.get_by_test_id("object").first.click()
    window.locator("#object-grounds").fill("所述案件与本企业无关")
    survey.look(window, "window, dialog object")
    window.locator("#object footer .btn-primary").click()
    expect(window.get_by_test_id("objection")).to_be_visible()
    leader.goto(f"{address}/objections/")
    leader.get_by_test_id("objections").get_by_role("link", name="答复", exact=True).click()
    expect(leader.get_by_test_id("answer")).to_be_visible()
    survey.look(leader, "objection, to be answered")
    leader.locator("[data-testid=answer] [value=kept]").check()
    for name in ("answer", "answer-en"):
        if leader.locator(f"#{name}").count():
            leader.locator(f"#{name}").fill("Kept 维持")
    leader.get_by_test_id("answer").locator(".btn-primary").click()
    paper = leader.get_by_role("link", name="打印答复")
    expect(paper).to_be_visible()
    survey.look(leader, "objection, answered")
    paper.click()
    leader.wait_for_url(re.compile("/paper"), wait_until="load")
    survey.look(leader, "the answer on paper")
    window.reload()
    printed = window.get_by_role("link", name="打印答复").get_attribute("href")
    assert survey.open(window, str(printed), "the answer on paper at the window")
