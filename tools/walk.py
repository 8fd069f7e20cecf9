"""Steps of a visit as people take them in a browser: for the flow tests and the screenshots."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from chengxin.devices import drawn_faces

PASSWORD = "yangxin-2017"  # noqa: S105 (of made-up officers in a made-up county)
SLOW = 30_000  # milliseconds: a card, a face, a first page on a busy machine
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


@contextmanager
def browser(playwright: Playwright, path: str, face: str) -> Iterator[Browser]:
    """A Chromium whose camera sees one of the cast's drawn faces."""
    with TemporaryDirectory(prefix="chengxin-film-") as folder:
        film = Path(folder) / "camera.mjpeg"
        drawn_faces.mjpeg(film, drawn_faces.clip(drawn_faces.CAST[face], frames=12))
        opened = playwright.chromium.launch(
            executable_path=path, args=[*ARGS, f"--use-file-for-fake-video-capture={film}"]
        )
        try:
            yield opened
        finally:
            opened.close()


class Visit:
    """What a taxpayer does at the kiosk, or at another device with a card reader."""

    def __init__(self, page: Page, address: str, card: str, device: str = "kiosk-1") -> None:
        self.page, self.address, self.card, self.device = page, address, card, device

    def choose(self, business: str) -> None:
        """Touch one of the three modules and lay the card on the reader, as the screen asks."""
        assert self.page.context.browser is not None
        with closing(self.page.context.browser.new_page()) as page:
            table = Visit(page, self.address, self.card, self.device)
            table.lift_card()
            self.page.goto(f"{self.address}/kiosk/kiosk-1/")
            self.page.get_by_test_id(f"business-{business}").click()
            expect(self.page.locator("#screen-card")).to_be_visible(timeout=SLOW)
            table.lay_card()

    def lift_card(self) -> None:
        """Take away whatever card lies on the reader; the table of props stays open."""
        self.page.goto(f"{self.address}/demo/props/")
        lift = props(self.page, self.device).get_by_test_id("lift-card")
        if lift.is_enabled():
            lift.click()
            expect(lift).to_be_disabled(timeout=SLOW)

    def lay_card(self) -> None:
        """At the table of props: lay the card on the reader."""
        card = props(self.page, self.device).get_by_test_id(f"card-{self.card}")
        card.click()
        expect(card).to_have_attribute("aria-pressed", "true", timeout=SLOW)

    @property
    def anyway(self) -> Locator:
        return self.page.get_by_test_id("take-anyway")

    def choose_enterprise_if_asked(self, *items: str) -> None:
        """Past the lists of enterprises and items, to the words of warning or to the number: for
        `items`, or for "something else"."""
        row = self.page.locator("#choices .kiosk-row").first
        something = self.page.get_by_test_id("something-else")
        self._until(row, something)
        if row.is_visible():
            row.click()
            self._until(something)
        if something.is_visible():
            self.pick(*items)
        self._until()

    def pick(self, *items: str) -> None:
        """On the shelves of items: these, on whichever shelf they lie, or "something else"."""
        for code in items:
            one = self.page.get_by_test_id(f"pick-{code}")
            self._turn_to(one)
            one.click()
            expect(one).to_have_attribute("aria-pressed", "true")
        self.page.get_by_test_id("items-next" if items else "something-else").click()

    def _turn_to(self, one: Locator) -> None:
        """Look through the shelves, and leaf through each, until `one` is in sight."""
        onward = self.page.locator("#items-pager [data-page='1']")
        for shelf in self.page.locator("#shelves .kiosk-shelf").all():
            if one.count():
                return
            shelf.click()
            while not one.count() and onward.is_visible() and onward.is_enabled():
                onward.click()

    def _until(self, *others: Locator) -> None:
        """Wait for the number, the words of warning, or one of `others`."""
        seen = self.page.get_by_test_id("ticket-number").or_(self.anyway)
        for one in others:
            seen = seen.or_(one)
        expect(seen.locator("visible=true").first).to_be_visible(timeout=SLOW)

    def take(self, business: str) -> tuple[str, str]:
        """All the way to a number, past whatever is said beforehand."""
        self.choose(business)
        self.choose_enterprise_if_asked()
        if self.anyway.is_visible():
            self.anyway.click()
        return self.ticket()

    def ticket(self) -> tuple[str, str]:
        """The number, and the text under the QR."""
        number = self.page.get_by_test_id("ticket-number")
        expect(number).to_be_visible(timeout=SLOW)
        return number.inner_text(), self.page.locator("#ticket-token").inner_text()


def props(page: Page, device: str = "kiosk-1") -> Locator:
    """What lies on the table of props for one device."""
    return page.get_by_test_id(f"props-{device}")


def sign_in(page: Page, address: str, username: str) -> Page:
    """Through the sign-in form, as every officer."""
    page.goto(f"{address}/account/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/account/login/" not in url, wait_until="load")
    return page


def serve(officer: Page, address: str, window: int, ticket: tuple[str, str]) -> None:
    """Call the next number, which must be this one, and scan its QR as a scanner types it."""
    if not re.search(r"/windows/\d+/", officer.url):
        officer.goto(f"{address}/windows/")
        officer.get_by_role("link", name=re.compile(f"{window}")).first.click()
        officer.wait_for_url(re.compile(r"/windows/\d+/$"), wait_until="load")
    officer.get_by_test_id("call-next").click()
    expect(officer.get_by_test_id("current-number")).to_have_text(ticket[0])
    scan(officer, ticket[1])
    expect(officer.get_by_test_id("finish")).to_be_enabled()


def scan(page: Page, code: str) -> None:
    """As a scanner does, with the line end behind the code."""
    type_quickly(page, [*code, "Enter"])


def type_quickly(page: Page, signs: Iterable[str]) -> None:
    """Keys 2 ms apart by their own time, however late a busy machine sends."""
    keyboard = page.context.new_cdp_session(page)
    began = time.time()
    for place, sign in enumerate(signs):
        key = {"key": sign, "text": {"Enter": "\r", "Tab": ""}.get(sign, sign)}
        pressed = {"type": "keyDown", "timestamp": began + 0.002 * place}
        keyboard.send("Input.dispatchKeyEvent", key | pressed)
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": sign})
    keyboard.detach()


def finish(officer: Page) -> None:
    """End the visit; the window is free for the next."""
    officer.get_by_test_id("finish").click()
    expect(officer.get_by_test_id("call-next")).to_be_enabled()


def begin(officer: Page, item: str) -> None:
    officer.get_by_test_id(f"item-{item}").get_by_role("button").click()


def handle(officer: Page, item: str) -> None:
    """Begin an item and bring it to its end."""
    ended = officer.get_by_test_id("handled").filter(
        has_not=officer.get_by_test_id("finish-item"), has_text="办结"
    )
    before = ended.count()
    begin(officer, item)
    officer.get_by_test_id("finish-item").click()
    expect(ended).to_have_count(before + 1)
