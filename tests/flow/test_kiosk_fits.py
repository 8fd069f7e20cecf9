"""At a kiosk nobody scrolls to find the way on: each step fits its screen, in large type too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tools.walk import SLOW, Visit, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]

UPRIGHT = {"width": 1080, "height": 1920}
LYING = {"width": 1920, "height": 1080}


def in_sight(one: Locator) -> bool:
    """Whether all of it lies between the head and the foot of the screen."""
    return bool(
        one.evaluate(
            """one => {
                const box = one.getBoundingClientRect();
                const main = document.querySelector(".kiosk-main").getBoundingClientRect();
                return box.top >= main.top && box.bottom <= main.bottom + 1
                    && box.left >= 0 && box.right <= innerWidth;
            }"""
        )
    )


def scrolls(page: Page) -> bool:
    return bool(
        page.locator(".kiosk-main").evaluate("main => main.scrollHeight > main.clientHeight + 1")
    )


def look(page: Page, step: str, *, may_scroll: bool = False) -> None:
    """In both orientations every button of the step is in sight, and nothing needs scrolling."""
    screen = page.locator(f"#screen-{step}")
    expect(screen).to_be_visible(timeout=SLOW)
    for size in (LYING, UPRIGHT):
        page.set_viewport_size(size)
        buttons = screen.locator("button:visible").all()
        assert buttons
        assert all(map(in_sight, buttons)), (step, size)
        assert may_scroll or not scrolls(page), (step, size)


@pytest.fixture
def large(in_front_of: Launch, address: str) -> Callable[[str, str], Page]:
    """A kiosk in large type, with somebody's face before it, in one language."""

    def open_in(face: str, language: str) -> Page:
        page = in_front_of(face).new_page(viewport=UPRIGHT)
        chosen = {"django_language": language, "kiosk_size": "elder"}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in chosen.items()]
        )
        page.goto(f"{address}/kiosk/kiosk-1/")
        expect(page.locator("html")).to_have_attribute("data-size", "elder")
        return page

    return open_in


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_way_to_a_reminder_shows_its_buttons_without_scrolling(
    large: Callable[[str, str], Page], address: str, language: str
) -> None:
    page = large("representative", language)
    look(page, "home")
    visit = Visit(page, address, "赵立案")
    visit.choose("enterprise")
    look(page, "face")
    visit.choose_enterprise_if_asked()
    look(page, "remind", may_scroll=True)  # the list of what is restricted may be long
    page.locator("#screen-remind [data-do=back]").click()


def test_number_and_code_are_on_one_screen(
    large: Callable[[str, str], Page], officer_page: Callable[[str], Page], address: str
) -> None:
    page = large("newcomer", "zh-hans")
    visit = Visit(page, address, "新来客")
    visit.choose("personal")
    visit.choose_enterprise_if_asked()
    ticket = visit.ticket()
    look(page, "ticket")
    for size in (LYING, UPRIGHT):
        page.set_viewport_size(size)
        assert in_sight(page.locator("#ticket-number"))
        assert in_sight(page.locator("#ticket-qr"))

    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    finish(officer)
