"""A source promises how often it delivers; the last day in time follows from the calendar."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from chengxin.sources import all_sources
from chengxin.sources.source import HERE, Freshness, Rhythm, manifest

WORDS = {"每日": "day", "每周": "week", "每月": "month", "每季": "quarter", "每年": "year"}


def told(name: str) -> dict[str, object]:
    return yaml.safe_load((HERE / name / "manifest.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("every", "grace", "last", "due"),
    [
        ("day", 0, "2017-08-18", "2017-08-19"),
        ("day", 3, "2017-08-18", "2017-08-22"),
        ("week", 0, "2017-08-28", "2017-09-04"),
        ("month", 0, "2017-01-31", "2017-02-28"),  # February has no 31st
        ("month", 0, "2016-01-31", "2016-02-29"),
        ("month", 10, "2017-12-05", "2018-01-15"),
        ("quarter", 15, "2017-11-30", "2018-03-15"),
        ("year", 31, "2016-02-29", "2017-03-31"),
    ],
)
def test_next_delivery_is_due_a_period_and_its_days_of_grace_later(every, grace, last, due):
    promise = Freshness(Rhythm(every), grace)

    assert promise.due_after(date.fromisoformat(last)) == date.fromisoformat(due)


def test_source_that_sends_when_something_changed_is_never_late():
    assert Freshness(Rhythm.CHANGE).due_after(date(2017, 8, 18)) is None


@pytest.mark.parametrize("name", all_sources())
def test_words_and_promise_of_a_manifest_say_the_same(name):
    source = all_sources()[name]
    said = [every for word, every in WORDS.items() if word in source.arrives]

    assert said[:1] == [source.freshness.every] or source.freshness.every == "change"


@pytest.mark.parametrize(
    "promise",
    [
        {"every": "month", "grace_days": -1},
        {"every": "change", "grace_days": 3},
        {"every": "fortnight"},
    ],
)
def test_promise_that_means_nothing_is_an_error(promise):
    with pytest.raises(ValueError, match=r"grace|fortnight"):
        manifest("watchlist", told("watchlist") | {"freshness": promise})


def test_manifest_without_a_promise_is_an_error():
    about = told("watchlist")
    del about["freshness"]

    with pytest.raises(KeyError, match="freshness"):
        manifest("watchlist", about)
