"""By keyboard alone: the kiosk from the card to the number, and all that stands at a window.

What has the focus shows it by an outline, and nothing lies over it (WCAG 2.1.1, 2.4.7, 2.4.11).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.flow.test_window_stories import at_window
from tools.walk import SLOW, Visit, begin, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

THICK = 2  # css px of an outline

# Every control in sight gets a number; of a group of radio buttons Tab comes to one, arrows to the
# others.
COUNT = """(within) => {
  const radios = new Set();
  const all = [...document.querySelectorAll(within)].flatMap((part) => [...part.querySelectorAll(
      "a[href], button, input, select, textarea, summary, [tabindex='0']")])
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled
      && one.type !== "hidden" && !one.closest("[inert]"))
    .filter((one) => one.type !== "radio" || (!radios.has(one.name) && radios.add(one.name)));
  document.querySelectorAll("[data-reach]").forEach((one) => one.removeAttribute("data-reach"));
  all.forEach((one, at) => { one.dataset.reach = at; });
  return all.map((one) => `${one.tagName} ${one.id || one.dataset.testid || one.name || ""} `
    + (one.ariaLabel || one.textContent).trim().slice(0, 20));
}"""
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const { left, top, width, height } = one.getBoundingClientRect();
  const points = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]];
  const on = ([x, y]) => document.elementFromPoint(left + x * width, top + y * height);
  return {
    at: one.dataset.reach ?? (one.type === "radio"
      ? document.querySelector(`[data-reach][name="${one.name}"]`)?.dataset.reach : undefined),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    seen: points.map(on).some((other) => other && (one.contains(other) || other.contains(one))),
  };
}"""


def reach_all(page: Page, within: str) -> list[str]:
    """What Tab does not come to in these parts of the page, or comes to without showing it."""
    controls: list[str] = page.evaluate(COUNT, within)
    assert controls
    wrong = {at: "not reached" for at in range(len(controls))}
    for _ in range(2 * page.locator("[data-reach]").count() + 80):
        page.keyboard.press("Tab")
        told = page.evaluate(FOCUS)
        if told["at"] is None or int(told["at"]) not in wrong:
            continue
        at = int(told["at"])
        wrong[at] = "" if told["outline"] >= THICK else f"outline {told['outline']}"
        wrong[at] += "" if told["seen"] else " hidden"
        if not wrong[at]:
            del wrong[at]
        if not wrong:
            break
    return [f"{controls[at]}: {why.strip()}" for at, why in wrong.items()]


def go_to(one: Locator) -> None:
    """By Tab, as often as it takes."""
    page = one.page
    expect(one.first).to_be_enabled()
    for _ in range(120):
        page.keyboard.press("Tab")
        if one.first.evaluate("one => one === document.activeElement"):
            told = page.evaluate(FOCUS)
            assert told["outline"] >= THICK
            assert told["seen"]
            return
    pytest.fail(f"Tab does not come to {one}")


def press(one: Locator, key: str = "Enter") -> None:
    go_to(one)
    one.page.keyboard.press(key)


def test_what_keys_do_not_reach_or_do_not_show_is_named(
    in_front_of: Callable[[str], Browser],
) -> None:
    page = in_front_of("stranger").new_page()
    page.set_content("""<html lang="zh"><title>样</title>
      <style>:focus-visible { outline: 2px solid }</style><main><button id="a">一</button>
      <button id="b" style="outline:none">二</button><button id="c" tabindex="-1">三</button>
      <button id="d" style="position:absolute; top:200px">四</button>
      <p style="position:absolute; top:180px; width:200px; height:80px">盖住</p></main>""")

    assert reach_all(page, "body") == [
        "BUTTON b 二: outline 0", "BUTTON c 三: not reached", "BUTTON d 四: hidden"
    ]  # fmt: skip


def test_kiosk_from_the_card_to_the_number_without_touching_the_screen(
    in_front_of: Callable[[str], Browser],
    officer_page: Callable[[str], Page],
    address: str,
) -> None:
    page = in_front_of("handler").new_context(viewport={"width": 1080, "height": 1920}).new_page()
    table = Visit(page.context.new_page(), address, "李办税")
    table.lift_card()
    page.bring_to_front()
    page.goto(f"{address}/kiosk/kiosk-1/")
    assert reach_all(page, "body") == []
    press(page.locator("[data-elder]"))
    expect(page.locator("html")).to_have_attribute("data-size", "elder")
    page.keyboard.press("Enter")

    press(page.get_by_test_id("business-enterprise"))
    expect(page.locator("#screen-card")).to_be_visible(timeout=SLOW)
    assert reach_all(page, "body") == []
    table.page.bring_to_front()
    table.lay_card()  # a card is laid by hand
    page.bring_to_front()
    next_step = page.locator("#screen-items, #screen-choose").locator("visible=true")
    expect(next_step).to_be_visible(timeout=SLOW)
    if page.locator("#screen-choose").is_visible():
        assert reach_all(page, "body") == []
        press(page.locator("#choices .kiosk-row"))
    expect(page.locator("#screen-items")).to_be_visible(timeout=SLOW)
    assert reach_all(page, "body") == []
    go_to(page.locator("#items .kiosk-item"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#items .kiosk-item").nth(1)).to_have_attribute("aria-pressed", "true")
    press(page.locator("#items-next"))

    expect(page.locator("#screen-remind")).to_be_visible(timeout=SLOW)
    assert reach_all(page, "body") == []
    press(page.locator("#screen-remind [data-do=back]"))
    expect(page.locator("#screen-items")).to_be_visible(timeout=SLOW)
    press(page.get_by_test_id("items-next"))
    press(page.get_by_test_id("take-anyway"))
    number = page.get_by_test_id("ticket-number")
    expect(number).to_be_visible(timeout=SLOW)
    ticket = number.inner_text(), page.locator("#ticket-token").inner_text()
    press(page.locator("#screen-ticket [data-do=more-time]"))
    assert reach_all(page, "body") == []
    press(page.locator("#screen-ticket [data-do=home]"))
    expect(page.locator("#screen-home")).to_be_visible()

    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    finish(officer)


DIALOGS = {  # key, and what it opens
    "Shift+F3": "find", "Shift+F8": "transfer", "F7": "by-hand", "?": "shortcuts",
}  # fmt: skip


def test_everything_at_a_window_is_reached_by_keys_and_shows_that_it_is(
    in_front_of: Callable[[str], Browser],
    officer_page: Callable[[str], Page],
    address: str,
) -> None:
    ticket = Visit(in_front_of("handler").new_page(), address, "李办税").take("enterprise")
    officer = officer_page("zhao")
    at_window(officer, address, 2)
    assert reach_all(officer, "body") == []
    for key, name in (("Shift+F3", "find"), ("Shift+F6", "pause"), ("Shift+F7", "hand-over")):
        in_dialog(officer, key, name)

    serve(officer, address, 2, ticket)
    begin(officer, "file_vat")
    expect(officer.get_by_test_id("finish-item")).to_be_visible()
    assert reach_all(officer, "body") == []
    for key, name in DIALOGS.items():
        in_dialog(officer, key, name)
    press(officer.get_by_test_id("object"))
    expect(officer.locator("#object")).to_be_visible()
    assert reach_all(officer, "#object") == []
    officer.keyboard.press("Escape")
    officer.get_by_test_id("finish-item").press("Enter")
    expect(officer.get_by_test_id("finish-item")).to_have_count(0)
    finish(officer)


def in_dialog(officer: Page, key: str, name: str) -> None:
    """Its key opens it, Tab stays in it and comes to all of it, Esc puts it away."""
    officer.keyboard.press(key)
    dialog = officer.locator(f"#{name}")
    expect(dialog).to_be_visible()
    assert reach_all(officer, f"#{name}") == []
    assert dialog.evaluate(
        "one => one.contains(document.activeElement) || document.activeElement === document.body"
    )
    officer.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
