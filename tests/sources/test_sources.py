"""Each sample reads into the promised columns, and each manifest tells the truth."""

from __future__ import annotations

import os
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from chengxin.lake.store import Lake
from chengxin.lake.tables import TABLES
from chengxin.sources import all_sources, day_of, read, source_of
from chengxin.sources.source import HERE, manifest
from tests.sources.conftest import (
    CSV_SOURCES,
    DAY,
    HEADINGS,
    KEYS,
    changed,
    encoding_of,
    loose,
    persons,
    rows,
    sample,
)

ORIGIN = ("source", "delivery_id", "delivered_on", "line")
BY_BOTH = sorted(
    name.removeprefix("golden_tax_state_")
    for name in HEADINGS
    if name.startswith("golden_tax_state_")
)


def told(name: str) -> dict[str, object]:
    return yaml.safe_load((HERE / name / "manifest.yaml").read_text("utf-8"))


def test_there_is_a_source_for_everything_that_offices_agreed_to_send():
    own = {  # from no office
        "identity_judgement", "own_identity_event", "own_enterprise_check", "own_watch",
        "own_blacklist", "own_responsible",
    }  # fmt: skip
    assert set(all_sources()) - own == set(HEADINGS)


@pytest.mark.parametrize("name", HEADINGS)
def test_manifest_names_the_agreed_headings(name):
    assert sorted(all_sources()[name].headings) == sorted(HEADINGS[name])


@pytest.mark.parametrize("name", HEADINGS)
def test_sample_has_the_agreed_headings_in_the_agreed_order(name):
    assert [heading.lstrip("\ufeff") for heading in sample(name)[0]] == HEADINGS[name]


@pytest.mark.parametrize("name", CSV_SOURCES)
def test_state_bureau_sends_gbk_while_the_others_send_utf8(name):
    assert all_sources()[name].encoding == encoding_of(name)


@pytest.mark.parametrize("name", HEADINGS)
def test_sample_reads_into_exactly_the_promised_columns_without_a_reject(office, name):
    source = all_sources()[name]
    reading = read(source.sample, keys=KEYS, source=name, delivered_on=DAY)
    office.readings.append(reading)

    read_rows = pq.read_table(reading.rows)

    assert dict(zip(read_rows.column_names, read_rows.schema.types, strict=True)) == dict(
        zip(TABLES[source.table].schema.names, TABLES[source.table].schema.types, strict=True)
    )
    assert reading.count == reading.delivered == read_rows.num_rows == len(sample(name)) - 1
    assert (reading.rejected, reading.rejects) == (0, [])


@pytest.mark.parametrize("suffix", BY_BOTH)
def test_both_bureaus_samples_tell_the_same_facts_in_their_own_words(office, suffix):
    facts = []
    for bureau in ("state", "local"):
        name = f"golden_tax_{bureau}_{suffix}"
        reading = read(all_sources()[name].sample, keys=KEYS, source=name, delivered_on=DAY)
        office.readings.append(reading)
        facts.append(rows(reading))
        assert {row["bureau"] for row in facts[-1]} == {bureau}
        assert {row["registration_id"][0] for row in facts[-1]} == {
            "1" if bureau == "state" else "2"
        }

    for ours, theirs in zip(*facts, strict=True):
        other = {"bureau", "registration_id", "source", "delivery_id"}
        assert {k: v for k, v in ours.items() if k not in other} == {
            k: v for k, v in theirs.items() if k not in other
        }


def test_registration_reads_as_the_law_and_the_codes_say(office):
    first, second, third = rows(
        office.send("golden_tax_state_registration", sample("golden_tax_state_registration"))
    )

    assert first["registration_id"] == "10113716220000000001"
    assert first["taxpayer_id"] == first["credit_code"] == "91371622MA3C5K7XX0"
    assert first["legal_rep_id"] == KEYS.person_id("371622198001010019")
    assert first["business_address_token"] == KEYS.address_token("阳信县劳店镇工业园一号")
    assert (first["status"], second["status"]) == ("normal", "non_normal")  # 03, 05
    assert first["registered_on"] == date(2010, 1, 5)
    assert second["taxpayer_id"] == "371622600037341"  # 15 digits, no birthday within
    assert third["credit_code"] is None
    assert third["taxpayer_id"].startswith("T")
    assert third["status_changed_on"] is None


def test_investment_reads_persons_apart_from_enterprises(office):
    person, enterprise, foreigner = rows(
        office.send("golden_tax_local_investment", sample("golden_tax_local_investment"))
    )

    assert person["investor_person_id"] == KEYS.person_id("371622197506120059")
    assert (person["investor_taxpayer_id"], enterprise["investor_person_id"]) == (None, None)
    assert enterprise["investor_taxpayer_id"] == "913716226000373412"
    assert foreigner["investor_person_id"] == KEYS.person_id("G12345678")
    assert (person["share"], foreigner["share"]) == (Decimal("0.605"), None)  # 60.5 per cent
    assert person["amount"] == Decimal("3025000.00")
    assert person["until"] == date(9999, 12, 31)


def test_police_case_reads_person_and_enterprise_of_one_case(office):
    person, enterprise, ended = rows(office.send("police_case", sample("police_case")))

    assert (person["subject_kind"], enterprise["subject_kind"]) == ("person", "enterprise")
    assert person["subject"] == KEYS.person_id("371622198001010019")
    assert enterprise["subject"] == "91371622MA3C5K7XX0"
    assert (person["stage"], ended["stage"]) == ("open", "withdrawn")
    assert (person["ended_on"], ended["ended_on"]) == (None, date(2015, 9, 1))


def test_home_contract_reads_each_buyers_share(office):
    first, second, third = rows(office.send("housing_contract", sample("housing_contract")))

    assert (first["share"], second["share"], third["share"]) == (
        Decimal("0.6"), Decimal("0.4"), Decimal(1),
    )  # fmt: skip
    assert (first["price"], third["price"]) == (Decimal(3200000), Decimal(450000))
    assert (first["signed_on"], third["signed_on"]) == (date(2017, 6, 15), date(2017, 7, 1))
    assert first["area"] == Decimal("142.5")


def test_income_without_a_payer_has_the_empty_payer(office):
    first, second, third = rows(office.send("personal_income", sample("personal_income")))

    assert (first["payer"], second["payer"]) == ("91371622MA3C5K7XX0", "")
    assert (first["income"], third["due"]) == (Decimal("60000.00"), None)
    assert third["person_id"] == second["person_id"]  # 15 digits and 18 digits


def test_ledger_tells_tax_from_surcharge(office):
    tax, surcharge, paid = rows(
        office.send("golden_tax_state_ledger", sample("golden_tax_state_ledger"))
    )

    assert (tax["kind"], surcharge["kind"]) == ("tax", "surcharge")  # 10, 20
    assert tax["levy_item"] == "10101"
    assert (tax["paid_on"], paid["paid_on"]) == (None, date(2017, 5, 30))


def test_voided_return_stays_voided(office):
    valid, voided = rows(office.send("golden_tax_state_filing", sample("golden_tax_state_filing")))

    assert (valid["voided"], voided["voided"]) == (False, True)
    assert (valid["correction"], voided["correction"]) == ("0", "1")


def test_watchlist_keeps_item_groups_and_a_missing_second_officer(office):
    first, second = rows(office.send("watchlist", sample("watchlist")))

    assert (first["groups"], second["groups"]) == ("INV-AUTH,INV", None)
    assert (first["second_officer"], second["second_officer"]) == ("13716220013", None)


def test_customs_declaration_reads_item_by_item_in_the_unit_of_each(office):
    table, plywood, timber = rows(office.send("customs_declaration", sample("customs_declaration")))

    assert table["declaration_no"] == plywood["declaration_no"] == "420020170000000017"
    assert (table["item_no"], plywood["item_no"]) == (1, 2)
    assert (plywood["quantity"], plywood["quantity_unit"]) == (Decimal("36.5"), "cubic_metre")
    assert (table["quantity"], table["quantity_unit"]) == (Decimal(420), "item")
    assert (table["direction"], timber["direction"]) == ("export", "import")
    assert (table["value"], timber["import_vat"]) == (Decimal(147000), Decimal(12815))
    assert (table["duty"], timber["duty"]) == (None, Decimal(0))
    assert table["declared_on"] == date(2017, 7, 12)
    assert table["hs_code"] == "9403609990"  # text: chapter 08 begins with a nought


def test_bank_account_is_a_token_and_its_last_four_digits_however_it_is_written(office):
    first, second, shop = rows(office.send("bank_account", sample("bank_account")))
    account = "99023716220000000025"  # in groups of four in the sample

    assert second["account"] == KEYS.token("account", account) + "0025"
    assert first["account"].endswith("0017")
    assert (first["account_kind"], second["account_kind"]) == ("basic", "ordinary")
    assert (first["closed_on"], second["closed_on"]) == (None, date(2016, 3, 31))
    assert second["holder_id"] == "371622MA3C5K7XX"  # the number before 2015
    assert shop["holder_id"].startswith("T")


def test_large_transaction_names_its_other_side_where_the_bank_knows_it(office):
    reading = office.send("large_transaction", sample("large_transaction"))
    trade, draw, cash, untold = rows(reading)

    assert (trade["counterpart"], trade["flow"]) == ("913716226000373412", "received")
    assert (draw["counterpart"], draw["flow"]) == (KEYS.person_id("371622197506120059"), "paid")
    assert (cash["counterpart_kind"], cash["counterpart"], cash["method"]) == (None, None, "cash")
    assert (untold["counterpart_kind"], untold["counterpart"]) == ("enterprise", None)
    assert (
        trade["account"] == rows(office.send("bank_account", sample("bank_account")))[0]["account"]
    )
    assert trade["amount"] == Decimal("2340000.00")
    assert [one["name"] for one in persons(reading)] == ["李投资"]


def test_words_that_may_name_anybody_are_tokens_and_go_to_the_registry(office):
    reading = office.send("internet_notice", sample("internet_notice"))
    tender, of_wang, of_firm, news = rows(reading)
    assert reading.words
    words = {one["id"]: one["words"] for one in pq.read_table(reading.words).to_pylist()}

    assert words[news["title"]] == "李投资入选“十佳创业者”"
    assert words[of_wang["url"]] == "https://credit.yangxin.example/xzcf?name=王守信"
    assert (of_wang["title"], of_wang["url"]) == (of_firm["title"], of_firm["url"])
    assert len(words) == 6  # three notices: each title and address once
    assert news["title"] == KEYS.token("words", "李投资入选“十佳创业者”")
    assert stat.S_IMODE(os.stat(reading.words).st_mode) == 0o600
    assert (tender["subject"], of_wang["subject"]) == (
        "91371622MA3C5K7XX0", KEYS.person_id("371622198001010019"),
    )  # fmt: skip
    assert (of_wang["confidence"], news["confidence"]) == (Decimal(1), Decimal("0.35"))
    assert news["matched_by"] == "name_alone"


def test_delivery_without_such_words_stages_none(office):
    assert office.send("police_case", sample("police_case")).words is None


def test_shareholders_of_the_market_register_are_persons_or_enterprises_with_capital_in_yuan(
    office,
):
    reading = office.send("market_shareholder", sample("market_shareholder"))
    person, firm, foreigner = rows(reading)

    assert person["person_id"] == KEYS.person_id("371622197506120059")  # 15 digits in the sample
    assert (person["shareholder_kind"], person["shareholder_code"]) == ("person", None)
    assert (person["subscribed"], person["share"]) == (Decimal(3025000), Decimal("0.605"))
    assert (firm["person_id"], firm["shareholder_code"]) == (None, "371622600037341")
    assert (firm["contribution"], firm["due_on"]) == ("in_kind", date(2035, 12, 31))
    assert foreigner["subscribed"] == Decimal("501234.56")
    assert sorted((one["name"], one["document_kind"]) for one in persons(reading)) == [
        ("MIKE SMITH", "passport"),
        ("李投资", "resident"),
    ]


def test_officers_of_the_market_register_have_post_and_term(office):
    director, supervisor, finance = rows(office.send("market_officer", sample("market_officer")))

    assert [one["post"] for one in (director, supervisor, finance)] == [
        "executive_director", "supervisor", "finance_officer",
    ]  # fmt: skip
    assert (director["represents"], supervisor["represents"]) == (True, False)
    assert (director["valid_from"], director["until"]) == (date(2010, 1, 5), None)
    assert supervisor["until"] == date(2016, 1, 5)


def test_pledge_has_two_sides_of_either_kind(office):
    reading = office.send("equity_pledge", sample("equity_pledge"))
    standing, ended = rows(reading)

    assert (standing["pledgor"], standing["pledgee"]) == (
        KEYS.person_id("371622197506120059"),
        "913716226000373412",
    )
    assert (ended["pledgor"], ended["pledgee"]) == (
        "913716226000373412",
        KEYS.person_id("371622198001010019"),
    )
    assert (standing["amount"], ended["amount"]) == (Decimal(1502500), Decimal(10000000))
    assert (standing["pledge_state"], ended["pledge_state"]) == ("in_force", "ended")
    assert {one["name"] for one in persons(reading)} == {"李投资", "王守信"}


def test_enforcement_case_has_a_row_for_each_debtor(office):
    firm, person, other = rows(office.send("court_enforcement", sample("court_enforcement")))

    assert firm["case_no"] == person["case_no"] == "（2017）鲁1622执17号"
    assert (firm["subject"], firm["enforcement_state"]) == (
        "91371622MA3C5K7XX0",
        "closed_for_want_of_assets",
    )
    assert person["subject"] == KEYS.person_id("371622197506120059")
    assert other["subject"] == KEYS.person_id("371622198001010019")  # 15 digits in the sample
    assert (firm["amount"], firm["recovered"]) == (Decimal("1250000.50"), Decimal(0))
    assert (person["recovered"], other["recovered"]) == (None, Decimal(36000))


def test_bankruptcy_case_tells_until_when_to_claim_and_no_name(office):
    reading = office.send("court_bankruptcy", sample("court_bankruptcy"))
    wound_up, saved = rows(reading)

    assert (wound_up["procedure"], saved["procedure"]) == ("liquidation", "reorganisation")
    assert wound_up["claims_until"] == date(2017, 8, 31)
    assert (wound_up["administrator_id"], saved["administrator_id"]) == ("91371622MA3D1Q2W50", None)
    assert (wound_up["closed_on"], saved["closed_on"]) == (None, date(2015, 12, 18))
    assert persons(reading) == []


@pytest.mark.parametrize("name", ["administrative_permit", "administrative_penalty"])
def test_double_publicity_names_persons_by_document_and_others_by_code(office, name):
    reading = office.send(name, sample(name))
    firm, shop, person = rows(reading)

    assert [one["subject_kind"] for one in (firm, shop, person)] == [
        "enterprise", "enterprise", "person",
    ]  # fmt: skip
    assert (firm["credit_code"], firm["person_id"]) == ("91371622MA3C5K7XX0", None)
    assert (shop["credit_code"], shop["person_id"]) == ("91371622MA3D1Q2W50", None)
    assert person["credit_code"] is None
    [named] = persons(reading)
    assert named["person_id"] == person["person_id"]
    assert named["name"] in ("李投资", "张冒名")


def test_permit_has_an_end_and_a_state(office):
    firm, _shop, person = rows(
        office.send("administrative_permit", sample("administrative_permit"))
    )

    assert (firm["permit"], firm["permit_kind"], firm["until"]) == (
        "排污许可证", "ordinary", date(2020, 4, 5),
    )  # fmt: skip
    assert (firm["decision_state"], person["decision_state"]) == ("in_force", "revoked")


def test_penalty_has_its_amounts_in_yuan_and_no_words_of_the_authority(office):
    reading = office.send("administrative_penalty", sample("administrative_penalty"))
    firm, shop, person = rows(reading)

    assert (firm["fine"], firm["confiscated"]) == (Decimal(60000), None)
    assert (shop["fine"], shop["confiscated"]) == (Decimal(5000), Decimal(318))
    assert (shop["penalty_kind"], person["penalty_kind"]) == ("fine_and_confiscation", "warning")
    assert person["fine"] is None
    assert "现场负责人" not in str(rows(reading))


def test_joint_lists_are_red_or_black(office):
    firm, person, honoured = rows(office.send("joint_list", sample("joint_list")))

    assert [one["list_colour"] for one in (firm, person, honoured)] == ["black", "black", "red"]
    assert (firm["list_field"], honoured["list_field"]) == (
        "wages_of_migrant_workers", "contracts_honoured",
    )  # fmt: skip
    assert person["subject"] == KEYS.person_id("371622198001010019")
    assert (firm["removed_on"], person["removed_on"]) == (None, date(2017, 7, 20))


def test_social_insurance_has_a_row_for_each_person_and_month_paid_or_not(office):
    june, july, other = rows(
        office.send("social_insurance_payment", sample("social_insurance_payment"))
    )

    assert june["person_id"] == july["person_id"] == KEYS.person_id("371622198001010019")
    assert (june["period_from"], july["period_from"]) == (date(2017, 6, 1), date(2017, 7, 1))
    assert (june["paid_on"], july["paid_on"]) == (date(2017, 7, 12), None)
    assert (june["base"], june["employer_due"], june["person_due"]) == (
        Decimal(3269), Decimal("588.42"), Decimal("261.52"),
    )  # fmt: skip
    assert other["person_id"] == KEYS.person_id("371622197506120059")  # 15 digits in the sample


def test_every_row_keeps_its_source_day_and_line(office):
    reading = office.send("golden_tax_state_ledger", sample("golden_tax_state_ledger"))

    assert [tuple(row[name] for name in ORIGIN) for row in rows(reading)] == [
        ("golden_tax_state_ledger", reading.delivery_id, DAY, line) for line in (2, 3, 4)
    ]


def test_columns_may_stand_in_another_order(office):
    cells = sample("golden_tax_state_ledger")
    turned = office.send("golden_tax_state_ledger", [row[::-1] for row in cells])
    straight = office.send("golden_tax_state_ledger", cells)

    def facts(reading):
        return [{k: v for k, v in row.items() if k != "delivery_id"} for row in rows(reading)]

    assert facts(turned) == facts(straight)


def test_identities_name_each_person_once_with_what_the_registry_needs(office):
    reading = office.send(
        "golden_tax_state_natural_person", sample("golden_tax_state_natural_person")
    )

    told = {one["number"]: one for one in persons(reading)}

    assert set(told) == {"371622198001010019", "371622197506120059", "911124198108030024"}
    wang = told["371622198001010019"]
    assert wang == {
        "person_id": KEYS.person_id("371622198001010019"),
        "document_kind": "resident",
        "number": "371622198001010019",
        "name": "王守信",
        "phone": "13800000001",
        "delivered_on": DAY,
        "source": "golden_tax_state_natural_person",
    }
    assert told["371622197506120059"]["phone"] is None
    assert told["911124198108030024"]["document_kind"] == "foreign_permit"


def test_enterprise_is_nobody_to_the_identities(office):
    reading = office.send("police_case", sample("police_case"))

    assert {one["name"] for one in persons(reading)} == {"王守信", "李投资"}


def test_rejected_row_gives_no_identity(office):
    cells = changed("golden_tax_state_natural_person", DJXH="1")
    reading = office.send(
        "golden_tax_state_natural_person", cells, loose("golden_tax_state_natural_person")
    )

    assert "王守信" not in {one["name"] for one in persons(reading)}


def test_what_is_staged_in_clear_is_for_its_owner_alone_until_the_reading_closes(office):
    reading = office.send("police_case", sample("police_case"))
    folder = reading.identities.parent

    assert stat.S_IMODE(os.stat(reading.identities).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    reading.close()
    assert not folder.exists()


# manifests


@pytest.mark.parametrize("key", ["encodings", "colums", "owner_phone"])
def test_manifest_with_an_unknown_key_is_an_error(key):
    with pytest.raises(TypeError):
        manifest("watchlist", told("watchlist") | {key: "x"})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"encoding": "latin-1"}, "latin-1"),
        ({"delivers": "sometimes"}, "sometimes"),
        ({"values": {}}, "subject_kind"),
        ({"ten_thousands": ["reason"]}, "reason"),
        ({"constants": {"name": "x"}, "columns": {"名单编号": "watch_number"}}, "watch_number"),
    ],
)
def test_manifest_that_contradicts_its_table_is_an_error(change, named):
    with pytest.raises(ValueError, match=named):
        manifest("watchlist", told("watchlist") | change)


def test_manifest_that_fills_one_column_twice_is_an_error():
    about = told("watchlist")
    about["columns"]["名称"] = "watch_id"

    with pytest.raises(ValueError, match="watch_id"):
        manifest("watchlist", about)


def test_manifest_that_expects_an_unknown_thing_is_an_error():
    with pytest.raises(TypeError):
        manifest("watchlist", told("watchlist") | {"expect": {"min": 0, "max": 1, "mean": 1}})


def test_table_says_which_of_its_sources_is_to_be_believed_first():
    fills = {(source.table, name) for name, source in all_sources().items()}
    ordered = {(table.name, name) for table in TABLES.values() for name in table.precedence}

    assert ordered == fills


# file names


@pytest.mark.parametrize(
    ("file", "source", "day"),
    [
        ("watchlist.20170818.csv", "watchlist", DAY),
        ("police_case.20170818.jsonl", "police_case", DAY),
        ("watchlist.20170230.csv", "watchlist", None),
        ("watchlist.csv", None, None),
        ("nobody.20170818.csv", None, DAY),
        ("交接单.csv", None, None),
    ],
)
def test_file_name_tells_source_and_day(file, source, day):
    found = source_of(Path(file))

    assert (found.name if found else None, day_of(Path(file))) == (source, day)


def test_file_of_an_impossible_day_is_refused_with_its_name(office):
    path = office.write("watchlist", sample("watchlist"), day="20170230")

    with pytest.raises(Trouble, match=r"watchlist\.20170230\.csv"):
        office.read(path)


def test_unknown_source_is_refused_with_its_name(office):
    path = office.write("watchlist", sample("watchlist"))

    with pytest.raises(Trouble, match="watchdog"):
        read(path, keys=KEYS, source="watchdog")


def test_file_that_is_not_there_is_one_sentence(office):
    with pytest.raises(Trouble, match=r"watchlist\.20170818\.csv"):
        office.read(office.folder / "watchlist.20170818.csv")


# nothing that names a person in the lake


def secrets_of(name: str) -> set[str]:
    """Numbers, names and phones in a sample."""
    cells = sample(name)
    private = ("姓名", "证件号码", "电话", "SFZJHM", "XM", "DDH", "LXDH", "ZJHM", "RMC", "名称",
               "账号", "标题", "网址", "INV", "NAME", "CERNO", "出质人", "质权人",
               "证照号码", "法定代表人", "违法事实")  # fmt: skip
    plain = ("NSRMC", "纳税人名称", "商品名称", "许可证书名称")
    found = set()
    for place, heading in enumerate(cells[0]):
        if heading in plain or not heading.endswith(private):
            continue
        found |= {str(row[place]).strip() for row in cells[1:] if row[place]}
    return {text for text in found if not text.startswith("91371622") and "阳信" not in text}


def test_no_number_phone_or_name_of_a_person_is_in_any_byte_of_the_lake(tmp_path, engine):
    lake, secret = Lake(tmp_path / "lake"), set()
    for name in HEADINGS:
        with read(all_sources()[name].sample, keys=KEYS, source=name, delivered_on=DAY) as reading:
            lake.take(reading)
        secret |= secrets_of(name)
    secret |= {"371622199002280023", "371622750612005", "371622197506120059", "王守信"}
    secret.discard("913716226000373412")  # an enterprise's credit code

    raw = b"".join(path.read_bytes() for path in lake.root.rglob("*") if path.is_file())
    engine.view(lake)
    dump = "".join(str(row) for table in TABLES for row in engine.run(f'SELECT * FROM "{table}"'))
    folders = "".join(str(path.relative_to(lake.root)) for path in lake.root.rglob("*"))

    assert len(secret) > 12
    assert "阳信甲木业有限公司" in dump  # enterprises are there
    assert [text for text in sorted(secret) if text in dump + folders] == []
    assert [text for text in sorted(secret) if text.encode() in raw] == []


def test_another_key_gives_other_ids(office):
    path = office.write("police_case", sample("police_case"))
    ours = rows(office.read(path))
    with read(path, keys=Keys(b"k" * 32)) as reading:
        theirs = rows(reading)

    assert ours[0]["subject"] != theirs[0]["subject"]
    assert ours[1]["subject"] == theirs[1]["subject"]
