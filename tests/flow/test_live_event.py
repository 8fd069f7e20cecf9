"""实时事件: what the police tell by their own program acts at an open window and at a kiosk, and
what they take back is taken back there, without a reload."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import httpx
import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Browser, Page, expect

from tools.demo_server import ROOT
from tools.walk import SLOW, Visit, begin, finish, handle, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

CARD = "王守信"
Launch = Callable[[str], Browser]
SignIn = Callable[[str], Page]


class Police:
    """The county police's program: it knows its key and what it has told."""

    def __init__(self, address: str, key: str, number: str) -> None:
        told_by = {"Authorization": f"Bearer {key}"}
        self._line = httpx.Client(base_url=address, headers=told_by, timeout=60)
        self._number, self._told, self._see = number, 0, ""

    def tell(self, case: str, stage: str) -> None:
        ended = localdate().isoformat() if stage != "立案" else None
        row = {
            "案件编号": case, "主体类型": "自然人", "证件号码": self._number, "姓名或名称": CARD,
            "罪名条款": "205", "立案单位": "阳信县公安局", "立案日期": localdate().isoformat(),
            "案件状态": stage, "终结日期": ended,
        }  # fmt: skip
        self._told += 1
        answer = self._line.post(
            "/api/v1/facts/police_case", json=row, headers={"Idempotency-Key": f"{self._told}"}
        )
        assert answer.status_code == 201, answer.text
        self._see = answer.json()["see"]

    def until_followed(self) -> None:
        """Wait until what was told last has acted."""
        until = time.monotonic() + SLOW / 1000
        while not self._line.get(self._see).json()["followed"]:
            assert time.monotonic() < until
            time.sleep(0.1)


@pytest.fixture
def police(address: str, home: Path) -> Police:
    """Registered as a data officer does it; the key is shown once."""
    name = f"police-{token_hex(4)}"
    settings = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    words = ["client", "add", name, "--owner", "县公安局", "--source", "police_case", "--json"]
    shown = subprocess.run(
        [sys.executable, "-m", "chengxin", *words],
        cwd=ROOT, env=settings | {"CHENGXIN_HOME": str(home)},
        check=True, capture_output=True, timeout=120, text=True,
    )  # fmt: skip
    card = json.loads((home / "demo" / "cards" / f"{CARD}.json").read_text("utf-8"))
    return Police(address, json.loads(shown.stdout)["key"], card["number"])


def release(leader: Page, police: Police, address: str) -> None:
    """The county leader approves the end of the only case that has ended."""
    police.until_followed()
    leader.goto(f"{address}/alerts/?tab=release")
    leader.get_by_test_id("alerts").get_by_role("link", name="解除").first.click()
    leader.get_by_test_id("release").click()
    expect(leader.get_by_test_id("release")).to_have_count(0)


def test_case_told_by_the_police_turns_the_window_red_until_it_has_ended(
    in_front_of: Launch, officer_page: SignIn, police: Police, address: str
) -> None:
    visit = Visit(in_front_of("honest").new_page(), address, CARD)
    visit.choose("enterprise")
    visit.choose_enterprise_if_asked()
    ticket = visit.ticket()
    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    bands = officer.locator("#limits .band-block")
    expect(bands).to_have_count(0)

    police.tell("Y2026-1001", "立案")

    expect(bands.first).to_be_visible()
    assert "公安" not in officer.locator("#limits").inner_text()  # never more than it may say
    invoices = officer.get_by_test_id("item-invoice_collect")
    expect(invoices).to_contain_text("不予办理")
    if invoices.get_by_role("button").count():  # pressed all the same, it is refused
        begin(officer, "invoice_collect")
    expect(officer.get_by_test_id("handled")).to_have_count(0)
    handle(officer, "file_vat")

    police.tell("Y2026-1001", "撤案")
    release(officer_page("wu"), police, address)

    expect(bands).to_have_count(0)
    expect(invoices).not_to_contain_text("不予办理")
    finish(officer)


def test_reminder_at_the_kiosk_changes_while_the_person_reads_it(
    in_front_of: Launch, officer_page: SignIn, police: Police, address: str
) -> None:
    leader = officer_page("wu")
    police.tell("Y2026-1002", "立案")
    police.until_followed()
    page = in_front_of("honest").new_page(viewport={"width": 1080, "height": 1920})
    visit = Visit(page, address, CARD)
    visit.choose("enterprise")
    visit.choose_enterprise_if_asked()
    expect(visit.anyway).to_be_visible(timeout=SLOW)
    reminder = page.locator("#notices")
    expect(reminder).to_contain_text("发票领用")

    police.tell("Y2026-1002", "撤案")
    release(leader, police, address)

    expect(reminder).to_contain_text("限制已解除")
    expect(reminder).not_to_contain_text("发票领用")

    police.tell("Y2026-1003", "立案")

    expect(reminder).to_contain_text("发票领用")
    assert "公安" not in page.locator("main").inner_text()
    visit.anyway.click()
    ticket = visit.ticket()
    officer = officer_page("zhao")  # nobody is left waiting for the next story
    serve(officer, address, 1, ticket)
    finish(officer)
    police.tell("Y2026-1003", "撤案")
    release(leader, police, address)
