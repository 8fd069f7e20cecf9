"""自助办税 as people live it: at a terminal by card and face, on a phone by a code, and what the
window sees of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Browser, expect

from tests.flow import axe
from tests.flow.test_enrolment import agree, at_kiosk, code_on_phone
from tools.walk import SLOW, Visit, finish, serve, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
MOBILE = "13800002222"
CONTRACT = b"\xff\xd8\xff a form with seal and signature"


def number_of(home: Path, name: str) -> str:
    with (home / "demo" / "truth" / "cast.csv").open(encoding="utf-8", newline="") as lines:
        [found] = [row["number"] for row in csv.DictReader(lines) if row["name"] == name]
    return found


def qr_of(picture: bytes) -> str:
    drawn = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    [found] = zxingcpp.read_barcodes(drawn)
    return found.text


def number_at_kiosk(launch: Launch, address: str) -> tuple[str, str]:
    return at_kiosk(launch, address, "李办税", "handler").take("enterprise")


def test_mobile_is_proved_at_the_window(in_front_of: Launch, address: str) -> None:
    browser = in_front_of("handler")
    officer = sign_in(browser.new_page(viewport={"width": 1366, "height": 768}), address, "zhao")
    serve(officer, address, 1, number_at_kiosk(in_front_of, address))
    officer.keyboard.press("Shift+F9")
    agree(officer, "given")
    officer.fill("#phone", MOBILE)
    officer.get_by_test_id("send-mobile").click()
    expect(officer.get_by_role("status").filter(has_text="五分钟").first).to_be_visible()
    officer.fill("#digits", code_on_phone(browser.new_page(), address, MOBILE))
    officer.get_by_test_id("prove-phone").click()
    expect(officer.get_by_test_id("phone")).to_contain_text(MOBILE[-4:])
    officer.get_by_test_id("take-face").click()
    expect(officer.get_by_test_id("verified")).to_contain_text("比对通过", timeout=SLOW)
    officer.get_by_test_id("back-to-window").click()
    finish(officer)


def test_terminal_shows_his_enterprise_takes_an_objection_and_prints_a_certificate(
    in_front_of: Launch, address: str
) -> None:
    page = in_front_of("handler").new_page(viewport={"width": 1080, "height": 1920})
    visit = Visit(page, address, "李办税", device="terminal-1")
    visit.lift_card()
    visit.lay_card()
    page.goto(f"{address}/terminal/terminal-1/")
    page.get_by_test_id("begin").click()
    welcome, later = page.get_by_test_id("welcome"), page.get_by_test_id("enrol-later")
    expect(welcome.or_(later)).to_be_visible(timeout=SLOW)
    if later.is_visible():  # nobody enrolled him yet
        later.click()
    expect(welcome).to_contain_text("李*税", timeout=SLOW)

    page.get_by_test_id("to-enterprises").click()
    expect(page.get_by_test_id("firm").first).to_contain_text("有限公司")
    page.get_by_test_id("back").click()

    page.get_by_test_id("limits-notice").click()
    limit = page.get_by_test_id("limit").first
    expect(limit).to_contain_text("不予办理")
    assert "公安" not in page.locator("main").inner_text()
    limit.get_by_test_id("object").click()
    limit.get_by_test_id("grounds").fill("与本企业无关，请复核")
    limit.get_by_test_id("file").click()
    expect(page.get_by_test_id("said").first).to_contain_text("待答复")
    page.get_by_test_id("back").click()

    page.get_by_test_id("to-certificates").click()
    page.get_by_test_id("issue-bound").first.click()
    sheet = page.get_by_test_id("sheet")
    expect(sheet).to_be_visible()
    expect(page.get_by_test_id("print")).to_be_visible()
    printed = page.context.request.get(f"{address}{sheet.get_attribute('src')}").body()
    number = page.get_by_test_id("certificate-number").inner_text()
    page.get_by_test_id("leave").click()
    expect(page.get_by_test_id("begin")).to_be_visible()
    page.goto(f"{address}/me/")
    expect(page.get_by_test_id("begin").or_(page.get_by_test_id("ask"))).to_be_visible()
    visit.lift_card()

    anybody = in_front_of("stranger").new_page(viewport={"width": 390, "height": 844})
    anybody.goto(qr_of(printed))
    verdict = anybody.get_by_test_id("verdict")
    expect(verdict).to_contain_text("证明属实")
    expect(verdict).to_contain_text(number)
    assert "李办税" not in verdict.inner_text()


def test_paper_from_a_phone_lies_ready_at_the_window(
    in_front_of: Launch, address: str, home: Path
) -> None:
    phone = in_front_of("stranger").new_page(viewport={"width": 390, "height": 844})
    phone.goto(f"{address}/me/")
    phone.get_by_test_id("number").fill(number_of(home, "李办税"))
    phone.get_by_test_id("phone").fill(MOBILE)
    phone.get_by_test_id("ask").click()
    expect(phone.get_by_test_id("asked")).to_contain_text(MOBILE[-4:])
    messages = in_front_of("stranger").new_page()
    code = code_on_phone(messages, address, MOBILE, "自助办税")
    phone.get_by_test_id("digits").fill(code)
    phone.get_by_test_id("enter").click()
    expect(phone.get_by_test_id("welcome")).to_contain_text("李*税")
    phone.get_by_test_id("to-papers").click()
    phone.get_by_test_id("item").select_option("file_vat")
    phone.get_by_test_id("choose-item").click()
    expect(phone.get_by_test_id("brings")).to_contain_text("增值税申报表")
    phone.get_by_test_id("paper-title").fill("十月申报表")
    form = {"name": "form.jpg", "mimeType": "image/jpeg", "buffer": CONTRACT}
    phone.get_by_test_id("paper-file").set_input_files(files=[form])  # type: ignore[list-item]
    phone.get_by_test_id("keep").click()
    expect(phone.get_by_test_id("held")).to_contain_text("十月申报表")

    desk = in_front_of("stranger").new_page(viewport={"width": 1366, "height": 768})
    officer = sign_in(desk, address, "zhao")
    serve(officer, address, 1, number_at_kiosk(in_front_of, address))
    held = officer.get_by_test_id("prepared")
    expect(held).to_contain_text("十月申报表")
    opened = held.get_by_role("link").first.get_attribute("href")
    assert officer.context.request.get(f"{address}{opened}").body() == CONTRACT
    finish(officer)

    phone.goto(f"{address}/me/record")
    expect(phone.get_by_test_id("look").filter(has_text="查看预交资料")).to_be_visible()
    for part in ("", "enterprises", "visits", "record", "limits", "papers", "certificates"):
        phone.goto(f"{address}/me/{part}")
        assert axe.faults(phone) == [], part
