"""The hall's small modules in a real browser, without a server: the scanner and the steps before
the camera."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tools.walk import type_quickly

STATIC = {
    "/static/hall/": Path("chengxin/hall/static/hall"),
    "/static/web/": Path("chengxin/web/static/web"),
}
PAGE = """<!doctype html><html lang="zh"><body hx-headers="{}">
<label>查<input id="field"></label><button id="call">叫号</button><ul id="codes"></ul>
<p id="calls">0</p></body></html>"""
CODE = "CX1-ABCDEFGH"
LISTEN = """async () => {
  const { onScan } = await import("/static/hall/scanner.js");
  window.codes = []; window.calls = 0;
  document.getElementById("call").addEventListener("click", () => { window.calls += 1; });
  onScan("CX1-", 12, (code) => window.codes.push(code));
}"""


@pytest.fixture
def bare(in_front_of: Callable[[str], Browser]) -> Page:
    """A page of no server; the modules come from the package."""
    page = in_front_of("stranger").new_page()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://hall.test")
        for start, folder in STATIC.items():
            if path.startswith(start):
                file = folder / path.removeprefix(start)
                return route.fulfill(body=file.read_bytes(), content_type="text/javascript")
        return route.fulfill(body=PAGE, content_type="text/html")

    page.route("http://hall.test/**", answer)
    page.goto("http://hall.test/")
    return page


@pytest.fixture
def scanned(bare: Page) -> Page:
    bare.evaluate(LISTEN)
    return bare


def codes(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.codes")
    return found


def hidden(page: Page, text: str) -> None:
    """A scanner while a Chinese input method is on: keys without signs, only their places."""
    page.evaluate(
        """(text) => { for (const sign of text) {
          const code = sign === "-" ? "Minus" : /[0-9]/.test(sign) ? `Digit${sign}` : `Key${sign}`;
          document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            { key: "Process", code, isComposing: true, bubbles: true, cancelable: true }));
        } }""",
        text,
    )


@pytest.mark.parametrize("end", [[], ["Enter"], ["Tab"]], ids=["nothing", "Enter", "Tab"])
def test_a_code_is_taken_whatever_ends_the_line_and_presses_no_button(
    scanned: Page, end: list[str]
):
    scanned.focus("#call")
    type_quickly(scanned, [*CODE, *end])

    assert codes(scanned) == [CODE]
    assert scanned.evaluate("window.calls") == 0
    assert scanned.evaluate("document.activeElement.id") == "call"


def test_enter_of_a_quick_hand_behind_the_scanners_own_presses_the_button(scanned: Page):
    scanned.focus("#call")
    type_quickly(scanned, [*CODE, "Enter", "Enter"])  # as CR and LF
    assert scanned.evaluate("window.calls") == 0

    type_quickly(scanned, [*CODE.replace("A", "B"), "Enter"])
    scanned.wait_for_timeout(100)
    scanned.keyboard.press("Enter")

    assert len(codes(scanned)) == 2
    assert scanned.evaluate("window.calls") == 1


def test_small_letters_of_a_scanner_with_capital_lock_are_the_same_code(scanned: Page):
    type_quickly(scanned, CODE.lower())

    assert codes(scanned) == [CODE]


def test_a_code_in_a_field_leaves_nothing_behind_in_it(scanned: Page):
    scanned.fill("#field", "税控")
    scanned.focus("#field")
    scanned.keyboard.press("End")
    type_quickly(scanned, CODE)

    assert codes(scanned) == [CODE]
    assert scanned.input_value("#field") == "税控"


def test_with_an_input_method_on_the_places_of_the_keys_tell_the_code(scanned: Page):
    scanned.focus("#field")
    hidden(scanned, "CX1-ABCD2345")

    assert codes(scanned) == ["CX1-ABCD2345"]


def test_half_a_code_is_forgotten_and_the_next_one_taken(scanned: Page):
    type_quickly(scanned, "CX1-ABCCX1-12345678")
    assert codes(scanned) == ["CX1-12345678"]

    type_quickly(scanned, "CX1-AB")
    scanned.wait_for_timeout(1200)
    scanned.focus("#field")
    scanned.keyboard.type("abc", delay=150)  # a hand
    assert codes(scanned) == ["CX1-12345678"]
    assert scanned.input_value("#field") == "abc"


def test_the_same_code_twice_at_once_is_one_scan_and_later_another(scanned: Page):
    type_quickly(scanned, [*CODE, "Enter", *CODE])
    assert codes(scanned) == [CODE]

    scanned.wait_for_timeout(2300)
    type_quickly(scanned, CODE)
    assert len(codes(scanned)) == 2


def test_a_hand_types_the_prefix_and_presses_enter_as_ever(scanned: Page):
    scanned.focus("#field")
    scanned.keyboard.type(CODE, delay=160)
    assert codes(scanned) == []
    assert scanned.input_value("#field") == CODE

    scanned.focus("#call")
    scanned.keyboard.press("Enter")
    assert scanned.evaluate("window.calls") == 1


# ---- 动作检测 -----------------------------------------------------------------------------------

LIVELY = """async (off) => {
  const { lively } = await import("/static/hall/liveness.js");
  const said = [], sent = [];
  let shots = 0;
  const eye = { picture: async () => new Blob([String(shots += 1)], { type: "image/jpeg" }) };
  window.fetch = async (url, { body }) => {
    if (off) return new Response(JSON.stringify({ code: "liveness_off", reason: "no" }),
      { status: 409 });
    if (url.endsWith("answer")) {
      for (const [name, value] of body.entries())
        sent.push([name, typeof value === "string" ? value : "picture"]);
      return new Response(JSON.stringify({ words: "动作完成", again: false, verdict: "passed" }));
    }
    return new Response(JSON.stringify({ check: "C", seconds: 30, steps: [
      { step: "straight", words: "正视" }, { step: "left", words: "向左" },
      { step: "blink", words: "闭眼" } ] }));
  };
  const told = await lively({ base: "/kiosk/k/", eye, say: (words) => said.push(words),
    data: { session: "S" }, pause: async () => {} });
  return { told, said, sent };
}"""


def test_steps_are_said_one_after_another_and_their_pictures_sent_once(bare: Page):
    found = bare.evaluate(LIVELY, False)

    assert found["said"] == ["正视", "向左", "闭眼"]
    assert found["told"]["verdict"] == "passed"
    sent = [name for name, _value in found["sent"]]
    assert ["session", "S"] in found["sent"]
    assert ["check", "C"] in found["sent"]
    counts = [sent.count(f"step{step}") for step in range(3)]
    assert min(counts) >= 5
    assert sum(counts) <= 60, json.dumps(counts)  # devices.liveness.MOST_FRAMES


def test_a_hall_that_asks_for_no_steps_goes_on_as_ever(bare: Page):
    assert bare.evaluate(LIVELY, True)["told"] is None
