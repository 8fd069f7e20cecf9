"""Sizes as they stand on the screen: of text, of lines, of what is to be touched."""

from __future__ import annotations

from playwright.sync_api import Page

# A letter, a number or a time alone on its line has no line below it.
MEASURE = """([read, apart, touched]) => {
  const all = (what) => [...document.querySelectorAll(what)].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length
    && !one.closest(".only-read, .skip")
    && getComputedStyle(one).clipPath === "none"
    && ![...ancestors(one)].some((over) => getComputedStyle(over).clipPath !== "none"));
  function* ancestors(one) { for (let at = one.parentElement; at; at = at.parentElement) yield at; }
  const said = (one) => [...one.childNodes].filter((node) => node.nodeType === 3)
    .map((node) => node.data.trim()).join("");
  const told = (one, what) => `${one.tagName}.${one.className || one.id} "${
    one.textContent.trim().slice(0, 12)}": ${what}`;
  const found = [];
  for (const one of all("body *")) {
    const text = said(one), style = getComputedStyle(one), size = parseFloat(style.fontSize);
    if (!text) continue;
    if (size < read) found.push(told(one, `${size} px`));
    const line = parseFloat(style.lineHeight) / size;
    if (line < apart - .001 && !/^[A-Z⌫]$|^[A-Z]?[\\d:–/ ]+$|^✓$/.test(text)) {
      found.push(told(one, `line ${line.toFixed(2)}`));
    }
  }
  for (const one of all("button, a[href], select, textarea, input:not([type=hidden])")) {
    if (one.matches("p a") && getComputedStyle(one).display === "inline") continue; // among words
    const target = one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one;
    const { width, height } = target.getBoundingClientRect();
    if (Math.min(width, height) < touched - .01) {
      found.push(told(target, `${width.toFixed(0)} × ${height.toFixed(0)}`));
    }
  }
  return found;
}"""


def measured(page: Page, read: float, apart: float, touched: float) -> list[str]:
    """Text smaller than `read` px, lines closer than `apart` times the text, targets narrower or
    lower than `touched` px; each with its place and figure."""
    found: list[str] = page.evaluate(MEASURE, [read, apart, touched])
    return found
