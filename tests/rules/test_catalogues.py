"""Every text is there in English too, and says the same things."""

from __future__ import annotations

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tools import messages


@pytest.fixture
def english():
    """The catalogue as the program reads it, compiled anew."""
    messages.compile_catalogue()
    translation.trans_real._translations.pop("en", None)
    with translation.override("en"):
        yield


def test_every_text_has_an_english_one_with_the_same_placeholders() -> None:
    assert messages.problems() == []


def test_a_text_without_english_is_named(monkeypatch) -> None:
    monkeypatch.setattr(messages, "translated", dict)

    assert any("'首页'" in told for told in messages.problems())


def test_other_placeholders_are_named(monkeypatch) -> None:
    known = messages.translated()
    known["", "以%(name)s登录"] = "Sign in as %(who)s"
    monkeypatch.setattr(messages, "translated", lambda: known)

    assert len(messages.problems()) == 1


def test_texts_are_found_in_templates_and_in_code() -> None:
    places = messages.used()

    assert "chengxin/web/templates/front.html" in places["", "首页"]
    assert "chengxin/hall/hall_models.py" in places["", "企业业务"]


def test_compiled_catalogue_speaks_english(english) -> None:
    assert gettext("首页") == messages.translated()["", "首页"]
