"""What the lake knows of somebody is in his dossier, whoever described the table and whenever."""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal

import pytest
import yaml
from django.urls import reverse
from django.utils import translation

from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.lake import tables as lake_tables
from chengxin.lake.tables import TABLES, Kind, described
from chengxin.offices.models import Jurisdiction, Role
from chengxin.people import dossier, sections
from chengxin.people.models import Affiliation, Enterprise, Person, Wording
from chengxin.people.sections import Section
from chengxin.trace.models import Trace
from chengxin.warehouse import by_subject

pytestmark = pytest.mark.django_db

WATER = """
title: 用水量
title_en: Water consumption
key: [bureau, meter, month]
subjects: {enterprise: [customer]}
privacy: business
precedence: [water]
columns:
  bureau: {type: code, title: 征管机关, title_en: Bureau}
  meter: {type: id, title: 水表号, title_en: Meter}
  customer: {type: credit, title: 户号, title_en: Customer}
  month: {type: date, title: 月份, title_en: Month}
  bill: {type: money, title: 水费, title_en: Bill, unit: yuan}
"""
CODE = "91371622MA3D1Q2W3P"
STATE, LOCAL, OWN = "1" * 20, "2" * 20, "3" * 20
REGISTRATIONS = [
    {"registration_id": STATE, "bureau": "state", "credit_code": CODE, "taxpayer_id": CODE},
    {"registration_id": LOCAL, "bureau": "local", "credit_code": CODE, "taxpayer_id": CODE},
]


def section(officer, subject: Person | Enterprise, table: str) -> Section | None:
    groups = sections.of(officer, subject.key)
    found = [one for group in groups for one in group.sections if one.table.name == table]
    return found[0] if found else None


def texts(found: Section | None) -> list[list[str]]:
    assert found
    return [[cell.text for cell in line.cells] for line in found.lines]


def test_table_that_a_data_keeper_described_yesterday_has_its_section(
    told, monkeypatch, qian, factory
):
    monkeypatch.setitem(TABLES, "water_use", described("water_use", yaml.safe_load(WATER)))
    row = {"bureau": "state", "meter": "W1", "customer": CODE, "month": date(2017, 7, 1)}
    told({"registration": REGISTRATIONS, "water_use": [row | {"bill": 1234.5, "line": 7}]})

    found = section(qian, factory, "water_use")
    assert found
    assert found.title == "用水量"
    assert [title for title, _style in found.heads] == ["征管机关", "水表号", "月份", "水费（元）"]
    assert texts(found) == [["国税局", "W1", "2017-07-01", "1,234.50"]]
    assert found.lines[0].origin == "来源：paper，2017-08-17 交付，第 7 行"
    with translation.override("en"):
        assert section(qian, factory, "water_use").title == "Water consumption"


def test_quantity_stands_beside_the_unit_of_its_row(told, qian, factory):
    goods = [("1", 36.5, "cubic_metre"), ("2", 420, "item")]
    told(
        {
            "registration": REGISTRATIONS,
            "customs_declaration": [
                {"declaration_no": "X", "item_no": item, "trader_id": CODE, "direction": "export",
                 "quantity": Decimal(str(quantity)), "quantity_unit": unit}
                for item, quantity, unit in ((int(one), q, u) for one, q, u in goods)
            ],
        }
    )  # fmt: skip
    found = section(qian, factory, "customs_declaration")
    assert found
    assert [title for title, _style in found.heads][-2:] == ["法定数量", "法定计量单位"]
    assert [row[-3:] for row in texts(found)] == [
        ["出口", "36.5", "立方米"],
        ["出口", "420", "件"],
    ]
    with translation.override("en"):
        found = section(qian, factory, "customs_declaration")
        assert [row[-1] for row in texts(found)] == ["Cubic metre", "Item"]


def account(digits: str) -> str:
    return Keys.load().token("account", digits) + digits[-4:]


def transaction(counterpart: str = "") -> dict[str, object]:
    return {
        "transaction_no": "DE1", "holder_id": CODE, "account": account("99013716220000000017"),
        "flow": "paid", "amount": Decimal(800000), "happened_on": date(2017, 7, 13),
        "counterpart_kind": "person", "counterpart": counterpart,
    }  # fmt: skip


def test_of_an_account_only_its_end_is_shown(told, qian, factory):
    row = {"account": account("99013716220000000017"), "holder_id": CODE, "account_kind": "basic"}
    told({"registration": REGISTRATIONS, "bank_account": [row]})

    assert texts(section(qian, factory, "bank_account")) == [["尾号 0017", "基本存款账户"]]
    with translation.override("en"):
        assert texts(section(qian, factory, "bank_account")) == [["ending in 0017", "Basic"]]


def test_large_transaction_is_in_the_dossiers_of_both_sides_and_never_at_the_counter(
    told, qian, zhao, factory, wang
):
    told({"registration": REGISTRATIONS, "large_transaction": [transaction(wang.pk)]})

    for subject in (factory, wang):
        assert section(qian, subject, "large_transaction").count == 1
        assert section(zhao, subject, "large_transaction") is None
    [row] = texts(section(qian, wang, "large_transaction"))
    assert row == ["2017-07-13", factory.name, "尾号 0017", "付", "800,000.00", "自然人"]


def test_what_is_restricted_without_being_a_case_is_not_counted_as_one(told, client, qian, factory):
    told(
        {
            "registration": REGISTRATIONS,
            "inspection_case": [case("state")],
            "large_transaction": [transaction()],
        }
    )
    figures = {str(one.title): one.value for one in dossier.enterprise(qian, factory.pk).figures}

    assert figures["案件与名单"] == "1"


TITLE, ADDRESS = "关于对王守信作出行政处罚决定的公示", "https://credit.yangxin.example/1.html"


def notice(subject: str, confidence: str, matched_by: str) -> dict[str, object]:
    """A notice as the lake has it, its words in the registry."""
    tokens = {}
    for words in (TITLE, ADDRESS):
        tokens[words] = Keys.load().token("words", words)
        Wording.objects.get_or_create(pk=tokens[words], defaults={"words": words})
    return {
        "notice_no": "HLW1", "published_on": date(2017, 8, 9), "notice_kind": "penalty_notice",
        "title": tokens[TITLE], "url": tokens[ADDRESS], "subject": subject, "site": "信用阳信",
        "subject_kind": "enterprise" if subject == CODE else "person",
        "confidence": Decimal(confidence), "matched_by": matched_by,
    }  # fmt: skip


def test_notice_from_the_internet_is_in_both_dossiers_and_says_when_it_is_not_sure(
    told, qian, factory, wang
):
    told(
        {
            "registration": REGISTRATIONS,
            "internet_notice": [notice(CODE, "1", "number"), notice(wang.pk, "0.35", "name_alone")],
        }
    )
    [sure], [unsure] = (
        section(qian, subject, "internet_notice").lines for subject in (factory, wang)
    )
    same = ["2017-08-09", "行政处罚公示", TITLE, "信用阳信", ADDRESS]
    assert [cell.text for cell in sure.cells] == [*same, "确定是同一主体", "号码一致"]
    assert [cell.text for cell in unsure.cells] == [*same, "35%，不能确定是同一主体", "姓名一致"]
    assert (sure.cells[-2].style, unsure.cells[-2].style) == ("", "unsure")
    with translation.override("en"):
        found = texts(section(qian, wang, "internet_notice"))[0]
        assert found[-2:] == ["35%, not surely about this subject", "Name alone"]
        assert found[1] == "Penalty notice"


def test_only_a_web_address_leads_out_of_the_house(told, client, qian, factory):
    row = notice(CODE, "0.97", "full_name")
    Wording.objects.filter(pk=row["url"]).update(words="javascript:alert(1)")
    other = notice(CODE, "0.97", "full_name") | {"notice_no": "HLW2"}
    other["url"] = Keys.load().token("words", "https://b.example")
    Wording.objects.create(pk=other["url"], words="https://b.example")
    told({"registration": REGISTRATIONS, "internet_notice": [row, other]})
    client.force_login(qian)

    page = client.get(reverse("dossier-enterprise", args=[factory.pk])).content.decode()

    assert 'href="https://b.example" target="_blank" rel="noopener noreferrer"' in page
    assert 'href="javascript' not in page


def test_words_that_the_registry_lost_are_a_dash(told, qian, factory):
    row = notice(CODE, "1", "number") | {"title": "a" * 26}
    told({"registration": REGISTRATIONS, "internet_notice": [row]})

    assert texts(section(qian, factory, "internet_notice"))[0][2] == "—"


def both_languages(officer, subject, table: str) -> list[list[str]]:
    """The first row of a section in Chinese and in English."""
    [chinese, *_] = texts(section(officer, subject, table))
    with translation.override("en"):
        [english, *_] = texts(section(officer, subject, table))
    return [chinese, english]


def test_officers_and_shareholders_of_the_market_register_are_in_both_dossiers(
    told, qian, factory, wang
):
    told(
        {
            "registration": REGISTRATIONS,
            "market_officer": [
                {"officer_id": "1", "credit_code": CODE, "person_id": wang.pk, "represents": False,
                 "post": "chairman_of_supervisors", "valid_from": date(2016, 3, 1)}
            ],
            "market_shareholder": [
                {"shareholder_id": "1", "credit_code": CODE, "person_id": wang.pk,
                 "shareholder_kind": "person", "subscribed": Decimal(3025000),
                 "share": Decimal("0.605"), "contribution": "land_use_right",
                 "due_on": date(2035, 12, 31)}
            ],
        }
    )  # fmt: skip

    assert both_languages(qian, wang, "market_officer") == [
        [factory.name, "监事会主席", "2016-03-01"],
        [factory.name, "Chairman of supervisors", "2016-03-01"],
    ]
    assert both_languages(qian, factory, "market_shareholder") == [
        ["自然人股东", wang.name, "3,025,000.00", "60.5%", "土地使用权", "2035-12-31"],
        ["Person", wang.name, "3,025,000.00", "60.5%", "Land use right", "2035-12-31"],
    ]
    groups = {
        one.table.name: group.title
        for group in sections.of(qian, factory.key)
        for one in group.sections
    }
    assert groups["market_officer"] == groups["market_shareholder"] == "任职与投资"


def test_pledge_is_in_the_dossiers_of_the_enterprise_and_of_both_sides(told, qian, factory, wang):
    told(
        {
            "registration": REGISTRATIONS,
            "equity_pledge": [
                {"pledge_no": "371622201700011", "credit_code": CODE, "pledgor_kind": "person",
                 "pledgor": wang.pk, "pledgee_kind": "enterprise", "pledgee": CODE,
                 "amount": Decimal(1502500), "registered_on": date(2017, 3, 8),
                 "pledge_state": "in_force"}
            ],
        }
    )  # fmt: skip

    assert section(qian, factory, "equity_pledge").count == 1
    chinese, english = both_languages(qian, wang, "equity_pledge")
    assert chinese == [
        "371622201700011", factory.name, "自然人", "单位", factory.name, "1,502,500.00",
        "2017-03-08", "有效",
    ]  # fmt: skip
    assert english[-1] == "In force"


def test_case_of_bankruptcy_is_the_debtors_and_not_his_administrators(
    told, qian, zhao, factory, wang
):
    other = {"bureau": "state", "registration_id": OWN, "credit_code": "91371622MA3C5K7XX0"}
    row = {
        "case_no": "（2017）鲁16破3号", "procedure": "compulsory_winding_up",
        "court": "滨州市中级人民法院", "accepted_on": date(2017, 5, 11),
        "claims_until": date(2017, 8, 31),
    }  # fmt: skip
    told(
        {
            "registration": [*REGISTRATIONS, other],
            "court_bankruptcy": [
                row | {"debtor_id": CODE, "administrator_id": "91371622MA3C5K7XX0"},
                row
                | {
                    "case_no": "（2016）鲁16破1号",
                    "debtor_id": "91371622MA3C5K7XX0",
                    "administrator_id": CODE,
                },
            ],
        }
    )

    assert both_languages(qian, factory, "court_bankruptcy") == [
        [
            "（2017）鲁16破3号",
            word,
            "滨州市中级人民法院",
            "2017-05-11",
            "91371622MA3C5K7XX0",
            "2017-08-31",
        ]
        for word in ("强制清算", "Compulsory winding up")
    ]
    assert section(zhao, factory, "court_bankruptcy").count == 1  # published by the court


def test_enforcement_is_a_case_of_a_person_as_of_an_enterprise(told, qian, factory, wang):
    row = {
        "case_no": "（2017）鲁1622执17号", "amount": Decimal(1250000),
        "filed_on": date(2017, 2, 14), "enforcement_state": "closed_for_want_of_assets",
    }  # fmt: skip
    told(
        {
            "registration": REGISTRATIONS,
            "court_enforcement": [
                row | {"subject_kind": "enterprise", "subject": CODE},
                row | {"subject_kind": "person", "subject": wang.pk},
            ],
            "judgment_debtor": [
                {"case_no": row["case_no"], "subject_kind": "person", "subject": wang.pk,
                 "state": "listed", "published_on": date(2017, 7, 31)}
            ],
        }
    )  # fmt: skip

    for subject in (factory, wang):
        assert [one[-1] for one in both_languages(qian, subject, "court_enforcement")] == [
            "终结本次执行程序", "Closed for want of assets",
        ]  # fmt: skip
    assert [str(group.title) for group in sections.of(qian, wang.key)] == [sections.CASES]


def test_penalty_and_permit_of_other_departments_are_shown_with_kind_and_state(
    told, qian, factory, wang
):
    told(
        {
            "registration": REGISTRATIONS,
            "administrative_penalty": [
                {"document_no": "阳环罚〔2017〕33号", "subject_kind": "enterprise",
                 "credit_code": CODE, "penalty_kind": "fine_and_confiscation",
                 "fine": Decimal(60000), "decided_on": date(2017, 6, 20),
                 "decision_state": "disputed"}
            ],
            "administrative_permit": [
                {"document_no": "阳交许〔2015〕9号", "subject_kind": "person",
                 "person_id": wang.pk, "permit": "道路运输从业资格证",
                 "permit_kind": "recognition", "decided_on": date(2015, 6, 1)}
            ],
            "joint_list": [
                {"entry_no": "1", "list_colour": "black", "subject_kind": "enterprise",
                 "list_field": "wages_of_migrant_workers", "subject": CODE}
            ],
        }
    )  # fmt: skip

    assert both_languages(qian, factory, "administrative_penalty") == [
        ["阳环罚〔2017〕33号", kind, "60,000.00", "2017-06-20", state]
        for kind, state in (
            ("罚款;没收违法所得、没收非法财物", "异议"),
            ("Fine and confiscation", "Disputed"),
        )
    ]
    assert both_languages(qian, wang, "administrative_permit") == [
        ["阳交许〔2015〕9号", "道路运输从业资格证", kind, "2015-06-01"]
        for kind in ("认可", "Recognition")
    ]
    assert both_languages(qian, factory, "joint_list") == [
        ["1", "黑名单", "农民工工资"],
        ["1", "Black", "Wages of migrant workers"],
    ]


def test_social_insurance_shows_its_months_the_newest_first_and_what_is_unpaid(
    told, qian, factory, wang
):
    month = {
        "employer_id": CODE, "person_id": wang.pk, "kind": "pension", "base": Decimal(3269),
        "employer_due": Decimal("588.42"), "person_due": Decimal("261.52"),
    }  # fmt: skip
    june = {"period_from": date(2017, 6, 1), "period_until": date(2017, 6, 30)}
    july = {"period_from": date(2017, 7, 1), "period_until": date(2017, 7, 31)}
    told(
        {
            "registration": REGISTRATIONS,
            "social_insurance_payment": [
                month | june | {"paid_on": date(2017, 7, 12)},
                month | july,
            ],
        }
    )

    assert texts(section(qian, wang, "social_insurance_payment")) == [
        [factory.name, "职工养老", "2017-07", "3,269.00", "588.42", "261.52", "—"],
        [factory.name, "职工养老", "2017-06", "3,269.00", "588.42", "261.52", "2017-07-12"],
    ]
    assert section(qian, factory, "social_insurance_payment").count == 2


def test_first_twenty_are_shown_the_newest_first_and_more_brings_the_rest_once(
    told, client, qian, wang
):
    days = [date(2017, 1 + n // 28, 1 + n % 28) for n in range(45)]
    told(
        {
            "home_contract": [
                {"contract_no": f"X{n}", "person_id": wang.pk, "signed_on": day, "price": n}
                for n, day in enumerate(days)
            ]
        }
    )
    found = section(qian, wang, "home_contract")
    assert found
    assert (len(found.lines), found.count, found.left) == (20, 45, 25)
    rest = sections.more(qian, wang.key, "home_contract", found.next)
    signed = [row[-1] for row in texts(found) + texts(rest)]
    assert signed == [day.isoformat() for day in reversed(days)]

    client.force_login(qian)
    page = client.get(reverse("person-rows", args=[wang.pk, "home_contract"]), {"start": 20})
    assert page.content.decode().count("<tr>") == 25
    trace = Trace.objects.get(action="dossier.rows")
    assert (trace.about, trace.detail) == (wang.key, {"table": "home_contract", "start": 20})


def test_more_rows_of_another_county_are_nothing(told, client, sun, wang):
    told({"home_contract": [{"contract_no": "X", "person_id": wang.pk}]})
    client.force_login(sun)
    assert client.get(reverse("person-rows", args=[wang.pk, "home_contract"])).status_code == 404


def test_case_is_never_shown_at_the_counter(told, officer, qian, zhao, factory):
    told({"registration": REGISTRATIONS, "inspection_case": [case("state")]})
    both = officer("both", "兼任", "county", Role.WINDOW, Role.RISK)
    assert section(qian, factory, "inspection_case")
    for someone in (zhao, both):
        assert section(someone, factory, "inspection_case") is None
        with pytest.raises(Refusal):
            sections.more(someone, factory.key, "inspection_case", 0)


def test_officer_of_a_branch_reads_the_cases_of_his_own_bureau(told, field, qian, factory):
    told({"registration": REGISTRATIONS, "inspection_case": [case("state"), case("local")]})
    assert len(texts(section(field, factory, "inspection_case"))) == 1
    assert section(field, factory, "inspection_case").count == 1
    assert len(texts(section(qian, factory, "inspection_case"))) == 2


def case(bureau: str) -> dict[str, object]:
    return {
        "case_id": bureau, "bureau": bureau, "filed_on": date(2017, 3, 1),
        "registration_id": STATE if bureau == "state" else LOCAL,
    }  # fmt: skip


def test_tax_of_a_natural_persons_own_registration_is_his(told, qian, wang):
    told(
        {
            "natural_person": [
                {"registration_id": OWN, "bureau": "local", "person_id": wang.pk}
            ],
            "tax_due": [
                {"voucher": "1", "bureau": "local", "registration_id": OWN, "kind": "tax",
                 "levy_item": "10119", "period_from": date(2017, 7, 1),
                 "period_until": date(2017, 7, 31), "amount": Decimal("36000")},
            ],
        }
    )  # fmt: skip
    assert texts(section(qian, wang, "tax_due")) == [
        ["1", "地税局", "契税", "税款", "2017-07", "36,000.00"]
    ]


@pytest.mark.parametrize(
    ("item", "words"),
    [("10106", "个人所得税"), ("10119", "契税"), ("10114", "车船税"), ("10116", "车辆购置税")],
)
def test_own_taxes_of_a_person_are_called_by_their_names(told, qian, wang, item, words):
    registered = {"registration_id": OWN, "bureau": "local"}
    told(
        {
            "natural_person": [registered | {"person_id": wang.pk}],
            "tax_due": [registered | {"voucher": "1", "kind": "tax", "levy_item": item}],
        }
    )
    [row] = texts(section(qian, wang, "tax_due"))
    assert row[2] == words


def test_row_that_names_its_enterprise_by_two_numbers_is_there_once(told, qian, factory):
    told({"registration": [REGISTRATIONS[0]]})
    assert section(qian, factory, "registration").count == 1


def test_person_of_another_county_is_named_as_in_public_and_cannot_be_opened(
    told, qian, factory, person
):
    stranger = person("无棣某", "37232419800101113", branch="neighbour_branch")
    told(
        {
            "registration": [REGISTRATIONS[0] | {"legal_rep_id": stranger.pk}],
        }
    )
    cells = [cell for line in section(qian, factory, "registration").lines for cell in line.cells]
    assert [cell.href for cell in cells if cell.text == stranger.public_name] == [""]
    assert "无棣某" not in [cell.text for cell in cells]


def test_tokens_that_only_compare_are_no_section():
    for table in by_subject.concerning().values():
        kinds = {column.kind for column in table.columns.values()}
        assert not kinds & {Kind.TRAIT, Kind.TRAITS}, table.name


def test_every_declared_table_name_is_a_pattern_that_is_used_once():
    named = [name for heading in sections.headings() for name in heading.tables]
    assert len(named) == len(set(named))
    assert all(sections.place(name)[0] < len(sections.headings()) for name in TABLES)


def test_only_what_a_bureau_describes_itself_is_under_the_last_heading():
    ours = {path.stem for path in lake_tables.HERE.glob("*.yaml")} & set(by_subject.concerning())
    last = len(sections.headings()) - 1

    assert len(ours) > 50
    assert [name for name in sorted(ours) if sections.place(name)[0] == last] == []


def test_number_of_before_is_the_enterprise_itself(told, qian, factory):
    """One bureau knows the enterprise by its earlier number, and the bank names it by that one."""
    old = "372324" + CODE[8:17]
    account = {"account": "t" * 27 + "0017", "holder_id": old, "account_kind": "basic"}
    invoice = {"invoice_code": "1", "invoice_number": "2", "seller_id": old, "buyer_id": "X"}
    told(
        {
            "registration": [REGISTRATIONS[0], REGISTRATIONS[1] | {"taxpayer_id": old}],
            "bank_account": [account],
            "invoice": [invoice],
        }
    )

    assert texts(section(qian, factory, "bank_account")) == [["尾号 0017", "基本存款账户"]]
    bought = section(qian, factory, "invoice")
    assert bought
    assert [title for title, _style in bought.heads] == ["发票代码", "发票号码", "购方"]


def test_head_over_names_says_whose_they_are(told, qian, factory, wang):
    told(
        {
            "registration": [REGISTRATIONS[0] | {"legal_rep_id": wang.pk}],
            "market_officer": [{"credit_code": CODE, "person_id": wang.pk, "post": "manager"}],
            "natural_person": [{"registration_id": OWN, "bureau": "local", "person_id": wang.pk}],
        }
    )

    def heads(table: str) -> list[str]:
        found = section(qian, wang, table)
        assert found
        return [title for title, _style in found.heads]

    assert heads("market_officer") == ["企业", "职务"]
    assert heads("natural_person")[0] == "登记序号"
    assert "法定代表人" in [title for title, _s in section(qian, factory, "registration").heads]


def test_what_a_source_sends_is_text_and_never_a_tag(told, client, qian, wang):
    words = '<b onclick="x">&\''
    case = {"case_no": "A1", "subject": wang.pk, "filed_on": date(2017, 8, 1), "unit": words}
    told({"police_case": [case]})
    client.force_login(qian)

    page = client.get(reverse("dossier-person", args=[wang.pk])).content.decode()

    assert words not in page
    assert words in html.unescape(page)


def test_number_that_holds_a_persons_is_nowhere_on_a_page(told, client, qian, enterprise, wang):
    token = f"T{'a' * 26}"
    shop = enterprise(CODE, "阳信县守信小吃店", (wang, "01"))
    Enterprise.objects.create(pk=token, name=shop.name)
    Affiliation.objects.filter(enterprise=shop).update(enterprise=token)
    Jurisdiction.objects.filter(about=shop.key).update(about=f"enterprise:{token}")
    shop.delete()
    enterprise("91371622MA3D1Q2W50", "阳信县守信小吃店分店")  # the search lists both
    told({"registration": [REGISTRATIONS[0] | {"credit_code": None, "taxpayer_id": token}]})
    client.force_login(qian)

    pages = [
        client.get(reverse("dossier-enterprise", args=[token])),
        client.get(reverse("dossier-person", args=[wang.pk])),
        client.post(reverse("dossier-search"), {"text": "守信"}),
    ]

    for page in pages:
        shown = re.sub(r'="[^"]*"', "", page.content.decode())  # addresses and keys aside
        assert "阳信县守信小吃店" in shown
        assert "含证件号码，不显示" in shown
        assert token not in shown


def test_figures_say_which_table_they_are_from_and_when_it_came(told, qian, wang):
    told({"home_contract": [{"contract_no": "X1", "person_id": wang.pk, "price": 3200000}]})

    [homes] = [one for one in dossier.person(qian, wang.pk).figures if one.title == "房产"]

    assert (homes.value, homes.unit) == ("1", "处")
    assert homes.source == "来源：商品房网签合同，2017-08-17 交付"


def test_page_shows_sections_and_masks_numbers(told, client, qian, wang):
    told({"home_contract": [{"contract_no": "X1", "person_id": wang.pk, "price": 3200000}]})
    client.force_login(qian)
    page = client.get(reverse("dossier-person", args=[wang.pk])).content.decode()
    assert "3,200,000.00" in page
    assert "来源：paper" in page
    assert wang.number not in page
    assert dossier.person(qian, wang.pk).figures
