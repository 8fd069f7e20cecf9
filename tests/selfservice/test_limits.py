"""What restricts him, how it ends, and his objection: filed, added to, withdrawn, answered."""

from __future__ import annotations

import pytest

from chengxin.people.models import Affiliation
from chengxin.risk import objections
from chengxin.risk.models import Directive, Objection
from chengxin.risk.objections import Answer
from chengxin.selfservice import limits
from chengxin.selfservice.sight import Own
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

GROUNDS = "欠税已于昨日缴清，附缴款书"


@pytest.fixture
def found(factory):
    """A directive as the night imposes it: found("M09", "words", about)."""

    def imposed(indicator: str, words: str, about=factory) -> Directive:
        return Directive.objects.create(
            about=about.key, subject=about.key, indicator=indicator, source="finding",
            levels={"INV": "block"}, reason=words, reason_en="In English.",
            until="2099-01-01T00:00:00Z",
        )  # fmt: skip

    return imposed


def test_fact_that_he_can_end_is_named_with_its_cure(inside, wang, found):
    found("M09", "企业有欠税，暂不能领用发票")
    shown = inside(wang).get("limits")
    for word in ("企业有欠税", "不予办理", "发票领用", "缴清欠税", "提出异议"):
        assert word in shown


@pytest.mark.parametrize("indicator", ["M01", "M02", "M12", ""])
def test_everything_else_looks_alike_and_says_where_to_ask(inside, wang, found, indicator):
    found(indicator, "有未办结的税务检查事项")
    shown = inside(wang).get("limits")
    assert "税务检查" not in shown
    assert "有待核实事项" in shown
    assert "联系主管税务机关" in shown
    assert not indicator or indicator not in shown


def test_without_restrictions_the_page_says_that_all_is_open(inside, wang, factory):
    assert "各项业务可以正常办理" in inside(wang).get("limits")


def test_he_objects_for_his_enterprise_and_nobody_wrote_it_down_for_him(
    inside, wang, factory, found
):
    directive = found("M09", "企业有欠税")
    assert inside(wang).post(f"limits/{directive.pk}/object", grounds=GROUNDS).status_code == 302

    filed = Objection.objects.get()
    assert (filed.person, filed.about, filed.received_by) == (wang.key, factory.key, None)
    assert filed.grounds == GROUNDS
    line = Trace.objects.get(action="objection.file")
    assert line.by_himself
    assert line.place == "self"


def test_he_objects_to_what_restricts_himself(inside, wang, found):
    directive = found("M10", "有未缴税款", wang)
    inside(wang).post(f"limits/{directive.pk}/object", grounds=GROUNDS)
    assert Objection.objects.get().about == wang.key


@pytest.mark.parametrize(
    ("role", "may"),
    [("01", True), ("02", True), ("03", True), ("05", True), ("04", False), ("06", False)],
)
def test_only_who_speaks_for_the_enterprise_objects_for_it(
    inside, wang, li, factory, found, role, may
):
    Affiliation.objects.create(person=li, enterprise=factory, role=role)
    directive = found("M09", "企业有欠税")
    answer = inside(li).post(f"limits/{directive.pk}/object", grounds=GROUNDS)
    assert Objection.objects.exists() is may
    if not may:
        code = "may_not_speak" if role == "04" else "no_such_limit"
        assert answer.json()["code"] == code


def test_nobody_objects_for_anothers_enterprise(inside, li, factory, found):
    directive = found("M09", "企业有欠税")
    answer = inside(li).post(f"limits/{directive.pk}/object", grounds=GROUNDS)
    assert answer.json()["code"] == "no_such_limit"
    assert not Objection.objects.exists()


def test_objection_without_grounds_is_refused_and_traced(inside, wang, found):
    directive = found("M09", "企业有欠税")
    answer = inside(wang).post(f"limits/{directive.pk}/object", grounds="  ")
    assert answer.json()["code"] == "grounds_needed"
    assert Trace.objects.get(action="objection.file").outcome == "grounds_needed"


def test_what_is_added_joins_the_open_one(inside, wang, found):
    directive, phone = found("M09", "企业有欠税"), inside(wang)
    for grounds in ("第一", "第二"):
        phone.post(f"limits/{directive.pk}/object", grounds=grounds)
    assert "第一\n" in Objection.objects.get().grounds
    assert "补充异议" in phone.get("limits")


def test_he_takes_his_own_back_and_may_object_anew(inside, wang, found):
    directive, phone = found("M09", "企业有欠税"), inside(wang)
    phone.post(f"limits/{directive.pk}/object", grounds=GROUNDS)
    filed = Objection.objects.get()
    phone.post(f"objections/{filed.pk}/withdraw")
    filed.refresh_from_db()
    assert (filed.state, filed.withdrawn_by, filed.withdrawn_how) == (
        "withdrawn", None, objections.BY_HIMSELF,
    )  # fmt: skip
    phone.post(f"limits/{directive.pk}/object", grounds=GROUNDS)
    assert Objection.objects.count() == 2


def test_anothers_objection_is_neither_seen_nor_withdrawn(inside, wang, li, factory, found):
    Affiliation.objects.create(person=li, enterprise=factory, role="03")
    directive = found("M09", "企业有欠税")
    filed = objections.file(directive, "李的理由", person=li.key, officer=None, place="self")
    phone = inside(wang)
    assert "李的理由" not in phone.get("limits")
    answer = phone.post(f"objections/{filed.pk}/withdraw")
    assert answer.json()["code"] == "not_his_objection"


def test_he_reads_the_answer(inside, wang, qian, found):
    directive, phone = found("M09", "企业有欠税"), inside(wang)
    phone.post(f"limits/{directive.pk}/object", grounds=GROUNDS)
    objections.answer(Objection.objects.get(), Answer("lifted", "已核实入库，解除"), officer=qian)
    shown = phone.get("limits")
    assert "已核实入库，解除" in shown
    assert "解除" in shown
    assert limits.of(Own(wang)) == []


def test_officers_see_that_he_filed_it_himself(client, inside, wang, qian, found):
    directive = found("M09", "企业有欠税")
    inside(wang).post(f"limits/{directive.pk}/object", grounds=GROUNDS)
    client.force_login(qian, "allauth.account.auth_backends.AuthenticationBackend")
    shown = client.get(f"/objections/{Objection.objects.get().pk}/").content.decode()
    assert "本人自助提出" in shown
