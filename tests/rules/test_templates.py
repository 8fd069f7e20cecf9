"""Rules about the templates: what the Content-Security-Policy forbids is not written at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

PACKAGE = Path(__file__).parents[2] / "chengxin"
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))

INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\ssrc=)(?![^>]*\stype=\"application/json\")[^>]*>", re.IGNORECASE
)
INLINE_STYLE = re.compile(r"<style[\s>]|\sstyle\s*=", re.IGNORECASE)
EVALUATED = re.compile(r"\son[a-z]+\s*=|\shx-on\b|\shx-on:|javascript:|[\"']js:", re.IGNORECASE)
FROM_ELSEWHERE = re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_begins_with_a_comment_that_says_what_it_shows(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]

    assert re.match(r"\{# \w.+ #\}", first)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_holds_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not INLINE_SCRIPT.findall(text)
    assert not INLINE_STYLE.findall(text)
    assert not EVALUATED.findall(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_takes_nothing_from_another_site(path: Path) -> None:
    assert not FROM_ELSEWHERE.findall(path.read_text("utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_identity_numbers_are_shown_masked_only(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not re.findall(r"\bperson\.number\b(?!\s*\|\s*masked\b)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_can_be_compiled(path: Path) -> None:
    get_template(
        path.relative_to(path.parents[len(path.relative_to(PACKAGE).parts) - 3]).as_posix()
    )
