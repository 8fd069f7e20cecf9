"""axe-core finds nothing serious on any page, by WCAG 2.2 A and AA with target sizes.

Each officer of the demo walks through what his roles open, and one visit is walked through with
its pages; an address that gives a page and was not looked at fails, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from chengxin.web.demo import OFFICERS
from tests.flow import axe
from tests.flow.axe import Survey
from tests.flow.looks import (
    UPRIGHT,
    at_kiosk,
    by_phone,
    calm,
    dialogs,
    end_screen,
    objected,
    officer,
    paired,
    read_code,
)
from tests.flow.test_window_stories import at_window
from tools import walk
from tools.walk import Visit, begin, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

ENGLISH = ("", "account/login/", "kiosk/kiosk-1/", "display/yangxin/", "book/yangxin/")
ENGLISH_ROOMS = {
    "zhao": ("windows/", "people/"), "qian": ("alerts/", "panorama/", "studio/", "lists/"),
    "he": ("duty/", "devices/", "hall-board/yangxin/"), "zheng": ("traces/",),
    "feng": ("deliveries/", "identities/"),
}  # fmt: skip

# Answers that are no page: pieces that htmx asks for, pictures, files, streams, programs' data.
PIECES = {
    "alarms", "alarms-stream", "alert-file", "alerts-about", "alerts-list", "alerts-stream",
    "demo-face", "device-commands", "display-calls", "display-stream", "dossier-graph",
    "enrolment-letter", "enterprise-rows", "evaluate-now", "evaluate-stream", "event",
    "find-number", "hall-board-live", "hall-board-stream", "hall-board-today", "hand-over-form",
    "healthz", "kiosk-half-hours", "kiosk-state", "kiosk-stream", "kiosk-voice",
    "likeness-picture", "list-template", "own-paper", "own-pdf", "own-sheet", "person-rows",
    "set_language", "studio-builder", "studio-case", "studio-faults", "studio-tries",
    "trace-live", "trace-reference", "tuning-progress", "window-desk", "window-held-view",
    "window-papers-list", "window-papers-view", "window-portrait", "window-prepared",
    "window-queue", "window-reading", "window-stream", "window-suggest-portrait",
}  # fmt: skip
# Pages that a day of the demo does not come to, and when they are shown.
OTHER_DAYS = {
    "hall-boards": "an office with no hall, or several",
    "hall-settings": "an office with no hall, or several",
    "stop": "a scan that hit more than its limit",
    "list-batch": "a file of a whole list",
    "tuning": "cases judged for months",
    "change-directive": "a directive that was made by hand; its form is that of a new one",
    "studio-trial": "a try of an indicator: tests/flow/test_studio.py looks at it",
    "confirm-binding": "an address in a message to a phone",
    "pre-enrolled": "the code of what somebody typed on his phone",
} | dict.fromkeys(
    ("account_confirm_email", "account_confirm_login_code", "account_reset_password_from_key",
     "account_set_password"), "an account with a mail address: there is none",
) | dict.fromkeys(
    ("mfa_authenticate", "mfa_deactivate_totp", "mfa_download_recovery_codes",
     "mfa_edit_webauthn", "mfa_generate_recovery_codes", "mfa_reauthenticate",
     "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes"),
    "an account with a second factor",
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(playwright: Playwright, browser_path: str) -> Iterator[Browser]:
    with walk.browser(playwright, browser_path, "stranger") as opened:
        yield opened


@pytest.fixture(scope="module")
def all_looks() -> Survey:
    return Survey("")


@pytest.fixture
def survey(all_looks: Survey, address: str) -> Survey:
    all_looks.address = address
    return all_looks


def told(survey: Survey) -> str:
    """The faults so far; the next test begins without them."""
    found, survey.found = survey.found, {}
    return "\n".join(f"{where}\n  {one}" for where, all in found.items() for one in all)


def test_a_fault_is_named_by_its_rule_and_element(desk: Browser) -> None:
    page = calm(desk).new_page()
    page.set_content("""<html lang="zh"><title>样</title><main><button id="x"></button></main>""")
    assert [one.partition(":")[0] for one in axe.faults(page)] == ["button-name (critical) at #x"]


def test_pages_that_are_open_to_everyone(survey: Survey, desk: Browser, address: str) -> None:
    page = calm(desk).new_page()
    survey.walk(page, "everyone", set())
    for path in ("/kiosk/kiosk-1/", "/display/yangxin/", "/book/yangxin/", "/nowhere/"):
        survey.open(page, path, "everyone")
    for path in ("/account/login/", "/book/yangxin/", "/explain/"):
        by_phone(survey, desk, path).context.close()
    assert told(survey) == ""


@pytest.mark.parametrize("username", ["zhao", "zhou", "qian", "wu", "he", "feng", "zheng"])
def test_every_page_that_an_officer_comes_to(
    survey: Survey, desk: Browser, address: str, username: str
) -> None:
    [held] = [roles for name, _full, _office, roles in OFFICERS if name == username]
    page = officer(desk, address, username)
    survey.walk(page, username, {str(role) for role in held})
    page.context.close()
    assert told(survey) == ""


def test_same_rooms_in_english(survey: Survey, desk: Browser, address: str) -> None:
    in_english = {"name": "django_language", "value": "en", "url": address}
    everyone = calm(desk)
    everyone.add_cookies([in_english])  # type: ignore[list-item]
    for path in ENGLISH:
        survey.open(everyone.new_page(), f"/{path}", "in English")
    for username, paths in ENGLISH_ROOMS.items():
        page = officer(desk, address, username)
        page.context.add_cookies([in_english])  # type: ignore[list-item]
        for path in paths:
            survey.open(page, f"/{path}", f"{username} in English")
        page.context.close()
    everyone.close()
    assert told(survey) == ""


# ---- one visit, with every page that belongs to it ----------------------------------------------


def test_pages_of_one_visit_from_the_card_to_the_answer_of_a_bad_grade(
    survey: Survey,
    desk: Browser,
    in_front_of: Callable[[str], Browser],
    address: str,
) -> None:
    handler = in_front_of("handler")
    ticket = at_kiosk(survey, handler, address)
    manager, leader = officer(desk, address, "he"), officer(desk, address, "wu")
    tablet = paired(survey, manager, desk, address)
    window = officer(desk, address, "zhao")
    at_window(window, address, 4)
    survey.look(window, "window, nobody")
    here = window.url.removeprefix(address)
    dialogs(survey, window, "find", "pause")
    window.get_by_test_id("hand-over").click()
    survey.look(window, "window, dialog hand-over")
    window.keyboard.press("Escape")

    display = calm(desk, {"width": 1920, "height": 1080}).new_page()
    display.goto(f"{address}/display/yangxin/")
    serve(window, address, 4, ticket)
    survey.look(display, "display, a call")
    survey.look(window, "window, somebody with a restriction")
    dialogs(survey, window, "approve", "override", "transfer", "by-hand", "shortcuts")
    objected(survey, window, leader, address)
    for part in ("enrolment/", "papers", "suggest"):
        assert survey.open(window, f"{here}{part}", "zhao with a person")
    window.goto(f"{address}{here}")
    begin(window, "file_vat")
    expect(window.get_by_test_id("finish-item")).to_be_visible()
    survey.look(window, "window, an item under way")
    expect(tablet.get_by_test_id("screen")).to_contain_text("增值税申报")
    survey.look(tablet, "evaluation, served")
    window.get_by_test_id("finish-item").click()
    finish(window)

    screen = tablet.get_by_test_id("screen")
    expect(screen).to_have_attribute("data-state", "asked")
    survey.look(tablet, "evaluation, asked")
    tablet.keyboard.press("4")
    survey.look(tablet, "evaluation, what was bad")
    tablet.get_by_test_id("send-complaints").click()
    expect(screen).to_have_attribute("data-state", "thanks")
    survey.look(tablet, "evaluation, thanks")
    manager.goto(f"{address}/duty/")
    manager.get_by_test_id("task").first.get_by_role("link").click()
    survey.look(manager, "a bad grade, to be answered")
    manager.get_by_label("属实，已整改").check()
    manager.locator("#words").fill("已当面致歉")
    manager.get_by_role("button", name="提交答复").click()
    expect(manager.get_by_test_id("answered")).to_be_visible()
    survey.look(manager, "a bad grade, answered")
    end_screen(manager, address, 4)
    assert told(survey) == ""


def test_place_in_the_queue_and_hand_over(
    survey: Survey, desk: Browser, in_front_of: Callable[[str], Browser], address: str
) -> None:
    page = calm(in_front_of("honest"), UPRIGHT).new_page()
    ticket = Visit(page, address, "王守信").take("personal")
    by_phone(survey, desk, read_code(page.locator("#ticket-place img"))).context.close()
    window = officer(desk, address, "zhao")
    at_window(window, address, 3)
    serve(window, address, 3, ticket)
    finish(window)
    window.get_by_test_id("hand-over").click()
    window.locator("#hand-over-note").fill("无其他事项")
    window.locator("#hand-over-number").fill("chen")
    window.locator("#hand-over-password").fill(walk.PASSWORD)
    window.get_by_test_id("sign-hand-over").click()
    expect(window.get_by_test_id("handed-over")).to_be_visible()
    survey.look(window, "hand-over, signed")
    assert told(survey) == ""


def test_ones_own_pages_at_a_terminal(
    survey: Survey, desk: Browser, in_front_of: Callable[[str], Browser], address: str
) -> None:
    page = calm(in_front_of("handler"), UPRIGHT).new_page()
    visit = Visit(calm(desk).new_page(), address, "李办税", device="terminal-1")
    visit.lift_card()
    page.goto(f"{address}/terminal/terminal-1/")
    page.get_by_test_id("begin").click()
    expect(page.locator("[data-screen=card]")).to_be_visible()
    survey.look(page, "terminal, card")
    visit.lay_card()
    welcome, later = page.get_by_test_id("welcome"), page.get_by_test_id("enrol-later")
    expect(welcome.or_(later)).to_be_visible(timeout=walk.SLOW)
    if later.is_visible():  # nobody enrolled him yet
        survey.look(page, "own, to be enrolled")
        later.click()
    expect(welcome).to_be_visible(timeout=walk.SLOW)
    survey.look(page, "own, home")
    for part in ("enrol", "enterprises", "visits", "record", "limits", "papers", "certificates"):
        assert survey.open(page, f"/me/{part}", "at a terminal")
    page.get_by_test_id("issue-bound").first.click()
    expect(page.get_by_test_id("sheet")).to_be_visible()
    survey.look(page, "own, a certificate")
    code = page.url.rstrip("/").rpartition("/")[2]
    page.get_by_test_id("leave").click()
    expect(page.get_by_test_id("begin")).to_be_visible()
    visit.lift_card()
    by_phone(survey, desk, f"/certificates/{code}/").context.close()
    assert told(survey) == ""


def proposed(survey: Survey, head: Page, what: str) -> None:
    """Handed in, looked at, and taken back."""
    form = head.url
    head.locator("#grounds").fill("实地核查记录三号")
    head.get_by_test_id("submit").click()
    head.wait_for_url(lambda url: url != form, wait_until="load")
    survey.look(head, what)
    head.get_by_test_id("withdraw").click()
    expect(head.get_by_test_id("withdraw")).to_have_count(0)


def test_forms_of_the_office_and_what_comes_of_them(
    survey: Survey, desk: Browser, address: str, home: Path
) -> None:
    head = officer(desk, address, "qian")
    head.goto(f"{address}/ranking/?kind=enterprise")
    about = head.locator("a[href*='/ranking/enterprise:']").last.get_attribute("href") or ""
    about = about.split("/")[2]

    assert survey.open(head, f"/directives/about/{about}/new", "qian")
    head.locator("[name=effect]").last.check()
    head.locator("[name=groups]").first.check()
    proposed(survey, head, "a directive, proposed")
    for kind in ("blacklist", "watch"):
        assert survey.open(head, f"/lists/{kind}/{about}/new", "qian")
    head.locator("#reason").fill("重点户")
    proposed(survey, head, "an entry of a list, proposed")

    head.goto(f"{address}/studio/")
    head.locator("tr[data-code=A01] [name=revise]").click()
    head.wait_for_url(re.compile(r"/studio/\d+/$"), wait_until="load")
    head.locator("main details").evaluate_all("all => { for (const one of all) one.open = true; }")
    survey.look(head, "an indicator, to be revised")
    assert told(survey) == ""


def test_booking_and_the_page_of_who_booked(
    survey: Survey, desk: Browser, address: str, home: Path
) -> None:
    window = officer(desk, address, "zhao")
    window.goto(f"{address}/bookings/yangxin/")
    card = json.loads((home / "demo" / "cards" / "周代理.json").read_text("utf-8"))
    window.locator("#number").fill(card["number"])
    window.locator("[name=at]:not(:disabled)").last.check()
    window.get_by_test_id("book").click()
    made = window.get_by_test_id("made")
    expect(made).to_be_visible()
    survey.look(window, "a booking, made")
    phone = by_phone(survey, desk, made.locator(".mono").inner_text())
    phone.get_by_test_id("give-up").click()
    expect(phone.get_by_test_id("give-up")).to_have_count(0)
    assert told(survey) == ""


def test_ones_own_account(survey: Survey, desk: Browser, address: str) -> None:
    page = officer(desk, address, "sun")
    page.goto(f"{address}/account/2fa/totp/activate/")
    if page.locator("main [name=password]").count():
        page.locator("main [name=password]").fill(walk.PASSWORD)
        page.locator("main button[type=submit], main form .btn-primary").first.click()
        page.wait_for_url(re.compile("/totp/activate/"), wait_until="load")
    survey.look(page, "a second factor, by an app")
    assert survey.open(page, "/account/2fa/webauthn/add/", "sun")
    assert told(survey) == ""


def test_no_page_was_left_out(survey: Survey) -> None:
    left = set(axe.gets()) - survey.opened - PIECES - set(OTHER_DAYS)
    assert left == set()
    assert PIECES & survey.opened == set()
    assert set(OTHER_DAYS) & survey.opened == set()
    assert PIECES | set(OTHER_DAYS) <= set(axe.gets())
