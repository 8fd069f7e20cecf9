"""docs/brief.md resolves the brief sentence by sentence, and points at files that are there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "brief.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| B\d", line)
]

# SHA-256 of the brief's 4,110 characters without white space, headline to last paragraph.
BRIEF = "568a6b73a840fcc001845ebdb2ef6b8658a2689b4be00875b2b1406b30d6e5c6"


def test_every_sentence_of_the_brief_stands_there_word_for_word_and_in_order():
    text = re.sub(r"\s", "", "".join(row[1] for row in ROWS))
    assert hashlib.sha256(text.encode()).hexdigest() == BRIEF


def test_sentences_are_numbered_without_a_gap():
    assert [row[0] for row in ROWS] == [f"B{n:02d}" for n in range(1, len(ROWS) + 1)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_sentence_says_where_it_lives_and_what_shows_it(row):
    assert len(row) == 5
    assert all(row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_files_that_a_sentence_names_are_there(row):
    named = re.findall(r"`([^`]+)`", row[3] + row[4])
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_sentence_is_shown_by_a_test_or_not_yet_or_only_told(row):
    shown = row[4]
    assert shown == "–" or "not yet" in shown or re.search(r"`tests/[\w/]+\.(py|yaml)`", shown)
