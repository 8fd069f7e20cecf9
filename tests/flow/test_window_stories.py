"""The window as an officer lives it: three items in one visit, windows of two bureaus, a
key-monitored enterprise, a grade from the citizen's screen, a call for help with the line down.

They share one hall; each leaves nobody waiting and no window paused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from tools.walk import SLOW, Visit, begin, finish, handle, scan, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
SignIn = Callable[[str], Page]


def ticket_of(
    launch: Launch, address: str, card: str, face: str, business: str = "enterprise"
) -> tuple[str, str]:
    """A number from the kiosk, past whatever it says beforehand; number and code."""
    page = launch(face).new_page(viewport={"width": 1080, "height": 1920})
    return Visit(page, address, card).take(business)


def at_window(officer: Page, address: str, number: int) -> None:
    officer.goto(f"{address}/windows/")
    officer.get_by_test_id(f"window-{number}").click()
    officer.wait_for_url(re.compile(r"/windows/\d+/$"), wait_until="load")


def item_by_keys(officer: Page, words: str) -> None:
    """Find an item by its name, and begin it: no mouse."""
    officer.keyboard.press("/")
    officer.keyboard.type(words)
    officer.keyboard.press("Enter")
    expect(officer.locator(".item-groups button:focus")).to_have_count(1)
    before = officer.get_by_test_id("handled").count()
    officer.keyboard.press("Enter")
    expect(officer.get_by_test_id("handled")).to_have_count(before + 1)


def test_three_items_in_one_visit_by_keyboard_alone(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    ticket = ticket_of(in_front_of, address, "王守信", "honest")
    officer = officer_page("zhao")
    at_window(officer, address, 2)

    officer.keyboard.press("F2")
    expect(officer.get_by_test_id("current-number")).to_have_text(ticket[0])
    scan(officer, ticket[1])
    expect(officer.get_by_test_id("finish")).to_be_enabled()
    for words in ("增值税申报", "缴纳", "发票领用"):
        item_by_keys(officer, words)

    handled = officer.get_by_test_id("handled")
    expect(handled).to_have_count(3)
    expect(officer.get_by_test_id("finish")).to_be_disabled()  # three are under way
    for left in (2, 1, 0):
        officer.get_by_test_id("finish-item").first.press("Enter")
        expect(officer.get_by_test_id("finish-item")).to_have_count(left)
    expect(handled.first).to_contain_text(re.compile(r"\d\d:\d\d–\d\d:\d\d · "))

    expect(officer.get_by_test_id("finish")).to_be_enabled()
    officer.keyboard.press("F9")
    expect(officer.get_by_test_id("call-next")).to_be_enabled()


def fetch_anew(officer: Page) -> None:
    """Let the page ask for its desk, as soon as nothing else is under way."""
    officer.wait_for_function(
        """() => {
          const part = document.getElementById("refresh-desk");
          if (!part.classList.contains("htmx-request")) htmx.trigger(part, "refresh");
          return part.classList.contains("htmx-request");
        }"""
    )


def test_what_comes_by_itself_loses_no_press_and_no_word(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    ticket = ticket_of(in_front_of, address, "王守信", "honest")
    officer = officer_page("zhao")
    at_window(officer, address, 2)
    serve(officer, address, 2, ticket)
    late: list[Route] = []
    officer.route("**/desk*", lambda route: late.append(route))
    fetch_anew(officer)  # news, and the line is slow

    begin(officer, "file_vat")  # pressed meanwhile

    expect(officer.get_by_test_id("handled")).to_have_count(1)
    officer.unroute("**/desk*")
    assert late
    for held in late:  # the first was given up for the press; it was asked for again
        with suppress(Error):
            held.continue_()
    officer.keyboard.press("/")
    officer.keyboard.type("增值税申报")
    officer.keyboard.press("Control+a")  # the next word replaces what is marked
    with officer.expect_response("**/desk*"):
        fetch_anew(officer)
    officer.keyboard.type("发票领用")
    expect(officer.locator("#item-filter")).to_have_value("发票领用")
    officer.get_by_test_id("finish-item").click()
    finish(officer)


def test_paper_of_the_last_visit_is_used_again_by_one_press(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    officer = officer_page("zhao")
    at_window(officer, address, 2)
    serve(officer, address, 2, ticket_of(in_front_of, address, "王守信", "honest"))
    begin(officer, "registration_confirm")
    expect(officer.get_by_test_id("needs")).to_be_visible()
    officer.keyboard.press("Shift+F11")
    officer.get_by_test_id("take-paper").click()  # the first that the item needs: the licence
    expect(officer.locator("table[data-testid=papers]")).to_contain_text("已采集", timeout=SLOW)
    officer.get_by_role("link", name="返回窗口").click()
    officer.get_by_test_id("finish-item").click()
    finish(officer)

    serve(officer, address, 2, ticket_of(in_front_of, address, "王守信", "honest"))
    begin(officer, "registration_confirm")
    officer.get_by_test_id("reuse-licence").click()

    expect(officer.get_by_test_id("needs")).to_contain_text("已沿用")
    expect(officer.get_by_test_id("reuse-licence")).to_have_count(0)
    officer.get_by_test_id("finish-item").click()
    finish(officer)


def test_local_window_goes_on_where_the_state_window_ended(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    ticket = ticket_of(in_front_of, address, "王守信", "honest")
    zhao = officer_page("zhao")
    at_window(zhao, address, 5)
    serve(zhao, address, 5, ticket)
    handle(zhao, "invoice_collect")

    zhao.keyboard.press("Shift+F8")
    zhao.locator("#transfer-to").select_option("window:6")
    zhao.locator("#transfer-note").fill("房产税材料已核")
    zhao.locator("#transfer-note").press("Tab")
    zhao.locator("#transfer footer .btn-primary").press("Enter")
    expect(zhao.get_by_test_id("current-number")).to_have_text("—")

    chen = officer_page("chen")
    at_window(chen, address, 6)
    chen.keyboard.press("F2")
    expect(chen.get_by_test_id("current-number")).to_have_text(ticket[0])
    chen.keyboard.press("F8")
    sent = chen.get_by_test_id("sent-here")
    expect(sent).to_contain_text("5 号窗口")
    expect(sent).to_contain_text("房产税材料已核")
    expect(chen.get_by_test_id("handled").first).to_contain_text("发票领用")
    expect(chen.get_by_test_id("handled").first).to_contain_text("赵窗口")
    handle(chen, "file_other")
    finish(chen)


def test_key_monitored_enterprise_waits_for_its_representative_in_person(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    sent_away = ticket_of(in_front_of, address, "马经办", "errand")
    officer = officer_page("zhao")
    at_window(officer, address, 3)
    serve(officer, address, 3, sent_away)
    refused = officer.get_by_test_id("item-invoice_collect")
    expect(refused).to_contain_text("须法人到场")
    refused.get_by_role("button", name="受理").press("Enter")
    expect(officer.locator("#notice .refusal")).to_be_visible()
    expect(officer.get_by_test_id("handled")).to_have_count(0)
    expect(officer.get_by_test_id("finish")).to_be_enabled()
    officer.keyboard.press("F9")
    expect(officer.get_by_test_id("call-next")).to_be_enabled()

    himself = ticket_of(in_front_of, address, "孙重点", "watched", "enrolment")
    officer.keyboard.press("F2")
    expect(officer.get_by_test_id("current-number")).to_have_text(himself[0])
    scan(officer, himself[1])
    expect(officer.get_by_test_id("finish")).to_be_enabled()
    expect(officer.get_by_test_id("verification")).to_contain_text("比对通过")
    choose = officer.get_by_test_id("choose-enterprise")
    choose.focus()
    choose.press("Enter")
    expect(officer.get_by_test_id("directive").first).to_be_visible()
    officer.keyboard.press("F10")  # the directive is read
    expect(officer.locator("[data-testid=directive][data-read]")).to_have_count(1)
    item_by_keys(officer, "发票领用")
    officer.get_by_test_id("finish-item").press("Enter")
    expect(officer.get_by_test_id("finish-item")).to_have_count(0)
    expect(officer.get_by_test_id("finish")).to_be_enabled()
    officer.keyboard.press("F9")
    expect(officer.get_by_test_id("call-next")).to_be_enabled()


def test_citizen_grades_on_his_own_screen_and_a_bad_grade_is_answered(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    manager = officer_page("he")
    manager.goto(f"{address}/duty/")
    manager.get_by_test_id("pair-4").click()
    code = manager.get_by_test_id("pairing-code").inner_text()
    tablet = in_front_of("stranger").new_page(viewport={"width": 1280, "height": 800})
    tablet.goto(f"{address}/evaluate/")
    tablet.locator("#code").fill(code)
    tablet.keyboard.press("Enter")
    screen = tablet.get_by_test_id("screen")
    expect(screen).to_have_attribute("data-state", "idle")

    ticket = ticket_of(in_front_of, address, "王守信", "honest")
    officer = officer_page("zhao")
    at_window(officer, address, 4)
    serve(officer, address, 4, ticket)
    begin(officer, "file_vat")
    expect(screen).to_contain_text("增值税申报")  # by itself, over the stream
    expect(screen).to_contain_text("赵窗口")
    expect(tablet.locator("main")).not_to_contain_text("王守信")
    officer.get_by_test_id("finish-item").click()
    finish(officer)

    expect(screen).to_have_attribute("data-state", "asked")
    tablet.keyboard.press("4")  # 不满意
    tablet.get_by_label("办理太慢").check()
    tablet.get_by_test_id("send-complaints").click()
    expect(tablet.get_by_test_id("screen")).to_contain_text("感谢")

    manager.goto(f"{address}/duty/")
    task = manager.get_by_test_id("task").filter(has_text=ticket[0])
    expect(task).to_contain_text("办理太慢")
    task.get_by_role("link").click()
    manager.get_by_label("属实，已整改").check()
    manager.locator("#words").fill("已当面致歉，增开窗口")
    manager.get_by_role("button", name="提交答复").click()
    expect(manager.get_by_test_id("answered")).to_contain_text("属实，已整改")


def test_call_for_help_arrives_although_the_line_was_down_and_is_answered(
    officer_page: SignIn, address: str
) -> None:
    manager = officer_page("he")
    manager.goto(f"{address}/traces/")
    officer = officer_page("zhao")
    at_window(officer, address, 1)
    neighbour = officer_page("chen")
    at_window(neighbour, address, 2)

    officer.context.set_offline(True)
    officer.keyboard.press("Shift+F3")  # a dialog is open, and the key works above it
    officer.keyboard.press("Pause")
    expect(officer.locator("#alarm-unsent")).to_be_visible()
    officer.context.set_offline(False)
    expect(officer.locator("#alarm-unsent")).to_be_hidden()

    for page in (manager, neighbour):
        expect(page.get_by_test_id("alarm-open")).to_contain_text("1 号窗口紧急呼叫")
    manager.get_by_test_id("alarm-answer").click()
    expect(officer.get_by_test_id("alarm-answered")).to_contain_text("何主任")
    manager.get_by_test_id("alarm-end").click()
    for page in (officer, manager, neighbour):
        expect(page.get_by_test_id("alarm-open")).to_have_count(0)


def test_window_pauses_and_is_handed_over_by_keyboard(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    display = in_front_of("stranger").new_page(viewport={"width": 1920, "height": 1080})
    display.goto(f"{address}/display/yangxin/")
    officer = officer_page("zhao")
    at_window(officer, address, 3)

    officer.keyboard.press("Shift+F6")
    officer.keyboard.press("1")
    expect(officer.get_by_test_id("paused")).to_contain_text("用餐")
    expect(display.get_by_test_id("paused-window")).to_contain_text("3 号窗口")
    officer.keyboard.press("Shift+F6")
    expect(officer.get_by_test_id("call-next")).to_be_enabled()
    expect(display.get_by_test_id("paused-window")).to_have_count(0)

    officer.keyboard.press("Shift+F7")
    officer.locator("#hand-over-note").fill("打印机纸将用完")
    officer.locator("#hand-over-number").fill("chen")
    officer.locator("#hand-over-password").fill("guess-2017")
    officer.keyboard.press("Enter")
    expect(officer.locator("#hand-over [data-refusal]")).to_be_visible()
    officer.locator("#hand-over-password").fill("yangxin-2017")
    officer.keyboard.press("Enter")
    expect(officer.get_by_test_id("handed-over")).to_contain_text("陈窗口")

    chen = officer_page("chen")
    at_window(chen, address, 3)
    expect(chen.get_by_test_id("taken-over")).to_contain_text("打印机纸将用完")
