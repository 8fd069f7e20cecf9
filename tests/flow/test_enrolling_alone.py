"""Enrolling without an officer, as people live it: alone at a terminal, beforehand on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from chengxin.web.demo import ELDER
from tests.flow import axe
from tests.flow.test_enrolment import code_on_phone
from tools.walk import SLOW, Visit

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
MOBILE, OTHER = "13800003333", "13800004444"


def answer(page: Page) -> None:
    page.get_by_test_id("face-given").check()
    page.get_by_test_id("messages-refused").check()


def test_newcomer_enrols_himself_at_a_terminal(in_front_of: Launch, address: str) -> None:
    browser = in_front_of("elder")
    page = browser.new_page(viewport={"width": 1080, "height": 1920})
    visit = Visit(page, address, ELDER, device="terminal-1")
    visit.lift_card()
    visit.lay_card()
    page.goto(f"{address}/terminal/terminal-1/")
    page.get_by_test_id("begin").click()
    expect(page.get_by_test_id("inform")).to_be_visible(timeout=SLOW)
    assert axe.faults(page) == []
    answer(page)
    page.get_by_test_id("inform").click()

    page.get_by_test_id("phone").focus()
    for key in MOBILE:
        page.get_by_role("button", name=key, exact=True).click()
    expect(page.get_by_test_id("phone")).to_have_value(MOBILE)
    assert axe.faults(page) == []
    page.get_by_test_id("send-code").click()
    expect(page.get_by_role("status").filter(has_text="验证码已发出")).to_be_visible()
    page.get_by_test_id("digits").fill(code_on_phone(browser.new_page(), address, MOBILE))
    page.get_by_test_id("prove").click()
    page.get_by_test_id("complete").click()
    expect(page.get_by_test_id("enrolled")).to_be_visible()
    assert axe.faults(page) == []
    page.get_by_test_id("to-own").click()
    expect(page.get_by_test_id("welcome")).to_be_visible()
    page.get_by_test_id("leave").click()
    visit.lift_card()


def test_somebody_begins_on_his_phone_and_gets_a_code(in_front_of: Launch, address: str) -> None:
    browser = in_front_of("stranger")
    phone = browser.new_page(viewport={"width": 390, "height": 844})
    phone.goto(f"{address}/enrol/")
    assert axe.faults(phone) == []
    phone.get_by_test_id("kind").select_option("passport")
    phone.get_by_test_id("number").fill("E12345678")
    phone.get_by_test_id("name").fill("JOHN SMITH")
    phone.get_by_test_id("phone").fill(OTHER)
    answer(phone)
    phone.get_by_test_id("begin").click()
    expect(phone.get_by_test_id("digits")).to_be_visible()
    assert axe.faults(phone) == []
    phone.get_by_test_id("digits").fill(code_on_phone(browser.new_page(), address, OTHER))
    phone.get_by_test_id("prove").click()
    expect(phone.get_by_test_id("code")).to_be_visible()
    assert axe.faults(phone) == []
    assert "SMITH" not in phone.locator("main").inner_text()
