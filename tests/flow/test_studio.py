"""指标灵活定制: an indicator is built on the page, checked and published, and it fires."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from tests.flow import axe
from tests.flow.test_open_window import chengxin
from tests.studio import county

pytestmark = pytest.mark.browser

CASES = """
as_of: 2017-08-18
columns: [subject_id, value]
cases:
  - case: three of one investor
    given:
      affiliation:
        - {person_id: li, enterprise_id: a, role: '06'}
        - {person_id: li, enterprise_id: b, role: '06'}
        - {person_id: li, enterprise_id: c, role: '06'}
      representative_change:
        - {enterprise_id: a, changed_on: 2017-06-20}
        - {enterprise_id: b, changed_on: 2017-07-20}
        - {enterprise_id: c, changed_on: 2017-08-18}
    expect: [['person:li', 3], ['person:li', 3], ['person:li', 3]]
  - case: two of one investor
    given:
      affiliation:
        - {person_id: li, enterprise_id: a, role: '06'}
        - {person_id: li, enterprise_id: b, role: '06'}
      representative_change:
        - {enterprise_id: a, changed_on: 2017-07-20}
        - {enterprise_id: b, changed_on: 2017-08-18}
    expect: []
"""


# Two roles at once; fields below while their answer is on its way; a table in the very moment in
# which its list has come.
CHOOSE_AT_ONCE = """frame => {
  const at = name => frame.querySelector(`[name=${name}]`);
  const told = (field) => field.dispatchEvent(new Event("change", {bubbles: true}));
  const check = role => { const box = frame.querySelector(`[name=role][value="${role}"]`);
                          box.checked = true; told(box); };
  at("days").value = "77"; at("value-0").value = "typed";
  check("06"); check("02");
  frame.addEventListener("htmx:beforeOnLoad", () => { at("threshold").value = "5";
    at("acts_on").value = "reached"; at("value-0").value = "typed on"; }, {once: true});
  new MutationObserver((_, watching) => {
    if (!frame.querySelector("option[value=representative_change]")) return;
    watching.disconnect();
    at("table").value = "representative_change"; told(at("table"));
  }).observe(frame, {childList: true, subtree: true});
}"""


@pytest.fixture
def owner(address: str, home: Path, tmp_path: Path) -> None:
    """Three enterprises of 林投资 have changed their legal representative; a night is over it."""
    for path in county.deliver(tmp_path, localdate(), {9001: 50, 9002: 20, 9003: 1}, first=9001):
        chengxin(home, "ingest", str(path))
    chengxin(home, "night", "--day", localdate().isoformat())


def build(page: Page) -> None:
    """三户企业在60天内变更法定代表人, in the builder; each choice at once after the one before."""
    form = page.get_by_test_id("builder")
    form.get_by_label("最近多少天内").fill("60")
    form.get_by_label("7 达到多少即命中").fill("3")
    form.get_by_label("1 找谁").select_option("person")
    form.get_by_label("投资人").check()
    form.get_by_label("3 看哪张表").select_option("representative_change")
    form.get_by_label("6 怎样统计").select_option("distinct")
    form.get_by_label("8 作用于谁").select_option("reached")
    form.get_by_label("5 时间窗口：哪个日期").select_option("changed_on")
    form.get_by_label("统计哪一列").select_option("enterprise_id")
    form.get_by_test_id("build").click()
    expect(page.locator("#sql")).to_have_value(re.compile(r"COUNT\(DISTINCT f.enterprise_id\)"))
    expect(form.get_by_label("最近多少天内")).to_have_value("60")


def describe(page: Page) -> None:
    """What the SQL cannot say: titles, grounds, what it does at the counter, unit cases."""
    page.get_by_label("名称（中文）", exact=True).fill("同一投资人多户集中变更法定代表人")
    page.get_by_label("名称（英文）", exact=True).fill("One investor, many new representatives")
    page.get_by_label("法规依据").fill("《税务登记管理办法》第十八条")
    page.get_by_label("为什么这样判断").fill("Shells change hands in batches.")
    page.get_by_label("用例（YAML）").fill(CASES)
    band = page.get_by_role("group", name="作用于企业时").first
    band.get_by_text("更多事项组").click()
    band.locator("select[name='level-0-enterprise-INV-AUTH']").select_option("legal_rep")
    page.get_by_test_id("save-below").click()
    expect(page.get_by_test_id("faultless")).to_be_visible()


def test_three_enterprises_of_one_owner_from_the_builder_to_the_alert(
    officer_page: Callable[[str], Page], address: str, home: Path, owner: None
) -> None:
    lin = officer_page("lin")
    lin.goto(f"{address}/studio/")
    lin.get_by_test_id("new-analysis").click()
    build(lin)
    describe(lin)
    lin.get_by_test_id("submit").click()
    expect(lin.locator("body")).to_contain_text("请先用现在的内容试运行一次")
    lin.go_back()
    lin.get_by_test_id("try").click()
    expect(lin.get_by_test_id("fresh").first).to_contain_text("新增")
    version = lin.url
    lin.get_by_test_id("fresh").first.click()
    expect(lin.get_by_test_id("named")).to_contain_text("林投资")
    assert axe.faults(lin) == []
    lin.goto(version)
    lin.get_by_test_id("submit").click()
    expect(lin.get_by_test_id("state")).to_have_text("待复核")
    expect(lin.get_by_test_id("check")).to_have_count(0)  # not by the maker

    qian = officer_page("qian")
    qian.goto(version)
    qian.get_by_test_id("check").click()
    expect(qian.get_by_test_id("state")).to_have_text("待发布")
    expect(qian.get_by_test_id("publish")).to_have_count(0)  # not by the checker

    wu = officer_page("wu")
    wu.goto(version)
    wu.get_by_test_id("publish").click()
    expect(wu.get_by_test_id("state")).to_have_text("生效中")

    for _ in range(40):  # the worker lets the last night follow
        wu.goto(f"{address}/cases/?indicator=A50")
        if wu.get_by_text("林投资").count():
            break
        wu.wait_for_timeout(1_000)
    row = wu.get_by_test_id("cases").locator("tr", has_text="林投资").first
    expect(row).to_contain_text("同一投资人多户集中变更法定代表人")
    found = (home / "nights" / localdate().isoformat() / "findings.jsonl").read_text("utf-8")
    assert {json.loads(line)["indicator"] for line in found.splitlines()} >= {"A50"}


def test_no_choice_in_the_builder_is_lost_however_quick(
    officer_page: Callable[[str], Page], address: str
) -> None:
    page = officer_page("lin")
    page.goto(f"{address}/studio/")
    page.get_by_test_id("new-analysis").click()
    frame, form = page.locator("#builder-frame"), page.get_by_test_id("builder")
    form.get_by_label("1 找谁").select_option("person")
    changes = form.locator("option[value=representative_change]")
    expect(changes).not_to_be_attached()  # it has no rows of a person
    frame.evaluate(CHOOSE_AT_ONCE)
    expect(form.get_by_label("5 时间窗口：哪个日期").locator("[value=changed_on]")).to_be_attached()
    expect(form.get_by_label("3 看哪张表")).to_have_value("representative_change")
    expect(form.get_by_label("投资人")).to_be_checked()
    expect(form.get_by_label("财务负责人")).to_be_checked()
    expect(form.get_by_label("最近多少天内")).to_have_value("77")
    expect(form.get_by_label("7 达到多少即命中")).to_have_value("5")
    expect(form.get_by_label("8 作用于谁")).to_have_value("reached")
    expect(form.locator("[name=value-0]")).to_have_value("typed on")
