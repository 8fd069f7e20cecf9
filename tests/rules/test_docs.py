"""The documents say what the program does: words, codes, settings, indicators, files."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from chengxin.core.effects import Effect
from chengxin.core.items import GROUPS
from chengxin.indicators.catalogue import all_indicators
from chengxin.offices.models import Role
from tools import indicator_pages, table_pages

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GLOSSARY = (DOCS / "glossary.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def code() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted((ROOT / "chengxin").rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, ast.parse(path.read_text("utf-8"))


def refusal_codes() -> set[str]:
    """The codes of every `Refusal("code", …)` in the package."""
    return {
        call.args[0].value
        for _, tree in code()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) == "Refusal"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def codes_in_the_glossary() -> set[str]:
    _, _, part = GLOSSARY.partition("## Refusal codes")
    return set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))


def test_every_model_is_in_the_glossary():
    ours = [m.__name__ for m in apps.get_models() if m.__module__.startswith("chengxin.")]
    assert [name for name in ours if f"| `{name}` |" not in GLOSSARY] == []


def test_every_refusal_code_is_in_the_glossary_with_what_to_do():
    assert sorted(refusal_codes() - codes_in_the_glossary()) == []


def test_the_glossary_names_no_refusal_code_that_nobody_raises():
    assert sorted(codes_in_the_glossary() - refusal_codes()) == []


def test_a_refusal_code_is_written_out_where_it_is_raised():
    raised = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, tree in code()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "Refusal"
        and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert raised == []


@pytest.mark.parametrize("words", [GROUPS, Role.values, list(Effect)], ids=["group", "role", "D"])
def test_groups_roles_and_effects_are_in_the_glossary(words):
    assert [word for word in words if f"`{word}`" not in GLOSSARY] == []


def test_every_band_of_a_finding_is_in_the_glossary():
    bands = {name for indicator in all_indicators() for name in indicator.bands}
    assert sorted(name for name in bands if f"`{name}`" not in GLOSSARY) == []


def test_indicator_page_says_what_the_headers_say():
    written = (DOCS / "indicators.md").read_text("utf-8")
    assert written == indicator_pages.page(), "run python -m tools.indicator_pages"


def test_page_of_tables_says_what_the_descriptions_say():
    written = (DOCS / "tables.md").read_text("utf-8")
    assert written == table_pages.page(), "run python -m tools.table_pages"


def test_every_setting_of_the_environment_is_explained():
    told = (DOCS / "operations.md").read_text("utf-8")
    read = {
        node.value
        for _, tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"CHENGXIN_[A-Z_]+|PORT|DATABASE_URL", node.value)
    }
    assert sorted(name for name in read if f"`{name}`" not in told) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    here = [target for target in targets if "://" not in target and "docs/pictures" not in target]
    assert [target for target in here if not (page.parent / target).exists()] == []


def test_every_decision_is_in_the_list_of_decisions():
    listed = (DOCS / "decisions" / "README.md").read_text("utf-8")
    pages = [path.name for path in (DOCS / "decisions").glob("0*.md")]
    assert [name for name in pages if name not in listed] == []


def test_every_library_is_in_the_decision_about_libraries():
    told = (DOCS / "decisions" / "0006-libraries.md").read_text("utf-8")
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = [re.match(r"[a-z0-9-]+", one)[0] for one in asked]  # type: ignore[index]
    assert [name for name in names if not re.search(rf"^\|.*\b{name}\b", told, re.M)] == []
