"""An agent with forty enterprises finds his by its first letters, says what he comes for, is told
what to bring, and next time finds it on top."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flow.test_kiosk_fits import LYING, UPRIGHT, in_sight, look
from tools.demo_server import ROOT
from tools.walk import SLOW, Visit, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

CARD = "新来客"
ASKED = "阳信县华丰食品有限公司"  # HFSP


def registry(home: Path, act: str) -> None:
    card = json.loads((home / "demo" / "cards" / f"{CARD}.json").read_text("utf-8"))
    settings = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "-m", "tests.flow.agent", act, card["number"], CARD],
        cwd=ROOT, env=settings | {"CHENGXIN_HOME": str(home)}, check=True, timeout=120,
    )  # fmt: skip


@pytest.fixture
def agent(home: Path, address: str) -> Iterator[None]:
    registry(home, "bind")
    yield
    registry(home, "unbind")


def arrive(page: Page, address: str) -> Visit:
    visit = Visit(page, address, CARD)
    visit.choose("enterprise")
    expect(page.locator("#screen-choose")).to_be_visible(timeout=SLOW)
    return visit


@pytest.mark.usefixtures("agent")
def test_agent_with_forty_enterprises_finds_his_and_takes_up_two_items(
    in_front_of: Callable[[str], Browser], officer_page: Callable[[str], Page], address: str
) -> None:
    page = in_front_of("newcomer").new_page(viewport=UPRIGHT)
    visit = arrive(page, address)
    rows = page.locator("#choices .kiosk-row")
    expect(page.locator("#finder-count")).to_contain_text("40")
    assert 1 < rows.count() < 40  # a page of them
    look(page, "choose", "")

    for letter in "HF":  # by touch
        page.locator(f"[data-letter={letter}]").click()
    page.keyboard.type("sp")  # and by the keyboard of the terminal
    expect(rows).to_have_count(1)
    assert ASKED in rows.inner_text()
    expect(page.locator("[data-letter=Q]")).to_be_disabled()  # no name goes on so
    rows.click()

    expect(page.locator("#screen-items")).to_be_visible()
    look(page, "items", "")
    visit.pick("invoice_collect", "change_staff")
    notices = page.locator("#notices")
    expect(notices).to_contain_text("请带好")
    expect(notices).to_contain_text("税控设备")
    page.set_viewport_size(UPRIGHT)
    visit.anyway.click()
    ticket = visit.ticket()
    expect(page.locator("#ticket-items")).to_contain_text("发票领用")
    expect(page.locator("#ticket-items")).to_contain_text("变更财务负责人、办税人员")
    for size in (LYING, UPRIGHT):
        page.set_viewport_size(size)
        assert in_sight(page.locator("#ticket-number"))
        assert in_sight(page.locator("#ticket-qr"))

    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    expect(officer.get_by_test_id("planned")).to_contain_text("发票领用")
    expect(officer.locator("#items h2")).to_contain_text(ASKED)
    finish(officer)

    arrive(page, address)
    expect(rows.first).to_contain_text(ASKED)
    expect(rows.first).to_contain_text("最近办理")


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_lists_fit_the_screen_in_large_letters(
    in_front_of: Callable[[str], Browser], address: str, language: str
) -> None:
    page = in_front_of("newcomer").new_page(viewport=UPRIGHT)
    chosen = {"django_language": language, "kiosk_size": "elder"}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in chosen.items()]
    )
    arrive(page, address)
    look(page, "choose", "elder")
    page.locator("#choices .kiosk-row").first.click()
    for shelf in ("popular", "registration", "other"):
        page.locator(f"[data-shelf={shelf}]").click()
        look(page, "items", "elder")
    page.locator("#screen-items [data-do=back]").click()
    page.locator("#screen-choose [data-do=home]").click()


@pytest.mark.usefixtures("agent")
def test_whole_list_is_read_by_keyboard_alone(
    in_front_of: Callable[[str], Browser], address: str
) -> None:
    page = in_front_of("newcomer").new_page(viewport=LYING)
    arrive(page, address)
    page.locator("#choices .kiosk-row").first.focus()
    seen = set()
    for _ in range(45):
        seen.add(page.evaluate("document.activeElement.dataset.enterprise"))
        page.keyboard.press("ArrowDown")

    assert len(seen) == 40
    page.keyboard.press("Enter")
    expect(page.locator("#screen-items")).to_be_visible()
    page.locator("#screen-items [data-do=back]").press("Enter")
    expect(page.locator("#screen-choose")).to_be_visible()
    page.locator("#screen-choose [data-do=home]").click()
    assert page.locator("#choices .kiosk-row").count() == 0  # the next person sees none of them
