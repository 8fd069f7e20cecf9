"""A log line holds ids and routes, never a number, a phone or what was typed."""

from __future__ import annotations

import json
import logging

import pytest

from chengxin.web import logs
from tests.conftest import number

RESIDENT = number("37232319850315113")


@pytest.mark.parametrize("personal", [RESIDENT, "372323850315113", "16100000001"])
def test_number_that_slipped_into_a_line_is_struck_out(personal):
    struck = logs.strike_numbers(None, "", {"event": f"无法识别 {personal}，请核对"})
    assert struck["event"] == "无法识别 ***，请核对"


def test_registration_number_and_time_are_left_as_they_are():
    line = {"event": "10113716000087654321 at 2017-08-18T09:00:00.123456"}
    assert logs.strike_numbers(None, "", dict(line)) == line


def test_request_is_one_line_with_its_route_and_without_what_was_asked(client, qian, wang, caplog):
    client.force_login(qian)
    with caplog.at_level(logging.INFO, "chengxin.request"):
        client.post("/people/", {"text": wang.number})
        client.get(f"/people/graph?about=person:{wang.name}")

    lines = [line.msg for line in caplog.records if line.name == "chengxin.request"]
    assert [line["route"] for line in lines] == ["people/", "people/graph"]
    assert lines[0]["officer"] == "qian"
    told = json.dumps(lines, ensure_ascii=False)
    assert wang.number not in told
    assert wang.name not in told
