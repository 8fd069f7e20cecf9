"""What the manifest does not describe stops the load, and says source, line and what to do."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from openpyxl import Workbook

from chengxin.sources import SourceChanged, all_sources
from chengxin.sources.source import Expect, Form
from tests.sources.conftest import CSV_SOURCES, HEADINGS, changed, rows, sample

STATE = "golden_tax_state_ledger"
LOCAL = "golden_tax_local_ledger"
LISTS = [*(name for name in HEADINGS if all_sources()[name].form is Form.XLSX), *CSV_SOURCES]


def refused(office, name, cells, source=None) -> str:
    with pytest.raises(SourceChanged) as stopped:
        office.send(name, cells, source)
    return _sentence(name, stopped.value)


def refused_bytes(office, name, content) -> str:
    with pytest.raises(SourceChanged) as stopped:
        office.send_bytes(name, content)
    return _sentence(name, stopped.value)


def _sentence(name: str, stopped: SourceChanged) -> str:
    told = str(stopped)
    assert "\n" not in told
    assert told.startswith(name)
    return told


def sent_bytes(office, name) -> bytes:
    return office.write(name, sample(name)).read_bytes()


# headings


@pytest.mark.parametrize("name", LISTS)
def test_new_column_stops_the_load(office, name):
    cells = sample(name)

    told = refused(office, name, [[*cells[0], "承办民警"], *([*row, "x"] for row in cells[1:])])

    assert "承办民警" in told
    assert all_sources()[name].owner in told


@pytest.mark.parametrize("name", LISTS)
def test_missing_column_stops_the_load(office, name):
    told = refused(office, name, [row[:-1] for row in sample(name)])

    assert HEADINGS[name][-1] in told


@pytest.mark.parametrize("name", LISTS)
def test_doubled_heading_stops_the_load(office, name):
    told = refused(office, name, [[*row, row[1]] for row in sample(name)])

    assert HEADINGS[name][1] in told


@pytest.mark.parametrize("name", LISTS)
def test_empty_heading_stops_the_load(office, name):
    cells = sample(name)

    told = refused(office, name, [[*cells[0], " "], *([*row, "x"] for row in cells[1:])])

    assert str(len(cells[0]) + 1) in told


@pytest.mark.parametrize(
    "name", ["golden_tax_state_natural_person", "police_case", "personal_income"]
)
def test_file_without_its_heading_names_nobody_in_the_refusal(office, name):
    if name == "police_case":
        told = refused_bytes(office, name, '{"王守信": "371622198001010019"}\n'.encode())
    else:
        told = refused(office, name, sample(name)[1:])

    assert "王守信" not in told
    assert "371622198001010019" not in told


def test_heading_with_blanks_around_it_is_the_heading(office):
    cells = sample(LOCAL)

    assert office.send(LOCAL, [[f" {name} " for name in cells[0]], *cells[1:]]).count == 3


def test_quote_that_never_ends_stops_the_load(office):
    for content in (b'"YZPZXH,DJXH\r\n', sent_bytes(office, STATE) + b'"V9,1\r\n'):
        refused_bytes(office, STATE, content)


# codes


@pytest.mark.parametrize(
    ("name", "heading", "line"),
    [
        ("golden_tax_state_registration", "NSRZT_DM", 2),
        ("golden_tax_local_registration", "纳税人状态代码", 2),
        ("golden_tax_state_registration", "FDDBRSFZJLX_DM", 2),
        (STATE, "SKZL_DM", 2),
        ("golden_tax_state_filing", "ZFBZ_1", 2),
        ("golden_tax_state_filing", "GZLX_DM_1", 2),
        ("golden_tax_local_investment", "投资方证件种类代码", 2),
        ("police_case", "案件状态", 1),
        ("watchlist", "主体类型", 2),
    ],
)
def test_unknown_code_stops_the_load_with_its_line_and_value(office, name, heading, line):
    told = refused(office, name, changed(name, **{heading: "99"}))

    assert f"line {line}:" in told
    assert "'99'" in told
    assert heading in told


def test_unknown_code_far_down_names_that_line(office):
    cells = sample(STATE)
    row = cells[3]
    many = [[f"W{n}", *row[1:]] for n in range(5000)]
    many[4321][3] = "40"

    told = refused(office, STATE, [*cells, *many])

    assert "line 4326:" in told  # heading, three rows of the sample, counted from one
    assert "'40'" in told


def test_persons_name_in_a_place_for_codes_is_not_repeated(office):
    told = refused(office, "police_case", changed("police_case", 案件状态="王守信"))

    assert "line 1:" in told
    assert "王守信" not in told


def test_code_is_text_so_3_is_not_03(office):
    told = refused(
        office,
        "golden_tax_state_registration",
        changed("golden_tax_state_registration", NSRZT_DM="3"),
    )

    assert "'3'" in told


# whole files


@pytest.mark.parametrize("name", CSV_SOURCES)
def test_file_cut_in_its_last_line_stops_the_load(office, name):
    content = sent_bytes(office, name)

    for cut in (1, 2, 3, 5, 9):
        if content[:-cut].endswith(b"\n"):
            continue
        if cut == 1:  # CRLF cut to CR
            continue
        refused_bytes(office, name, content[:-cut])


def test_json_lines_cut_in_the_last_line_stop_the_load(office):
    content = sent_bytes(office, "police_case")

    told = refused_bytes(office, "police_case", content[:-9])

    assert "line 3" in told


def test_workbook_cut_off_stops_the_load(office):
    content = sent_bytes(office, "housing_contract")

    refused_bytes(office, "housing_contract", content[: len(content) // 2])


@pytest.mark.parametrize("name", HEADINGS)
def test_empty_file_stops_the_load(office, name):
    refused_bytes(office, name, b"")


def test_workbook_without_a_row_stops_the_load(office):
    refused(office, "housing_contract", [])


def test_workbook_without_the_agreed_sheet_stops_the_load(office):
    book = Workbook()
    path = office.folder / "housing_contract.20170818.xlsx"
    book.save(path)

    with pytest.raises(SourceChanged, match="网签合同"):
        office.read(path)


def test_workbook_that_is_really_a_csv_stops_the_load(office):
    refused_bytes(office, "housing_contract", "合同编号,买受人姓名\r\n".encode())


@pytest.mark.parametrize("fields", [8, 10])
def test_line_with_too_few_or_too_many_fields_stops_the_load(office, fields):
    cells = sample(STATE)
    cells[2] = (cells[2] + ["x"])[:fields]

    assert "line 3" in refused(office, STATE, cells)


def note(office, *lines: str) -> None:
    text = "\r\n".join(["文件名,行数,SHA256", *lines]) + "\r\n"
    (office.folder / "交接单.csv").write_text(text, "utf-8", newline="")


def test_delivery_as_its_note_says_is_read(office):
    path = office.write(STATE, sample(STATE))
    note(office, f"{path.name},3,{hashlib.sha256(path.read_bytes()).hexdigest()}")

    assert office.read(path).count == 3


def test_delivery_with_other_bytes_than_noted_stops(office):
    path = office.write(STATE, sample(STATE))
    note(office, f"{path.name},3,{hashlib.sha256(b'other').hexdigest()}")

    with pytest.raises(SourceChanged, match="SHA-256"):
        office.read(path)


@pytest.mark.parametrize("count", [2, 4])
def test_delivery_with_other_rows_than_noted_stops(office, count):
    path = office.write(STATE, sample(STATE))
    note(office, f"{path.name},{count},{hashlib.sha256(path.read_bytes()).hexdigest()}")

    with pytest.raises(SourceChanged, match=f"3 rows.*{count}"):
        office.read(path)


def test_delivery_cut_between_lines_is_noticed_by_its_note(office):
    path = office.write(STATE, sample(STATE))
    note(office, f"{path.name},3,{hashlib.sha256(path.read_bytes()).hexdigest()}")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    with pytest.raises(SourceChanged, match="交接单"):
        office.read(path)


def test_note_that_does_not_name_the_delivery_stops_it(office):
    path = office.write(STATE, sample(STATE))
    note(office, "other.20170818.csv,3,00")

    with pytest.raises(SourceChanged, match=path.name):
        office.read(path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\r\n1,2\r\n", b'"', None])
def test_note_that_cannot_be_read_stops_the_delivery(office, content):
    path = office.write(STATE, sample(STATE))
    if content is None:
        note(office, f"{path.name},three,00")
    else:
        (office.folder / "交接单.csv").write_bytes(content)

    with pytest.raises(SourceChanged):
        office.read(path)


# encodings


@pytest.mark.parametrize("name", ["golden_tax_state_registration", "golden_tax_state_investment"])
def test_utf8_where_gbk_is_agreed_stops_the_load(office, name):
    path = office.write(name, sample(name), encoding="utf-8")

    with pytest.raises(SourceChanged, match=r"must be GBK .* is UTF-8"):
        office.read(path)


@pytest.mark.parametrize("name", ["golden_tax_local_registration", "personal_income", "watchlist"])
def test_gbk_where_utf8_is_agreed_stops_the_load_with_its_line(office, name):
    path = office.write(name, sample(name), encoding="gb18030")

    with pytest.raises(SourceChanged, match=r"line 1: .*must be UTF-8"):
        office.read(path)


@pytest.mark.parametrize("name", ["golden_tax_state_registration", "golden_tax_local_registration"])
def test_mark_of_utf8_where_none_is_agreed_stops_the_load(office, name):
    path = office.write(name, sample(name), encoding="utf-8-sig")

    with pytest.raises(SourceChanged, match="BOM"):
        office.read(path)


def test_utf16_stops_the_load(office):
    path = office.write("watchlist", sample("watchlist"), encoding="utf-16")

    with pytest.raises(SourceChanged, match="UTF-16"):
        office.read(path)


@pytest.mark.parametrize(
    ("name", "bad"), [("golden_tax_state_registration", b"\xff"), ("watchlist", b"\xb0")]
)
def test_bad_byte_stops_the_load_with_its_line(office, name, bad):
    lines = sent_bytes(office, name).splitlines(keepends=True)
    lines[2] = lines[2][:-2] + bad + lines[2][-2:]

    assert "line 3" in refused_bytes(office, name, b"".join(lines))


def test_rare_character_of_gb18030_is_read(office):
    cells = changed("golden_tax_state_registration", NSRMC="阳信𠮷祥㙟业有限公司")

    assert rows(office.send("golden_tax_state_registration", cells))[0]["name"] == (
        "阳信𠮷祥㙟业有限公司"
    )


# how many


def test_too_few_rows_stop_the_load(office):
    source = replace(all_sources()[STATE], expect=Expect(4, 100))

    assert "3 rows, expected 4" in refused(office, STATE, sample(STATE), source)


def test_too_many_rows_stop_the_load(office):
    source = replace(all_sources()[STATE], expect=Expect(1, 2))

    assert "3 rows, expected 1 to 2" in refused(office, STATE, sample(STATE), source)


def test_heading_alone_is_too_little_for_a_daily_extract(office):
    assert "0 rows" in refused(office, STATE, sample(STATE)[:1])


@pytest.mark.parametrize("name", ["watchlist", "housing_contract", "personal_income"])
def test_heading_alone_is_enough_where_nothing_may_have_happened(office, name):
    reading = office.send(name, sample(name)[:1])

    assert (reading.count, rows(reading)) == (0, [])


# JSON


@pytest.mark.parametrize(
    "line", ['{"案件编号": "J1", ', "not json", "{}", "[]", "7", "null", '"J1"', "{'a': 1}"]
)
def test_broken_json_line_stops_the_load_with_its_line(office, line):
    lines = sent_bytes(office, "police_case").decode().splitlines()

    told = refused_bytes(office, "police_case", "\n".join([lines[0], line, lines[1], ""]).encode())

    assert "line 2" in told


def test_json_line_with_an_unknown_key_stops_the_load(office):
    lines = [json.loads(line) for line in sent_bytes(office, "police_case").decode().splitlines()]
    lines[1]["承办民警"] = "x"
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    told = refused_bytes(office, "police_case", content.encode())

    assert "line 2" in told
    assert "承办民警" in told


def test_json_line_without_a_key_stops_the_load(office):
    lines = [json.loads(line) for line in sent_bytes(office, "police_case").decode().splitlines()]
    del lines[2]["终结日期"]
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    told = refused_bytes(office, "police_case", content.encode())

    assert "line 3" in told
    assert "终结日期" in told


def test_json_line_with_a_key_twice_stops_the_load(office):
    text = sent_bytes(office, "police_case").decode().replace("{", '{"罪名条款": "201", ', 1)

    assert "罪名条款" in refused_bytes(office, "police_case", text.encode())
