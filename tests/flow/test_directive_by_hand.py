"""人工指令 from the proposal to its end: two officers order it, the open window is told, a section
head lets one item pass and says why, the taxpayer objects, and somebody else lifts it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flow.test_enrolment import enterprise_of
from tools.walk import PASSWORD, Visit, finish, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
SignIn = Callable[[str], Page]

CARD = "王守信"
ITEM = "invoice_collect"
SEEN = "实地核查，注册地址无人经营，附核查记录"
WHY = "已在新地址经营，变更登记办理中，先供一本"


def order(proposer: Page, second: Page, address: str, about: str) -> None:
    """No invoices for this enterprise: one officer asks, another agrees."""
    proposer.goto(f"{address}/directives/about/{about}/new")
    for field, value in (("effect", "block"), ("groups", "INV"), ("template", "address")):
        proposer.locator(f"input[name={field}][value={value}]").check()
    proposer.fill("textarea[name=grounds]", SEEN)
    proposer.get_by_test_id("submit").click()
    proposer.wait_for_url(re.compile(r"/proposals/\d+/$"))
    expect(proposer.get_by_test_id("decide")).to_have_count(0)  # never by the same officer
    second.goto(proposer.url)
    second.get_by_test_id("decide").get_by_role("button", name="通过，立即执行").click()
    expect(second.locator("main")).to_contain_text("已通过")


def object_to(window: Page, other: Page, address: str) -> None:
    """The taxpayer objects at the window; an officer who had no part in it lifts the directive."""
    band = window.locator("#limits .band-block", has_text="注册地址未见经营")
    band.locator("[data-do=object]").click()
    window.fill("#object-grounds", "已在新地址经营，变更登记办理中")
    window.locator("#object").get_by_role("button", name="登记异议").click()
    expect(window.locator("#object")).to_be_hidden()
    other.goto(f"{address}/objections/")
    other.get_by_role("link", name="答复", exact=True).first.click()
    other.locator("input[name=outcome][value=lifted]").check()
    other.fill("[name=answer]", "新址经营属实，解除限制")
    other.get_by_role("button", name="答复，立即执行").click()
    expect(other.locator("main")).to_contain_text("已结束")


def test_directive_by_hand_is_told_let_pass_objected_to_and_lifted(
    in_front_of: Launch, officer_page: SignIn, address: str, home: Path
) -> None:
    about = f"enterprise:{enterprise_of(home, CARD)}"
    ticket = Visit(in_front_of("honest").new_page(), address, CARD).take("enterprise")
    window = officer_page("zhao")
    serve(window, address, 1, ticket)
    collect = window.get_by_test_id(f"item-{ITEM}")
    expect(collect).not_to_contain_text("不予办理")
    risk, head = officer_page("lin"), officer_page("qian")

    order(risk, head, address, about)

    expect(collect).to_contain_text("不予办理")  # nobody loaded the window again
    expect(window.locator("#limits")).not_to_contain_text("实地核查")  # the grounds stay inside
    window.get_by_test_id("acknowledge").click()
    expect(window.get_by_test_id("acknowledge")).to_have_count(0)

    window.get_by_test_id(f"override-{ITEM}").click()
    window.fill("#override-why", WHY)
    window.fill("#override-number", "zhao")  # who serves may not let pass
    window.fill("#override-password", PASSWORD)
    window.locator("#override").get_by_role("button", name="放行").click()
    expect(window.locator("#override [data-refusal], #notice .refusal").first).to_be_visible()
    window.fill("#override-number", "qian")
    window.fill("#override-password", PASSWORD)
    window.locator("#override").get_by_role("button", name="放行").click()
    expect(window.get_by_test_id("handled").filter(has_text="发票领用")).to_be_visible()
    window.get_by_test_id("finish-item").first.click()

    head.goto(f"{address}/directives/about/{about}/")
    carried_out = head.locator("section", has_text="窗口执行").last
    expect(carried_out).to_contain_text("已阅读")
    expect(carried_out).to_contain_text(WHY)
    expect(carried_out).to_contain_text("钱科长")

    object_to(window, officer_page("wu"), address)

    expect(collect).not_to_contain_text("不予办理")
    finish(window)
