"""A picture of every page, at the sizes that people use: `make shots`, into build/shots.

A demo of 6,000 persons is started for it, and a visit is walked through; nothing is drawn by hand.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tools import chromium, demo_server, walk

OUT = Path("build/shots")
UPRIGHT, LYING, SMALL = (1080, 1920), (1920, 1080), (1366, 768)


def main() -> int:
    path = chromium.ensure()
    if path is None:
        return chromium.main()
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="chengxin-shots-") as home,
        demo_server.running(Path(home)) as address,
        sync_playwright() as playwright,
    ):
        with walk.browser(playwright, path, "honest") as at_kiosk:
            honest = kiosk(at_kiosk, address, "王守信", "honest")
        with walk.browser(playwright, path, "handler") as at_kiosk:
            warned = kiosk(at_kiosk, address, "李办税", "warned")
        with walk.browser(playwright, path, "stranger") as desk:
            officers(desk, address, [honest, warned])
    return 0


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    page.wait_for_timeout(700)  # pictures, plots and pieces of the page that come after it
    page.screenshot(path=OUT / f"{name}.png", full_page=whole)


def page_of(browser: Browser, size: tuple[int, int]) -> Page:
    return browser.new_page(viewport={"width": size[0], "height": size[1]})


def kiosk(browser: Browser, address: str, card: str, name: str) -> tuple[str, str]:
    """One person's way to a number, with a picture of each screen; the ticket."""
    page = page_of(browser, UPRIGHT)
    for size in (UPRIGHT, LYING):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{address}/kiosk/kiosk-1/")
        shoot(page, f"kiosk-home-{size[0]}")
        if name == "honest":
            page.locator("[data-elder]").click()
            shoot(page, f"kiosk-large-{size[0]}")
            page.locator("[data-elder]").click()
    page.set_viewport_size({"width": UPRIGHT[0], "height": UPRIGHT[1]})
    visit = walk.Visit(page, address, card)
    visit.choose("enterprise")
    page.locator("#screen-face").wait_for(state="visible", timeout=walk.SLOW)
    shoot(page, f"kiosk-face-{name}")
    visit.choose_enterprise_if_asked()
    if visit.anyway.is_visible():
        shoot(page, f"kiosk-told-{name}")
        visit.anyway.click()
    ticket = visit.ticket()
    shoot(page, f"kiosk-ticket-{name}-upright")
    page.set_viewport_size({"width": LYING[0], "height": LYING[1]})
    shoot(page, f"kiosk-ticket-{name}-lying")
    return ticket


def officers(browser: Browser, address: str, tickets: list[tuple[str, str]]) -> None:
    page = page_of(browser, SMALL)
    page.goto(address)
    shoot(page, "front", whole=True)
    page.goto(f"{address}/account/login/")
    shoot(page, "sign-in")
    page.goto(f"{address}/demo/props/")
    shoot(page, "props", whole=True)

    window = walk.sign_in(page_of(browser, SMALL), address, "zhao")
    display = page_of(browser, LYING)
    display.goto(f"{address}/display/yangxin/")
    shoot(display, "display-waiting")
    window.goto(f"{address}/windows/")
    shoot(window, "windows")
    for ticket, name in zip(tickets, ("served", "restricted"), strict=True):
        walk.serve(window, address, 1, ticket)
        for size in (SMALL, LYING):
            window.set_viewport_size({"width": size[0], "height": size[1]})
            shoot(window, f"window-{name}-{size[0]}")
        window.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
        walk.handle(window, "file_vat")
        walk.finish(window)
    shoot(display, "display-called")

    field = walk.sign_in(page_of(browser, SMALL), address, "zhou")
    field.goto(f"{address}/alerts/")
    shoot(field, "alerts")
    field.get_by_role("link", name="李投资").first.click()
    shoot(field, "alert", whole=True)
    field.goto(f"{address}/people/")
    field.fill("#text", "李投资")
    field.keyboard.press("Enter")
    field.locator("canvas").first.wait_for()
    shoot(field, "dossier-person", whole=True)
    field.get_by_role("link", name="阳信县常亏皮革有限公司").first.click()
    field.locator("canvas").first.wait_for()
    shoot(field, "dossier-enterprise", whole=True)

    keeper = walk.sign_in(page_of(browser, SMALL), address, "feng")
    for tab in ("queue", "joined", "past"):
        keeper.goto(f"{address}/identities/?tab={tab}")
        shoot(keeper, f"identities-{tab}", whole=True)
    keeper.goto(f"{address}/deliveries/")
    shoot(keeper, "deliveries", whole=True)
    keeper.goto(f"{address}/deliveries/golden_tax_local_registration/")
    shoot(keeper, "deliveries-source", whole=True)

    auditor = walk.sign_in(page_of(browser, SMALL), address, "zheng")
    auditor.goto(f"{address}/traces/")
    shoot(auditor, "traces", whole=True)


if __name__ == "__main__":
    sys.exit(main())
