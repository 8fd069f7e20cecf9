"""The four stories that the front page tells, each as a browser test: kiosk, window, back office.

They share one server and one day, as a hall does; each has its own people.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tools.walk import Visit, begin, finish, handle, serve

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
SignIn = Callable[[str], Page]


def at_kiosk(launch: Launch, address: str, card: str, face: str) -> Visit:
    page = launch(face).new_page(viewport={"width": 1080, "height": 1920})
    return Visit(page, address, card)


def test_honest_handler_is_served_and_traced(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    visit = at_kiosk(in_front_of, address, "王守信", "honest")
    visit.choose("enterprise")
    visit.choose_enterprise_if_asked()
    number, token = visit.ticket()
    assert number.startswith("A")
    assert re.fullmatch(r"CX1-[A-Z2-7]{26}", token)

    officer = officer_page("zhao")
    serve(officer, address, 1, (number, token))
    expect(officer.get_by_test_id("verification")).to_contain_text("比对通过")
    expect(officer.get_by_test_id("directive")).to_have_count(0)
    handle(officer, "invoice_collect")
    finish(officer)

    auditor = officer_page("zheng")
    auditor.goto(f"{address}/traces/")
    story = auditor.locator("main").inner_text()
    for what in ("自助取号", "叫号", "扫描号票", "受理事项", "办结事项"):
        assert what in story


def test_someone_with_anothers_card_fails_the_face_and_is_sent_to_an_officer(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    visit = at_kiosk(in_front_of, address, "张冒名", "impersonator")
    visit.choose("enterprise")
    visit.choose_enterprise_if_asked()
    number, token = visit.ticket()
    expect(visit.page.locator("#ticket-by-hand")).to_be_visible()

    officer = officer_page("zhao")
    serve(officer, address, 1, (number, token))
    expect(officer.get_by_test_id("verification")).to_contain_text("未通过")
    begin(officer, "invoice_collect")
    expect(officer.locator("#notice, [role=alert]").filter(has_text="核验").first).to_be_visible()
    expect(officer.get_by_test_id("handled")).to_have_count(0)
    finish(officer)


def test_enterprise_of_a_representative_with_a_police_filing_gets_no_invoices_but_files_and_pays(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    visit = at_kiosk(in_front_of, address, "李办税", "handler")
    visit.choose("enterprise")
    visit.choose_enterprise_if_asked()
    expect(visit.anyway).to_be_visible(timeout=30_000)
    warned = visit.page.locator("#notices").inner_text()
    assert "发票领用" in warned
    assert "公安" not in visit.page.locator("main").inner_text()  # it never says more than it may
    visit.anyway.click()
    ticket = visit.ticket()

    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    band = officer.get_by_test_id("directive").first
    expect(band).to_be_visible()
    assert "公安" not in band.inner_text()
    refused = officer.get_by_test_id("item-invoice_collect")
    expect(refused).to_contain_text("不予办理")
    expect(refused.get_by_role("button")).to_have_count(0)
    for item in ("file_vat", "pay"):
        handle(officer, item)
    expect(officer.get_by_test_id("handled")).to_have_count(2)
    finish(officer)


def test_investor_with_two_losing_enterprises_and_a_home_is_verified_and_limited(
    in_front_of: Launch, officer_page: SignIn, address: str
) -> None:
    field = officer_page("zhou")
    field.goto(f"{address}/alerts/")
    field.get_by_role("link", name=re.compile("李投资")).first.click()
    expect(field.locator("main")).to_contain_text("A01")
    expect(field.locator("main")).to_contain_text("李投资")
    field.locator("[name=grounds]").first.fill("已约谈，资金来源无法说明，附约谈笔录")
    field.locator("button[value=confirm]").click()
    expect(field.get_by_test_id("state")).to_have_text("待复核")  # high: a second officer agrees
    head = officer_page("qian")
    head.goto(field.url)
    head.get_by_test_id("review").locator("button[value=approve]").click()
    expect(head.get_by_test_id("state")).to_have_text("属实")

    visit = at_kiosk(in_front_of, address, "李投资", "investor")
    visit.choose("enterprise")
    visit.choose_enterprise_if_asked()
    if visit.anyway.is_visible():
        visit.anyway.click()
    ticket = visit.ticket()
    officer = officer_page("zhao")
    serve(officer, address, 1, ticket)
    expect(officer.get_by_test_id("item-invoice_increase")).to_contain_text("须法人到场")
    expect(officer.get_by_test_id("item-file_vat")).not_to_contain_text("须法人到场")
    finish(officer)
