"""长辈版: the figures of the ministry's rules for elders (front-office facts 5.6), measured on each
step of the kiosk and on the citizen's screen.

Text of at least 18 px that grows to 30, lines 1.3 apart, contrast 4.5 also for large letters,
targets of 60 × 60; in the usual type targets of 44 × 44.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flow import axe
from tests.flow.figures import measured
from tests.flow.looks import end_screen
from tests.flow.test_kiosk_fits import LYING, UPRIGHT
from tests.flow.test_window_stories import at_window
from tools.walk import SLOW, Visit, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

READ, GROWN, APART = 18, 30, 1.3
TOUCHED = {"": 44, "elder": 60}
CONTRAST = 4.5

LARGEST = """() => Math.max(...[...document.querySelectorAll("main h1")]
  .filter((one) => one.checkVisibility())
  .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
PALE = """async (least) => {
  const options = { contrastRatio: { normal: { expected: least }, large: { expected: least } } };
  axe.configure({ checks: [{ id: "color-contrast", options }] });
  const found = await axe.run(document, { runOnly: ["color-contrast"] });
  return found.violations.flatMap((one) => one.nodes.map((node) =>
    `${node.target.join(" ")}: ${node.any.map((check) => check.message).join("; ")}`));
}"""


def measure(page: Page, size: str) -> None:
    """Lying and upright, nothing on the screen is smaller, denser or paler than it may be."""
    assert (page.locator("html").get_attribute("data-size") or "") == size
    for screen in (LYING, UPRIGHT):
        page.set_viewport_size(screen)
        page.wait_for_timeout(200)  # lists fit themselves anew
        least = [READ, APART, TOUCHED[size]] if size else [0, 0, TOUCHED[size]]
        assert measured(page, *least) == [], screen
    if size:
        assert page.evaluate(LARGEST) >= GROWN
    page.evaluate(axe.script())
    assert page.evaluate(PALE, CONTRAST) == []


def kiosk(launch: Callable[[str], Browser], address: str, face: str, size: str) -> Page:
    context = launch(face).new_context(viewport=UPRIGHT, reduced_motion="reduce")
    chosen = {"name": "kiosk_size", "value": size, "url": address}
    context.add_cookies([chosen])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{address}/kiosk/kiosk-1/")
    return page


def test_what_is_too_small_too_dense_or_too_pale_is_named(
    in_front_of: Callable[[str], Browser],
) -> None:
    page = in_front_of("stranger").new_page()
    page.set_content("""<html lang="zh"><title>样</title><main style="font-size:17px">
      <p style="line-height:1.2; color:#888">太密的字</p>
      <button style="width:59px; height:80px; font:24px/1.3 sans-serif">窄</button></main>""")

    found = measured(page, READ, APART, TOUCHED["elder"])

    assert [one.rpartition(": ")[2] for one in found] == ["17 px", "line 1.20", "59 × 80"]
    page.evaluate(axe.script())
    [pale] = page.evaluate(PALE, CONTRAST)
    assert pale.startswith("p: ")


@pytest.mark.parametrize("size", ["elder", ""])
def test_every_step_to_a_reminder_holds_the_figures(
    in_front_of: Callable[[str], Browser], address: str, size: str
) -> None:
    page = kiosk(in_front_of, address, "representative", size)
    table = Visit(page.context.new_page(), address, "赵立案")
    table.lift_card()
    measure(page, size)
    page.locator("#still-there").evaluate("dialog => dialog.showModal()")
    measure(page, size)
    page.locator("#still-there").evaluate("dialog => dialog.close()")
    page.get_by_test_id("business-enterprise").click()
    expect(page.locator("#screen-card")).to_be_visible(timeout=SLOW)
    measure(page, size)
    table.lay_card()
    next_step = page.locator("#screen-items, #screen-choose").locator("visible=true")
    expect(next_step).to_be_visible(timeout=SLOW)
    measure(page, size)
    if page.locator("#screen-choose").is_visible():
        page.locator("#choices .kiosk-row").first.click()
        expect(page.locator("#screen-items")).to_be_visible(timeout=SLOW)
        measure(page, size)
    page.get_by_test_id("something-else").click()
    expect(page.locator("#screen-remind")).to_be_visible(timeout=SLOW)
    measure(page, size)
    page.locator("#screen-remind [data-do=back]").click()


def test_number_and_grades_hold_the_figures(
    in_front_of: Callable[[str], Browser],
    officer_page: Callable[[str], Page],
    address: str,
) -> None:
    page = kiosk(in_front_of, address, "honest", "elder")
    ticket = Visit(page, address, "王守信").take("personal")
    measure(page, "elder")

    manager = officer_page("he")
    manager.goto(f"{address}/duty/")
    manager.get_by_test_id("pair-2").click()
    tablet = kiosk(in_front_of, address, "stranger", "elder")
    tablet.goto(f"{address}/evaluate/")
    measure(tablet, "elder")
    tablet.locator("#code").fill(manager.get_by_test_id("pairing-code").inner_text())
    tablet.keyboard.press("Enter")
    screen = tablet.get_by_test_id("screen")
    expect(screen).to_have_attribute("data-state", "idle")
    officer = officer_page("zhao")
    at_window(officer, address, 2)
    serve(officer, address, 2, ticket)
    expect(screen).to_have_attribute("data-state", "serving")
    measure(tablet, "elder")
    finish(officer)
    expect(screen).to_have_attribute("data-state", "asked")
    measure(tablet, "elder")
    tablet.keyboard.press("4")
    measure(tablet, "elder")
    tablet.locator("[data-back-to-grades]").click()
    tablet.keyboard.press("1")
    expect(screen).to_have_attribute("data-state", "thanks")
    measure(tablet, "elder")
    end_screen(manager, address, 2)
