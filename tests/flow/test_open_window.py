"""后台指挥前台: what the back office orders reaches a window that is open, without a reload."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Browser, Page, expect

from tools.demo_server import ROOT
from tools.walk import Visit, finish, handle, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]


def chengxin(home: Path, *words: str) -> None:
    """A command of the installation whose window is open."""
    settings = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "-m", "chengxin", *words],
        cwd=ROOT,
        env=settings | {"CHENGXIN_HOME": str(home)},
        check=True,
        capture_output=True,
        timeout=120,
    )


def police_files(home: Path, number: str, name: str) -> None:
    """The police send one case, and the night runs over it."""
    case = {
        "案件编号": "Y2026-0001", "主体类型": "自然人", "证件号码": number, "姓名或名称": name,
        "罪名条款": "205", "立案单位": "阳信县公安局", "立案日期": localdate().isoformat(),
        "案件状态": "立案", "终结日期": None,
    }  # fmt: skip
    tomorrow = localdate() + timedelta(days=1)
    path = home / f"police_case.{tomorrow:%Y%m%d}.jsonl"
    path.write_text(json.dumps(case, ensure_ascii=False) + "\n", "utf-8")
    chengxin(home, "ingest", str(path))
    chengxin(home, "night", "--day", localdate().isoformat())


def test_new_directive_turns_the_open_window_red_while_the_return_is_still_filed(
    in_front_of: Callable[[str], Browser],
    officer_page: Callable[[str], Page],
    address: str,
    home: Path,
) -> None:
    page = in_front_of("accountant").new_page(viewport={"width": 1080, "height": 1920})
    display = in_front_of("stranger").new_page(viewport={"width": 1920, "height": 1080})
    display.goto(f"{address}/display/yangxin/")
    visit = Visit(page, address, "周代理")
    visit.choose("enterprise")
    visit.choose_enterprise_if_asked()
    if visit.anyway.is_visible():
        visit.anyway.click()
    ticket = visit.ticket()
    officer = officer_page("zhao")
    serve(officer, address, 2, ticket)
    expect(display.locator("main")).to_contain_text(ticket[0])  # the call came by itself
    before = officer.get_by_test_id("directive").count()

    cards = home / "demo" / "cards" / "周代理.json"
    police_files(home, json.loads(cards.read_text("utf-8"))["number"], "周代理")

    expect(officer.get_by_test_id("directive").nth(before)).to_be_visible()
    expect(officer.get_by_test_id("item-invoice_collect")).to_contain_text("不予办理")
    handle(officer, "file_vat")
    finish(officer)
