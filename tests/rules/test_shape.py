"""Rules about the code itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

CODE = Path(__file__).parents[2] / "chengxin"
WRITES = {"save", "create", "update", "delete", "bulk_create", "get_or_create", "update_or_create"}

# Open to everyone: the front door, sign-in, health, the language, and what stands in the hall and
# is bound to a device or shows numbers only.
OPEN = {
    "front", "healthz", "set_language", "kiosk", "display", "account_login", "account_logout",
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(CODE.glob("*/views.py")), ids=lambda p: p.parent.name)
def test_views_change_nothing_themselves(path: Path) -> None:
    calls = [n.func for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
    written = [
        f"{f.attr} on line {f.lineno}"
        for f in calls
        if isinstance(f, ast.Attribute) and f.attr in WRITES
    ]
    assert written == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "helpers", "common", "misc", "base", "manager", "handler", "processor"}
    assert [str(p) for p in CODE.rglob("*.py") if p.stem in nothing] == []


def routes(found: list[URLPattern | URLResolver], before: str = "") -> list[tuple[str, URLPattern]]:
    out: list[tuple[str, URLPattern]] = []
    for one in found:
        where = before + str(one.pattern)
        if isinstance(one, URLResolver):
            out += routes(one.url_patterns, where)
        else:
            out.append((where, one))
    return out


def test_every_page_of_officers_is_guarded() -> None:
    ours = [
        (where, route)
        for where, route in routes(get_resolver().url_patterns)
        if route.callback.__module__.startswith("chengxin.") and route.name not in OPEN
    ]
    unguarded = [
        where
        for where, route in ours
        if not hasattr(route.callback, "allowed_roles")
        and not hasattr(route.callback, "open_because")
    ]
    assert ours
    assert unguarded == []
