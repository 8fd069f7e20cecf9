"""What was invoiced and not declared: asked, explained, closed, and learnt from (A04)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

QUESTION = "请说明近三个月开票金额大于申报销售额的原因，并提供有关凭证"
PDF = b"%PDF-1.4\n% a list of red invoices\n"


def outcome(head: Page, address: str, column: str) -> str:
    """What the page of outcomes says of A04."""
    head.goto(f"{address}/outcomes/")
    row = head.locator("tr[data-code=A04]")
    told = row.locator(f"[data-column={column}]")
    return told.inner_text().strip()


def assign_one(head: Page, address: str, to: str) -> None:
    """The section head gives an A04 alert to the officer of its branch."""
    head.goto(f"{address}/cases/?indicator=A04&stage=new")
    cases = [one.get_attribute("href") for one in head.locator(".inbox-subject a").all()]
    for case in cases:
        head.goto(f"{address}{case}")
        head.get_by_text("分派", exact=True).click()
        give = head.get_by_test_id("give")
        offered = give.locator("option").filter(has_text=to)
        if offered.count():
            give.locator("select").select_option(value=offered.get_attribute("value"))
            give.get_by_role("button").click()
            expect(head.get_by_test_id("holder")).to_contain_text(to)
            return
    pytest.fail(f"no A04 alert of {to}'s office")


def test_explanation_of_the_taxpayer_closes_the_alert_and_lowers_the_precision(
    in_front_of: Callable[[str], Browser], officer_page: Callable[[str], Page], address: str
) -> None:
    head = officer_page("qian")
    assert outcome(head, address, "precision") == "—"
    explained = int(outcome(head, address, "explained"))
    assign_one(head, address, "周管户")

    field = officer_page("zhou")
    field.goto(f"{address}/alerts/?tab=mine")
    field.locator(".inbox-subject a").first.click()
    expect(field.locator("main")).to_contain_text("A04")
    case = field.url
    subject = field.locator("h1 a").inner_text()
    field.get_by_test_id("ask").locator("summary").click()
    field.fill("#question", QUESTION)
    field.get_by_test_id("ask").get_by_role("button").click()
    code = field.get_by_test_id("code").inner_text()
    link = field.get_by_test_id("link").inner_text()

    taxpayer = in_front_of("stranger").new_page(viewport={"width": 1366, "height": 768})
    taxpayer.goto(f"{link}#{code}")
    question = taxpayer.get_by_test_id("question")
    expect(question).to_contain_text(QUESTION)
    expect(question).to_contain_text(subject)
    assert "A04" not in taxpayer.locator("main").inner_text()
    taxpayer.fill("#words", "其中两份发票已红冲，附清单")
    taxpayer.set_input_files(
        "#files", [{"name": "红字发票清单.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    taxpayer.fill("#name", "王会计")
    taxpayer.select_option("#capacity", "02")
    taxpayer.get_by_test_id("answer-form").locator("button").click()
    expect(taxpayer.get_by_test_id("explained")).to_be_visible()
    taxpayer.goto(f"{link}#{code}")  # the code answers once
    taxpayer.reload()
    expect(taxpayer.locator("#notice")).to_contain_text("无需重复提交")

    field.goto(case)
    expect(field.get_by_test_id("answer")).to_contain_text("已红冲")
    expect(field.get_by_test_id("files")).to_contain_text("红字发票清单.pdf")
    field.fill("#grounds", "红字发票属实，更正后无差异")
    field.get_by_test_id("judge").locator("button[value=explain]").click()
    expect(field.get_by_test_id("state")).to_have_text("已说明")

    assert int(outcome(head, address, "explained")) == explained + 1
    assert re.match(r"0%\s*0%–", outcome(head, address, "precision"))
