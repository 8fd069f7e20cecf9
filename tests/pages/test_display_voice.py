"""The call display in a real browser: each call is spoken in its order, and none is cut."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from tools import chromium

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "chengxin"
PAGE = """<!doctype html><html lang="zh-hans"><body class="display">
<div id="display" data-calls="/calls" data-stream="/stream">%s</div>
<template id="announcement">请 {number} 号，到 {window} 号窗口办理</template>
<script type="module" src="/hall/display.js"></script></body></html>"""
# a voice that takes a tenth of a second for each sentence, and notes when each began and ended
VOICE = """
globalThis.said = [];
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => VOICES,
  speak: (spoken) => {
    said.push("begin " + spoken.text);
    setTimeout(() => { said.push("end " + spoken.text); spoken.onend(); }, 100);
  },
} });
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def fragment(*calls: tuple[int, str, int]) -> str:
    lines = "".join(
        f'<li data-spoken="{pk}" data-number="{number}" data-window="{window}"></li>'
        for pk, number, window in calls
    )
    _pk, number, window = calls[-1]
    large = f"请 <strong>{number}</strong> 号到 <strong>{window}</strong> 号窗口"
    parts = f'<ol hidden>{lines}</ol><p class="display-call">{large}</p>'
    return f'<section id="calls">{parts}</section>'


class Screen:
    """The display's page, without a server: what it is told is set by hand."""

    def __init__(self, page: Page, voices: str) -> None:
        self.page, self.told = page, fragment((1, "A001", 3))
        page.add_init_script(VOICE.replace("VOICES", voices))
        page.route("**/*", self._answer)
        page.goto("http://display.test/")

    def _answer(self, route: Route) -> None:
        path = route.request.url.partition("display.test")[2]
        if path == "/":
            route.fulfill(body=PAGE % self.told, content_type="text/html; charset=utf-8")
        elif path == "/calls":
            route.fulfill(body=self.told, content_type="text/html; charset=utf-8")
        elif path == "/stream":  # it ends at once and is opened again: each time the page asks
            body = "retry: 150\n\nevent: ready\ndata: null\n\n"
            route.fulfill(body=body, content_type="text/event-stream")
        else:
            room, _slash, name = path.strip("/").partition("/")
            file = STATIC / room / "static" / room / name
            route.fulfill(body=file.read_text("utf-8"), content_type="text/javascript")

    def said(self, count: int) -> list[str]:
        self.page.wait_for_function(f"said.length >= {count}", timeout=30_000)
        return json.loads(self.page.evaluate("JSON.stringify(said)"))

    @property
    def large(self) -> str:
        return self.page.locator(".display-call").inner_text()


@pytest.fixture
def page() -> Iterator[Page]:
    path = chromium.find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("On CI no browser test may be left out: install chromium.")
        pytest.skip("LEFT OUT: no Chromium or Chrome on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1366, "height": 768})
        browser.close()


def test_calls_that_come_at_once_are_spoken_one_after_the_other_and_none_is_left_out(page):
    screen = Screen(page, voices="[1]")
    screen.told = fragment((1, "A001", 3), (2, "A002", 4), (4, "D001", 5), (5, "A003", 6))

    told = screen.said(8)
    begun = [one.removeprefix("begin ") for one in told if one.startswith("begin ")]
    numbers = [sentence.split(" 号")[0].removeprefix("请 ").replace(" ", "") for sentence in begun]
    assert list(dict.fromkeys(numbers)) == ["A002", "D001", "A003"]  # A001 was called before
    for begin, end in zip(told[::2], told[1::2], strict=False):
        assert begin.removeprefix("begin ") == end.removeprefix("end ")


def test_call_stays_in_large_until_it_is_spoken(page):
    screen = Screen(page, voices="[1]")
    screen.told = fragment((1, "A001", 3), (2, "A002", 4), (3, "A003", 5))
    screen.said(2)
    assert "A002" in screen.large

    screen.page.wait_for_function(
        "document.querySelector('.display-call').textContent.includes('A003')", timeout=30_000
    )


def test_call_that_committed_later_than_its_successor_is_spoken_too(page):
    screen = Screen(page, voices="[1]")
    screen.told = fragment((1, "A001", 3), (3, "A003", 5))
    screen.said(2)
    screen.told = fragment((1, "A001", 3), (2, "A002", 4), (3, "A003", 5))

    assert any("A 0 0 2" in one for one in screen.said(6))


def test_browser_without_a_voice_shows_every_call_all_the_same(page):
    screen = Screen(page, voices="[]")
    screen.told = fragment((1, "A001", 3), (2, "A002", 4), (3, "A003", 5))
    for number in ("A002", "A003"):
        screen.page.wait_for_function(
            f"document.querySelector('.display-call').textContent.includes('{number}')",
            timeout=30_000,
        )
