"""At a kiosk nobody scrolls to find the way on: each step fits its screen, in both type sizes."""

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


TOUCHED = {"": 60, "elder": 80}  # css px that a finger needs (front-office facts 5.3, 5.6)
READ = {"": 24, "elder": 32}  # css px of what is to be read


def too_small(screen: Locator, type_size: str) -> list[str]:
    """Buttons that are too small to touch, and sentences that are too small to read."""
    found: list[str] = screen.evaluate(
        """(screen, [touched, read]) => {
            const aside = "figcaption, .kiosk-steps";
            const all = (what) => [...screen.querySelectorAll(what)].filter((one) =>
                one.getClientRects().length && getComputedStyle(one).clipPath === "none"
                && !one.closest(aside));
            const speaks = (one) => [...one.childNodes].some((node) =>
                node.nodeType === 3 && node.data.trim());
            const buttons = all("button, input")
                .map((one) => [one, Math.min(one.offsetWidth, one.offsetHeight)])
                .filter(([one, size]) => size < touched);
            const words = all("p, li, dd, label, button, strong").filter(speaks)
                .map((one) => [one, parseFloat(getComputedStyle(one).fontSize)])
                .filter(([one, size]) => size < read);
            return [...buttons, ...words].map(([one, size]) =>
                `${one.className || one.tagName} ${one.textContent.trim().slice(0, 12)}: ${size}`);
        }""",
        [TOUCHED[type_size], READ[type_size]],
    )
    return found


def look(page: Page, step: str, type_size: str, *, may_scroll: bool = False) -> None:
    """In both orientations every button of the step is in sight, and nothing needs scrolling."""
    screen = page.locator(f"#screen-{step}")
    expect(screen).to_be_visible(timeout=SLOW)
    assert (page.locator("html").get_attribute("data-size") or "") == type_size
    for size in (LYING, UPRIGHT):
        page.set_viewport_size(size)
        page.wait_for_timeout(200)  # lists fit themselves anew
        buttons = screen.locator("button:visible").all()
        assert buttons
        assert all(map(in_sight, buttons)), (step, size)
        assert may_scroll or not scrolls(page), (step, size)
        assert too_small(screen, type_size) == [], (step, size)


@pytest.fixture
def kiosk(in_front_of: Launch, address: str) -> Callable[[str, str, str], Page]:
    """A kiosk with somebody's face before it, in one size of type and one language."""

    def open_in(face: str, size: str, language: str) -> Page:
        page = in_front_of(face).new_context(viewport=UPRIGHT).new_page()
        chosen = {"django_language": language, "kiosk_size": size}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in chosen.items()]
        )
        page.goto(f"{address}/kiosk/kiosk-1/")
        return page

    return open_in


@pytest.mark.parametrize(
    ("size", "language"), [("", "zh-hans"), ("elder", "zh-hans"), ("elder", "en")]
)
def test_way_to_a_reminder_shows_its_buttons_without_scrolling(
    kiosk: Callable[[str, str, str], Page], address: str, size: str, language: str
) -> None:
    page = kiosk("representative", size, language)
    table = Visit(page.context.new_page(), address, "赵立案")
    table.lift_card()
    look(page, "home", size)
    page.get_by_test_id("business-enterprise").click()
    look(page, "card", size)
    table.lay_card()
    look(page, "face", size)
    Visit(page, address, "赵立案").choose_enterprise_if_asked()
    look(page, "remind", size, may_scroll=True)  # the list of what is restricted may be long
    page.locator("#screen-remind [data-do=back]").click()


@pytest.mark.parametrize("size", ["", "elder"])
def test_number_and_code_are_on_one_screen(
    kiosk: Callable[[str, str, str], Page],
    officer_page: Callable[[str], Page],
    address: str,
    size: str,
) -> None:
    page = kiosk("newcomer", size, "zh-hans")
    visit = Visit(page, address, "新来客")
    visit.choose("personal")
    visit.choose_enterprise_if_asked()
    ticket = visit.ticket()
    look(page, "ticket", size)
    for orientation in (LYING, UPRIGHT):
        page.set_viewport_size(orientation)
        assert in_sight(page.locator("#ticket-number"))
        assert in_sight(page.locator("#ticket-qr"))

    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    finish(officer)


@pytest.mark.parametrize(
    ("size", "language"), [("", "zh-hans"), ("elder", "zh-hans"), ("elder", "en")]
)
def test_another_time_is_booked_without_scrolling(
    kiosk: Callable[[str, str, str], Page], address: str, size: str, language: str
) -> None:
    page = kiosk("newcomer", size, language)
    table = Visit(page.context.new_page(), address, "新来客")
    table.lift_card()
    table.lay_card()
    page.get_by_test_id("business-personal").click()
    look(page, "items", size)
    page.get_by_test_id("another-time").click()
    expect(page.locator("#half-hours .kiosk-item").first).to_be_visible(timeout=SLOW)
    look(page, "book", size)
    days = page.locator("#book-days button")
    days.nth({"": 0, "elder": 1}[size] + 2 * (language == "en")).click()  # one booking a day
    page.locator("#half-hours .kiosk-item").first.click()
    page.get_by_test_id("book-now").click()
    look(page, "booked", size)
    page.locator("#screen-booked [data-do=home]").click()
