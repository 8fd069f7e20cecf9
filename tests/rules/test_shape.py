"""Rules about the code itself."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

CODE = Path(__file__).parents[2] / "chengxin"
WRITES = {"save", "create", "update", "delete", "bulk_create", "get_or_create", "update_or_create"}

# Open to everyone: the front door, sign-in, health, the language, and what stands in the hall and
# is bound to a device or shows numbers only.
OPEN = {
    "front", "healthz", "set_language", "kiosk", "display", "account_login", "account_logout",
}  # fmt: skip


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


def ours() -> list[tuple[str, URLPattern]]:
    return [
        (where, route)
        for where, route in routes(get_resolver().url_patterns)
        if route.callback.__module__.startswith("chengxin.")
    ]


def test_modules_with_pages_change_nothing_themselves() -> None:
    modules = sorted({route.callback.__module__ for _where, route in ours()})
    written = [
        f"{module}, line {call.lineno}: {call.func.attr}"
        for module in modules
        for call in ast.walk(ast.parse(inspect.getsource(sys.modules[module])))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in WRITES
    ]
    assert len(modules) > 5
    assert written == []


def test_every_page_of_officers_is_guarded() -> None:
    pages = [(where, route) for where, route in ours() if route.name not in OPEN]
    unguarded = [
        where
        for where, route in pages
        if not hasattr(route.callback, "allowed_roles")
        and not hasattr(route.callback, "open_because")
    ]
    assert pages
    assert unguarded == []
