"""实名采集 as people live it: a handler's first enrolment with both sides, a card that lapsed, an
elder who does not want his face compared."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tools.walk import PASSWORD, Visit, finish, handle, serve, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
LETTER = b"\xff\xd8\xff a letter with seal and signature"


def at_kiosk(launch: Launch, address: str, card: str, face: str) -> Visit:
    page = launch(face).new_page(viewport={"width": 1080, "height": 1920})
    return Visit(page, address, card)


def code_on_phone(page: Page, address: str, phone: str, use: str = "") -> str:
    """The last code that this simulated phone received, for this use."""
    page.goto(f"{address}/demo/props/")
    page.goto(page.get_by_test_id("phones").get_attribute("href") or "")
    message = (
        page.locator("li", has_text=phone).filter(has_text="验证码").filter(has_text=use).first
    )
    expect(message).to_be_visible(timeout=150_000)
    found = re.search(r"验证码 (\d{6})", message.inner_text())
    assert found
    return found[1]


def enterprise_of(home: Path, name: str) -> str:
    with (home / "demo" / "truth" / "cast.csv").open(encoding="utf-8", newline="") as lines:
        [found] = [row for row in csv.DictReader(lines) if row["name"] == name]
    return found["enterprises"].split()[0].split(";")[0].removeprefix("enterprise:")


def agree(sheet: Page, face: str) -> None:
    sheet.get_by_test_id(f"face-{face}").check()
    sheet.get_by_test_id("messages-given").check()
    sheet.get_by_test_id("inform").click()
    expect(sheet.get_by_test_id("step-notice")).to_have_class("done")


def press_as_soon_as(page: Page, seen: str, key: str) -> None:
    """Press a key in the moment in which `seen` stands on the page, as the quickest officer does:
    what has been swapped in must be alive at once."""
    page.evaluate(
        """([seen, key]) => {
          const watch = new MutationObserver(() => {
            if (!document.querySelector(seen)) return;
            watch.disconnect();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          });
          watch.observe(document.body, { subtree: true, childList: true, attributes: true });
        }""",
        [seen, key],
    )


def test_first_enrolment_of_a_handler_is_confirmed_by_both_sides(
    in_front_of: Launch, address: str, home: Path
) -> None:
    visit = at_kiosk(in_front_of, address, "新来客", "newcomer")
    visit.choose("enrolment")
    visit.choose_enterprise_if_asked()
    visit.anyway.click()  # what to bring
    ticket = visit.ticket()
    assert ticket[0].startswith("K")

    browser = in_front_of("newcomer")  # the officer's camera sees him too
    sheet = sign_in(browser.new_page(viewport={"width": 1366, "height": 768}), address, "zhao")
    serve(sheet, address, 1, ticket)
    sheet.keyboard.press("Shift+F9")
    expect(sheet.get_by_test_id("enrol-number")).to_have_text(ticket[0])
    agree(sheet, "given")

    sheet.fill("#phone", "13800001111")
    sheet.get_by_test_id("send-mobile").click()
    expect(sheet.get_by_role("status").filter(has_text="五分钟").first).to_be_visible()
    code = code_on_phone(browser.new_page(), address, "13800001111")
    sheet.fill("#digits", code)
    sheet.get_by_test_id("prove-phone").click()
    expect(sheet.get_by_test_id("phone")).to_contain_text("1111")

    sheet.get_by_test_id("take-face").click()
    expect(sheet.get_by_test_id("face-enrolled")).to_be_visible(timeout=30_000)
    expect(sheet.get_by_test_id("verified")).to_contain_text("比对通过")

    sheet.keyboard.press("F8")
    sheet.fill("#propose-code", enterprise_of(home, "王守信"))
    letter = {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": LETTER}
    sheet.set_input_files("#propose-letter", files=[letter])  # type: ignore[list-item]
    sheet.fill("#propose-scope", "发票领用")
    sheet.get_by_test_id("propose-done").click()
    bound = sheet.get_by_test_id("binding").first
    expect(bound).to_have_attribute("data-state", "pending")
    press_as_soon_as(sheet, '[data-testid="binding"][data-state="active"]', "F9")
    bound.get_by_test_id("confirm-binding").click()
    expect(sheet.get_by_test_id("binding").first).to_have_attribute("data-state", "active")

    expect(sheet.get_by_test_id("done")).to_contain_text("人脸比对")
    sheet.get_by_test_id("back-to-window").click()
    sheet.get_by_test_id("choose-enterprise").first.click()
    expect(sheet.get_by_test_id("item-invoice_collect")).to_be_visible()
    handle(sheet, "invoice_collect")
    finish(sheet)


def test_card_past_its_last_day_is_told_what_to_bring_and_gets_no_number(
    in_front_of: Launch, address: str
) -> None:
    visit = at_kiosk(in_front_of, address, "吴过期", "visitor")
    visit.choose("enterprise")
    expect(visit.page.locator("main")).to_contain_text("换领新证件")
    expect(visit.page.get_by_test_id("ticket-number")).to_be_hidden()
    visit.lift_card()


def test_elder_without_face_is_enrolled_by_two_officers(in_front_of: Launch, address: str) -> None:
    visit = at_kiosk(in_front_of, address, "孙老人", "elder")
    visit.choose("enrolment")
    visit.page.locator("#skip-face").click()
    visit.choose_enterprise_if_asked()
    visit.anyway.click()  # what to bring
    ticket = visit.ticket()

    page = in_front_of("stranger").new_page(viewport={"width": 1366, "height": 768})
    sheet = sign_in(page, address, "zhao")
    serve(sheet, address, 1, ticket)
    sheet.get_by_test_id("enrolment").click()
    agree(sheet, "refused")
    expect(sheet.get_by_test_id("take-face")).to_be_disabled()
    sheet.keyboard.press("F7")
    sheet.fill("#two-reason", "本人不愿使用人脸，与身份证原件核对一致")
    sheet.fill("#two-number", "chen")
    sheet.fill("#two-password", "wrong-password")
    sheet.get_by_test_id("two-done").click()
    expect(sheet.locator("#two [data-refusal]")).to_be_visible()
    sheet.fill("#two-password", PASSWORD)
    sheet.get_by_test_id("two-done").click()
    expect(sheet.get_by_test_id("verified")).to_contain_text("双人核实通过")
    sheet.get_by_test_id("complete").click()
    expect(sheet.get_by_test_id("done")).to_contain_text("双人核验")
    expect(sheet.get_by_test_id("face-enrolled")).to_have_count(0)
    sheet.get_by_test_id("back-to-window").click()
    finish(sheet)
