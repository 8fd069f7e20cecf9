"""Every action that leaves a trace has words for the page that shows it."""

from __future__ import annotations

import ast
from pathlib import Path

from chengxin.trace.words import ACTIONS

CODE = Path(__file__).parents[2] / "chengxin"


def actions() -> set[str]:
    """The literal first argument of record.of, record.seen and every other maker of a trace."""
    found = set()
    for path in CODE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            named = [word.value for word in call.keywords if word.arg == "action"]
            if name in ("of", "seen", "_trace", "Trace", "_move"):
                named += call.args[:1]
            found |= {
                word.value
                for word in named
                if isinstance(word, ast.Constant)
                and isinstance(word.value, str)
                and word.value.count(".") == 1
            }
    return found


def test_every_action_has_words():
    assert len(actions()) > 20
    assert sorted(actions() - set(ACTIONS)) == []


def test_no_words_are_for_an_action_that_nobody_does():
    written = "".join(path.read_text("utf-8") for path in CODE.rglob("*.py"))
    assert [action for action in ACTIONS if written.count(f'"{action}"') < 2] == []
