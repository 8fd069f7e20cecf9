"""What a kiosk says, and where it sends, when a card is expired, a camera or a reader is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flow.test_kiosk_fits import UPRIGHT, look
from tools.walk import SLOW, Visit, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]


def test_expired_card_is_said_and_sent_on_and_a_valid_one_goes_on_at_once(
    in_front_of: Launch, address: str
) -> None:
    page = in_front_of("newcomer").new_context(viewport=UPRIGHT).new_page()
    visit = Visit(page, address, "吴过期")
    visit.choose("personal")

    trouble = page.locator("#card-trouble")
    expect(trouble).to_contain_text("证件已过有效期", timeout=SLOW)
    expect(trouble).to_contain_text("咨询台")
    expect(page.locator("#screen-card")).to_be_visible()
    look(page, "card", "")

    table = Visit(page.context.new_page(), address, "新来客")
    table.lift_card()
    table.lay_card()
    page.locator("#read-again").click()
    expect(page.locator("#screen-face")).to_be_visible(timeout=SLOW)
    page.locator("#screen-face [data-do=home]").click()


def test_kiosk_without_a_camera_says_so_and_an_officer_is_the_way_on(
    in_front_of: Launch, officer_page: Callable[[str], Page], address: str
) -> None:
    page = in_front_of("honest").new_page(viewport=UPRIGHT)
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no camera'))"
    )
    page.route("**/demo/face/**", lambda route: route.abort())
    visit = Visit(page, address, "王守信")
    visit.choose("personal")

    expect(page.locator("#face-advice")).to_contain_text("摄像头不可用", timeout=SLOW)
    page.locator("#skip-face").click()
    visit.choose_enterprise_if_asked()
    if visit.anyway.is_visible():
        visit.anyway.click()
    ticket = visit.ticket()
    expect(page.locator("#ticket-by-hand")).to_be_visible()

    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    expect(officer.get_by_test_id("verification")).to_contain_text("待人工核验")
    finish(officer)


def test_reader_that_goes_while_a_card_is_awaited_is_said_with_the_way_on(
    in_front_of: Launch, address: str
) -> None:
    page = in_front_of("honest").new_context(viewport=UPRIGHT).new_page()
    table = Visit(page.context.new_page(), address, "王守信")
    table.lift_card()
    page.goto(f"{address}/kiosk/kiosk-1/")
    page.get_by_test_id("business-personal").click()
    expect(page.locator("#screen-card")).to_be_visible(timeout=SLOW)

    expect(page.locator("#card-again")).to_contain_text("拿起后重新放置")  # after a while

    def gone(route):
        told = route.fetch().json()
        told["device"]["reader"] = False
        route.fulfill(json=told)

    page.route("**/kiosk-1/state**", gone)  # as the server tells it when the agent fell silent

    expect(page.locator("#card-trouble")).to_contain_text("读卡器暂不可用", timeout=SLOW)
    expect(page.locator("#card-trouble")).to_contain_text("咨询台")
    page.locator("#screen-card [data-do=home]").click()
    expect(page.locator("#reader-gone")).to_be_visible(timeout=SLOW)
