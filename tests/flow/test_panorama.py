"""风险全景 in a browser: it fits the screens that offices have; its numbers open their lists."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SCREENS = [(1366, 768), (1920, 1080), (1024, 768)]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NAMELESS = """() => [...document.querySelectorAll("main :is(a, button, select, input, summary)")]
  .filter(one => one.checkVisibility() && one.type !== "hidden")
  .filter(one => !(one.ariaLabel || one.textContent.trim() || one.labels?.length))
  .map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_fits_and_every_number_opens_the_list_of_as_many(
    officer_page: Callable[[str], Page], address: str, language: str
) -> None:
    page = officer_page("qian")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(f"{address}/panorama/")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(WIDER) <= 0, (width, language)
    assert page.evaluate(NAMELESS) == []

    page.set_viewport_size({"width": 1366, "height": 768})
    for name in ("map", "trend", "flow", "spread"):
        part = page.get_by_test_id(name)
        part.locator("summary").first.click()
        number = part.locator("td.num a:visible").first
        told = int(re.sub(r"\D", "", number.inner_text()))
        number.click()
        count = page.get_by_test_id("count")
        expect(count).to_be_visible()
        assert int(re.sub(r"\D", "", count.inner_text())) == told
        page.go_back()
    assert wrong == []
