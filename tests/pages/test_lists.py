"""Pages of the watchlist and the blacklist: for whom they open, adding, importing, deciding."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import Workbook

from chengxin.offices.models import Role
from chengxin.risk import criteria, list_files, lists
from chengxin.risk.list_models import ListEntry, ListImport
from chengxin.risk.list_terms import Publication, Watch
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

WATCH, BLACK = ListEntry.Kind.WATCH, ListEntry.Kind.BLACKLIST


@pytest.fixture
def risk(officer):
    """孙风控: risk officer of the county."""
    return officer("risk", "孙风控", "county", Role.RISK)


@pytest.fixture
def watched(factory, risk, qian) -> ListEntry:
    until = criteria.months_after(localdate(), 6)
    entry = lists.propose(factory.key, Watch("走逃嫌疑", until), "实地核查笔录", officer=risk)
    return lists.approve(entry.requests.get(), officer=qian)


@pytest.fixture
def blacklisted(factory, li, risk, qian) -> ListEntry:
    day = criteria.months_after(localdate(), -7)
    terms = Publication(
        "tax_evasion", "滨税稽罚1号", "滨税失信1号", day, day,
        tax=Decimal(1200000), share=Decimal("0.35"), responsible=[(li.key, "13")],
    )  # fmt: skip
    entry = lists.propose(factory.key, terms, "稽查卷宗", officer=risk)
    return lists.approve(entry.requests.get(), officer=qian)


def page(name: str, *args: object) -> str:
    return reverse(name, args=args)


@pytest.fixture
def addresses(watched, blacklisted, factory) -> list[str]:
    return [
        page("list-entry", watched.pk),
        page("list-entry", blacklisted.pk),
        page("propose-listing", WATCH, factory.key),
        page("propose-listing", BLACK, factory.key),
    ]


def test_pages_open_for_the_county_and_every_look_leaves_a_trace(
    client, leader, addresses, factory
):
    client.force_login(leader)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert factory.name in answer.content.decode()
    seen = Trace.objects.filter(action="list.see", officer=leader, about=factory.key)
    assert seen.count() == len(addresses)
    for kind in (WATCH, BLACK, "nonsense"):
        for tab in ("waiting", "in_force", "soon", "ended", "nonsense"):
            answer = client.get(page("lists"), {"kind": kind, "tab": tab})
            assert answer.status_code == 200
        assert client.get(page("list-import", kind)).status_code == 200


def test_pages_are_nothing_to_another_county(client, sun, addresses, factory):
    client.force_login(sun)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert factory.name not in answer.content.decode()
    for kind in (WATCH, BLACK):
        for tab in ("waiting", "in_force", "soon", "ended"):
            told = client.get(page("lists"), {"kind": kind, "tab": tab}).content.decode()
            assert factory.name not in told
    found = client.post(page("find-listed"), {"text": factory.credit_code}).content.decode()
    assert factory.name not in found


@pytest.mark.parametrize("who", ["zhao", "field", "auditor"])
def test_nobody_else_enters(request, client, addresses, who):
    client.force_login(request.getfixturevalue(who))
    for address in [*addresses, page("lists"), page("list-import", WATCH)]:
        assert client.get(address).status_code == 403


def test_responsible_person_of_elsewhere_is_counted_and_not_named(
    client, leader, blacklisted, li, offices
):
    client.force_login(leader)
    address = page("list-entry", blacklisted.pk)
    assert li.name in client.get(address).content.decode()
    from chengxin.offices.models import Jurisdiction

    Jurisdiction.objects.filter(about=li.key).update(office=offices["neighbour_branch"])
    told = client.get(address).content.decode()
    assert li.name not in told
    assert "另有 1 人不属于本单位管辖" in told


def test_search_finds_by_name_and_number_and_tells_where_somebody_stands(
    client, risk, watched, factory, wang
):
    client.force_login(risk)
    told = client.post(page("find-listed"), {"text": "守信食品"}).content.decode()
    assert factory.name in told
    assert page("list-entry", watched.pk) in told
    told = client.post(page("find-listed"), {"text": wang.number}).content.decode()
    assert page("propose-listing", WATCH, wang.key) in told
    assert told.count(wang.number) == 1  # in the field where it was typed


def test_watch_goes_its_whole_way(client, risk, qian, factory):
    client.force_login(risk)
    until = (localdate() + timedelta(days=90)).isoformat()
    form = {"reason": "走逃嫌疑", "groups": ["INV", "DEREG"], "until": until, "grounds": "笔录"}
    made = client.post(page("make-listing", WATCH, factory.key), form)
    entry = ListEntry.objects.get()
    assert (made.status_code, made["HX-Redirect"]) == (204, page("list-entry", entry.pk))
    assert (entry.groups, entry.reason, entry.state) == ("DEREG,INV", "走逃嫌疑", "proposed")

    own = client.post(page("decide-listing", entry.pk), {"outcome": "approve"})
    assert own.status_code == 409
    client.force_login(qian)
    client.post(page("decide-listing", entry.pk), {"outcome": "approve", "note": "同意"})
    entry.refresh_from_db()
    assert entry.state == "in_force"
    client.post(page("ask-removal", entry.pk), {"cause": "no_longer", "grounds": "已恢复"})
    client.force_login(risk)
    told = client.get(page("list-entry", entry.pk)).content.decode()
    for words in ("走逃嫌疑", "已恢复", "同意", risk.full_name, qian.full_name, "提出列入名单"):
        assert words in told


def test_blacklist_form_takes_per_cent_checked_and_typed_persons(client, risk, factory, wang, li):
    client.force_login(risk)
    day = localdate().isoformat()
    form = {
        "criterion": "tax_evasion", "case_no": "案", "document_no": "书", "served_on": day,
        "published_on": day, "tax": "1200000.50", "share": "35", "controller": [wang.key],
        "person": [wang.key], "responsible": f"{li.number}\n", "grounds": "卷宗",
    }  # fmt: skip
    assert client.post(page("make-listing", BLACK, factory.key), form).status_code == 204
    entry = ListEntry.objects.get()
    assert (entry.share, entry.tax) == (Decimal("0.35"), Decimal("1200000.50"))
    assert set(entry.responsible.values_list("about", "role")) == {
        (wang.key, "09"), (li.key, "13"),
    }  # fmt: skip
    assert entry.until == criteria.months_after(localdate(), 36)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": ""}, "wrong_form"),
        ({"until": "gestern"}, "wrong_form"),
        ({"groups": ["FILE"]}, "wrong_form"),
        ({"grounds": " "}, "grounds_needed"),
        ({"reason": ""}, "reason_needed"),
    ],
)
def test_form_that_is_not_whole_is_refused_in_one_sentence(client, risk, factory, change, code):
    client.force_login(risk)
    form = {"reason": "x", "until": localdate().isoformat(), "grounds": "笔录"}
    answer = client.post(
        page("make-listing", WATCH, factory.key), form | change, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert f'data-code="{code}"' in answer.content.decode()


def test_early_stop_by_its_form(client, risk, leader, blacklisted):
    client.force_login(risk)
    day = localdate().isoformat()
    form = {
        "cause": "paid", "received_on": day, "fulfilled_on": day, "document_no": "完税证明",
        "approval_no": "滨税停公1号", "committed": "1", "unpunished": "1", "grounds": "申请表",
    }  # fmt: skip
    address = page("ask-early-stop", blacklisted.pk)
    assert client.post(address, form | {"committed": ""}).status_code == 409
    assert client.post(address, form).status_code == 204
    client.force_login(leader)
    client.post(page("decide-listing", blacklisted.pk), {"outcome": "approve"})
    told = client.get(page("list-entry", blacklisted.pk)).content.decode()
    assert 'data-state="stopped"' in told
    assert "滨税停公1号" in told


def test_list_is_filtered_by_criterion_and_by_what_ends_soon(
    client, leader, blacklisted, watched, factory
):
    client.force_login(leader)

    def told(**asked: str) -> str:
        return client.get(page("lists"), asked).content.decode()

    assert factory.name in told(kind=BLACK, criterion="tax_evasion")
    assert factory.name not in told(kind=BLACK, criterion="absconded")
    assert factory.name not in told(kind=WATCH, tab="soon")
    ListEntry.objects.filter(pk=watched.pk).update(until=localdate() + timedelta(days=30))
    assert factory.name in told(kind=WATCH, tab="soon")
    ListEntry.objects.filter(pk=watched.pk).update(until=localdate() + timedelta(days=31))
    assert factory.name not in told(kind=WATCH, tab="soon")


# files


def watch_rows(factory, wang) -> list[list[object]]:
    until = localdate() + timedelta(days=90)
    return [
        list(list_files.WATCH),
        [factory.credit_code, factory.name, "走逃嫌疑", "", until, "INV、DEREG", "笔录1"],
        ["", "", "", "", "", "", ""],
        [wang.number, wang.name, "代领发票", "", f"{until:%Y%m%d}", "", "笔录2"],
    ]


def as_csv(rows: list[list[object]], encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(map(str, row)) for row in rows).encode(encoding)


def as_xlsx(rows: list[list[object]]) -> bytes:
    book, told = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(told)
    return told.getvalue()


def post(client, content: bytes, kind: str = WATCH):
    file = SimpleUploadedFile("名单.csv", content)
    return client.post(page("import-list", kind), {"file": file})


@pytest.mark.parametrize(
    "written",
    [
        as_csv,
        lambda rows: as_csv(rows, "utf-8-sig"),
        lambda rows: as_csv(rows, "gb18030"),
        as_xlsx,
    ],
    ids=["utf-8", "with a mark", "gb18030", "xlsx"],
)
def test_file_becomes_entries_that_a_second_officer_approves(
    client, risk, qian, factory, wang, written
):
    client.force_login(risk)
    answer = post(client, written(watch_rows(factory, wang)))
    made = ListImport.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page("list-batch", made.pk))
    assert set(made.entries.values_list("about", "groups", "state")) == {
        (factory.key, "DEREG,INV", "proposed"), (wang.key, "", "proposed"),
    }  # fmt: skip
    assert page("approve-batch", made.pk) not in client.get(answer["Location"]).content.decode()

    client.force_login(qian)
    assert page("approve-batch", made.pk) in client.get(answer["Location"]).content.decode()
    client.post(page("approve-batch", made.pk), {"note": "同意"})
    assert ListEntry.objects.in_force().count() == 2


WRONG = {
    "number of nobody": ({0: "91371622MA00000000"}, "查无此项，或不属于您单位的管辖范围"),
    "no number": ({0: ""}, "缺少证件号码或信用代码"),
    "destroyed number": ({0: "9.13716E+17"}, "被电子表格变成了数字"),
    "other name": ({1: "阳信县失信食品有限公司"}, "名称与登记的不一致"),
    "no reason": ({2: ""}, "缺少列入原因"),
    "no day": ({4: ""}, "缺少截止日期"),
    "impossible day": ({4: "2026-02-30"}, "不是日期"),
    "words for a day": ({4: "长期"}, "不是日期"),
    "too long": ({4: "2099-12-31"}, "最长十二个月"),
    "what is never refused": ({5: "INV、FILE"}, "没有可限制的事项组：FILE"),
    "no grounds": ({6: ""}, "缺少依据"),
}


@pytest.mark.parametrize(("change", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_row_is_told_with_its_line_and_nothing_is_taken(
    client, risk, factory, wang, change, sentence
):
    rows = watch_rows(factory, wang)
    for place, text in change.items():
        rows[1][place] = text
    client.force_login(risk)
    answer = post(client, as_csv(rows))
    told = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in told
    assert '<td class="mono nowrap">2</td>' in told
    assert "其余 1 行无误" in told
    assert not ListEntry.objects.exists()
    assert not ListImport.objects.exists()


def test_subject_twice_in_a_file_is_told(client, risk, factory, wang):
    rows = watch_rows(factory, wang)
    client.force_login(risk)
    told = post(client, as_csv([*rows, rows[1]])).content.decode()
    assert "与第 2 行重复" in told
    assert not ListEntry.objects.exists()


def test_number_that_is_not_known_is_told_masked(client, risk, factory, wang, li):
    rows = watch_rows(factory, wang)
    rows[1][0] = li.number
    from chengxin.offices.models import Jurisdiction

    Jurisdiction.objects.filter(about=li.key).delete()
    client.force_login(risk)
    told = post(client, as_csv(rows)).content.decode()
    assert li.number not in told
    assert li.name not in told


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 and no workbook",
        b"\xff\xfe\x00\x01",
        "名称\n甲".encode(),
        ",".join([*list_files.WATCH, "身高"]).encode(),
        ",".join([*list_files.WATCH, list_files.NAME]).encode(),
        ",".join(list_files.WATCH).encode(),
        (",".join(list_files.WATCH) + '\n"open').encode(),
        b"x" * (list_files.MOST_BYTES + 1),
    ],
    ids=["empty", "no workbook", "no text", "few columns", "strange column", "column twice",
         "no rows", "open quote", "too large"],
)  # fmt: skip
def test_file_that_is_no_list_is_one_sentence(client, risk, content):
    client.force_login(risk)
    answer = post(client, content)
    assert answer.status_code == 409
    assert 'data-code="wrong_file"' in answer.content.decode()
    assert not ListImport.objects.exists()


def test_blacklist_file_with_its_responsible_persons(client, risk, factory, li):
    day = localdate()
    row = dict.fromkeys(list_files.BLACKLIST, "") | {
        "证件号码或信用代码": factory.credit_code, "名称": factory.name, "案件编号": "案1",
        "确定文书号": "书1", "送达日期": f"{day:%Y/%m/%d}", "确定情形": "01",
        "公布日期": f"{day:%Y年%m月%d日}", "涉案税额": '"1,200,000.00"', "占应纳税额比例": "35%",
        "责任人员": li.number, "依据": "卷宗",
    }  # fmt: skip
    client.force_login(risk)
    heading = ",".join(list_files.BLACKLIST)
    assert post(client, f"{heading}\n{','.join(row.values())}".encode(), BLACK).status_code == 302
    entry = ListEntry.objects.get()
    assert (entry.criterion, entry.tax, entry.share) == (
        "tax_evasion", Decimal(1200000), Decimal("0.35"),
    )  # fmt: skip
    assert [named.about for named in entry.responsible.all()] == [li.key]

    row |= {"案件编号": "案2", "涉案税额": "999999"}
    told = post(client, f"{heading}\n{','.join(row.values())}".encode(), BLACK).content.decode()
    assert "未达到第六条第1项的标准" in told


def test_empty_table_has_the_headings_that_are_read(client, risk):
    client.force_login(risk)
    for kind in (WATCH, BLACK):
        content = client.get(page("list-template", kind)).content
        assert content.decode("utf-8-sig").strip().split(",") == list(list_files.HEADINGS[kind])


def test_pages_are_english_too(client, leader, addresses):
    client.force_login(leader)
    client.cookies["django_language"] = "en"
    for address in [*addresses, page("lists"), page("list-import", BLACK)]:
        told = client.get(address).content.decode()
        assert "Watchlist and blacklist" in told
