"""axe-core on pages as they stand: what it finds serious or critical by WCAG 2.2, A and AA; and
which addresses were looked at, so that none is left out."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import parse_qs, urlsplit

from django.urls import Resolver404, URLPattern, get_resolver, resolve
from playwright.sync_api import Page

from tests.rules.test_shape import routes
from tools.demo_server import ROOT

SCRIPT = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GRAVE = ["serious", "critical"]
RUN = """async ([tags, grave]) => {
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
  });
  return found.violations.filter((one) => grave.includes(one.impact)).flatMap((one) =>
    one.nodes.map((node) => `${one.id} (${one.impact}) at ${node.target.join(" ")}: `
      + [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ")));
}"""
SETTLED = "() => !document.querySelector('.htmx-request') && document.fonts.status === 'loaded'"
LINKS = """() => [...document.querySelectorAll("a[href]:not([download])")]
  .map((one) => new URL(one.getAttribute("href"), location.href))
  .filter((one) => one.origin === location.origin).map((one) => one.pathname + one.search)"""
TWICE = 2
ROLES = "allowed_roles"  # what offices.access writes on a guarded view


@cache
def script() -> str:
    return SCRIPT.read_text("utf-8")


def faults(page: Page) -> list[str]:
    """Rule, impact, element and measured values of each fault; the page's own policy allows no
    script from elsewhere, so axe-core comes through the debugger."""
    page.wait_for_function(SETTLED)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(script())
    found: list[str] = page.evaluate(RUN, [TAGS, GRAVE])
    return found


def asked_by_get(view: Callable[..., object]) -> bool:
    """Whether the view answers GET: as `require_http_methods` was told, under other marks."""
    while True:
        methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if methods is not None:
            return "GET" in methods
        if not hasattr(view, "__wrapped__"):
            return True
        view = view.__wrapped__


@cache
def gets() -> dict[str, URLPattern]:
    """Every address that answers GET, by its name."""
    found = routes(get_resolver().url_patterns)
    return {str(one.name): one for _where, one in found if asked_by_get(one.callback)}


def named(path: str) -> str:
    """The name of the address; "" of one that leads nowhere."""
    try:
        return str(resolve(urlsplit(path).path).url_name)
    except Resolver404:
        return ""


def kind_of(path: str) -> tuple[str, ...]:
    """Pages that differ only in whom or which page of a list they show are of one kind."""
    asked = parse_qs(urlsplit(path).query)
    return (named(path), *sorted(asked), *asked.get("tab", []))


class Survey:
    """What axe-core found, and the names of the pages that it looked at."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.found: dict[str, list[str]] = {}
        self.opened: set[str] = set()
        self._lookers: dict[tuple[str, ...], set[str]] = {}

    def look(self, page: Page, where: str) -> None:
        """At the page as it stands."""
        self.opened.add(named(page.url.removeprefix(self.address)))
        if found := faults(page):
            self.found[where] = found

    def open(self, page: Page, path: str, who: str) -> bool:
        """Whether it is a page, and not a piece of one, a picture or a file."""
        answer = page.goto(f"{self.address}{path}")
        assert answer is not None
        if not answer.text().lstrip().lower().startswith("<!doctype html"):
            return False
        assert answer.status < 500, path
        if answer.ok:
            self.look(page, f"{who}: {path}")
        return answer.ok

    def walk(self, page: Page, who: str, roles: set[str]) -> None:
        """Every page that these roles open without a number in its address, and onward."""
        first = [path for path in openings(roles) if self._is_new(path, who)]
        ahead, seen = deque(first), set(first)
        while ahead:
            if not self.open(page, ahead.popleft(), who):
                continue
            for link in page.evaluate(LINKS):
                if link not in seen and may_open(named(link), roles) and self._is_new(link, who):
                    ahead.append(link)
                seen.add(link)

    def _is_new(self, path: str, who: str) -> bool:
        """Rooms are looked at for every role; what lies in them, for two officers, who may do
        different things there; another order or part of a list, once."""
        kind, view = kind_of(path), gets()[named(path)]
        is_room = kind == (named(path),) and not view.pattern.converters
        if is_room and hasattr(view.callback, ROLES):
            return True
        lookers = self._lookers.setdefault(kind, set())
        enough = TWICE if len(kind) == 1 else 1
        if who in lookers or len(lookers) >= enough:
            return False
        lookers.add(who)
        return True


def openings(roles: set[str]) -> Iterator[str]:
    """The addresses without a number or a name in them."""
    for where, one in routes(get_resolver().url_patterns):
        if "<" not in where and may_open(str(one.name), roles):
            yield f"/{where}"


def may_open(name: str, roles: set[str]) -> bool:
    """What asks for a role is for those who hold it; what is open, for those who hold none."""
    one = gets().get(name)
    if one is None or name.endswith(("-stream", "-export")):
        return False
    if hasattr(one.callback, ROLES):
        return bool(roles & set(getattr(one.callback, ROLES)))
    is_ours = one.callback.__module__.startswith("chengxin.")
    return not roles if is_ours else True
