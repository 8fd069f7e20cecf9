"""A dossier leaves the house with a purpose, a trace and its watermark, or not at all."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from chengxin.core.refusal import Refusal
from chengxin.people import export
from chengxin.people.export import Form
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

PURPOSE = "verify"


@pytest.fixture
def home_bought(told, wang, factory) -> None:
    told({"home_contract": [{"contract_no": "X1", "person_id": wang.pk, "price": 3200000}]})


def book(made: bytes):
    return load_workbook(io.BytesIO(made))


def texts(made: bytes) -> str:
    sheets = book(made).worksheets
    return "\n".join(
        str(cell) for sheet in sheets for row in sheet.values for cell in row if cell is not None
    )


def test_every_sheet_says_who_took_it_when_and_what_for(home_bought, qian, wang):
    made, _name = export.make(qian, wang.key, PURPOSE, Form.XLSX)
    trace = Trace.objects.get(action="dossier.export")
    for sheet in book(made).worksheets:
        for word in ("钱科长", "qian", "核实风险预警", f"痕迹 {trace.pk}"):
            assert word in sheet["A1"].value
            assert word in sheet.oddHeader.center.text
    assert trace.detail == {"purpose": "verify", "form": "xlsx", "whole": False}


def test_numbers_stay_masked_and_the_sections_are_there(home_bought, qian, wang):
    told = texts(export.make(qian, wang.key, PURPOSE, Form.XLSX)[0])
    assert wang.number not in told
    assert "372***********" in told
    for word in ("3,200,000.00", "paper 2017-08-17", "阳信县守信食品有限公司"):
        assert word in told


def test_earlier_business_is_in_the_file(home_bought, qian, wang):
    Trace.objects.create(
        action="ticket.take", about=wang.key, officer=qian, detail={"ticket": "E007"}
    )

    book_of = book(export.make(qian, wang.key, PURPOSE, Form.XLSX)[0])

    rows = [row[1] for row in book_of["往期业务办理"].values]
    assert rows[-1] == "取号 E007"


def test_whole_numbers_are_a_trace_of_their_own(home_bought, qian, wang):
    told = texts(export.make(qian, wang.key, PURPOSE, Form.XLSX, whole=True)[0])
    assert wang.number in told
    assert Trace.objects.get(action="number.reveal").detail == {"purpose": "verify"}


def test_text_that_looks_like_a_formula_stays_text(home_bought, qian, factory):
    factory.name = "=1+1"
    factory.save()
    made, _name = export.make(qian, factory.key, PURPOSE, Form.XLSX)
    cells = [cell for sheet in book(made) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value == "=1+1"} == {"s"}


@pytest.mark.parametrize("take", ["make", "printing"])
def test_without_a_purpose_nothing_leaves_and_the_attempt_is_traced(home_bought, qian, wang, take):
    more = (Form.XLSX,) if take == "make" else ()
    with pytest.raises(Refusal):
        getattr(export, take)(qian, wang.key, "", *more)
    assert Trace.objects.filter(about=wang.key, outcome="purpose_needed").count() == 1


def test_officer_of_another_county_takes_nothing(home_bought, client, sun, wang):
    client.force_login(sun)
    for route in ("person-export", "person-print"):
        answer = client.post(reverse(route, args=[wang.pk]), {"purpose": PURPOSE})
        assert answer.status_code == 404


def test_pdf_is_made_or_one_sentence_says_what_is_missing(
    home_bought, client, qian, factory, monkeypatch
):
    client.force_login(qian)
    address = reverse("enterprise-export", args=[factory.pk])
    monkeypatch.setattr(export, "FONTS", ("no such font",))
    export.fonts.cache_clear()
    refused = client.post(address, {"purpose": PURPOSE, "form": "pdf"})
    assert refused.status_code == 409
    assert "fonts-noto-cjk" in refused.content.decode()
    assert not Trace.objects.filter(action="dossier.export").exists()


def test_pdf_holds_a_chinese_font(home_bought, client, qian, factory):
    export.fonts.cache_clear()
    try:
        export.fonts()
    except Refusal:
        pytest.skip("LEFT OUT: no Chinese font on this machine")
    client.force_login(qian)
    address = reverse("enterprise-export", args=[factory.pk])
    made = client.post(address, {"purpose": PURPOSE, "form": "pdf"})
    assert made.headers["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF-")
    assert b"CJK" in made.content or b"CIDFont" in made.content


def test_page_prints_with_a_watermark_only_after_its_purpose(home_bought, client, qian, wang):
    client.force_login(qian)
    page = client.get(reverse("dossier-person", args=[wang.pk])).content.decode()
    assert "data-printed" not in page
    mark = client.post(reverse("person-print", args=[wang.pk]), {"purpose": PURPOSE})
    trace = Trace.objects.get(action="dossier.print")
    assert f"痕迹 {trace.pk}" in mark.content.decode()
