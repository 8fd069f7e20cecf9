"""What one sees: his own and nobody else's, in the words of the counter, nothing of a case."""

from __future__ import annotations

from datetime import date

import pytest

from chengxin.hall.models import Ticket
from chengxin.notices.models import Message
from chengxin.people.models import Affiliation, Binding
from chengxin.selfservice import sight
from chengxin.selfservice.sight import Own
from chengxin.trace import record
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

PAGES = ["", "enterprises", "visits", "record", "limits", "papers", "certificates"]


@pytest.fixture
def foreign(enterprise, li):
    """An enterprise of somebody else."""
    return enterprise("91371622MA3D9X9X9X", "阳信县他人商贸有限公司", (li, "01"))


def test_he_sees_his_enterprises_with_role_and_state(inside, wang, factory):
    shown = inside(wang).get("enterprises")
    for word in (factory.name, "法定代表人", "办税员", "正常"):
        assert word in shown


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_anybody_elses(inside, wang, factory, foreign, li, order, page):
    order(li, {"INV": "block"})
    order(foreign, {"INV": "block"})
    shown = inside(wang).get(page)
    for word in (foreign.name, li.name, li.number):
        assert word not in shown


@pytest.mark.parametrize("page", PAGES)
def test_page_is_there_in_english_and_without_chinese_words_of_its_own(inside, wang, page):
    phone = inside(wang)
    phone.client.cookies["django_language"] = "en"
    main = phone.get(page).split("<main")[1].split("</main>")[0]
    left = {sign for sign in main if "\u4e00" <= sign <= "\u9fff"}
    assert left <= set("王信")  # his name


@pytest.mark.parametrize("page", PAGES)
def test_each_look_is_a_line_of_his_own_record(inside, wang, page):
    inside(wang).get(page)
    line = Trace.objects.get(action="self.see")
    assert (line.about, line.officer, line.by_himself) == (wang.key, None, True)
    assert line.detail["what"] == {"": "home"}.get(page, page)


def test_binding_that_waits_or_is_frozen_is_shown_and_gives_no_right(inside, wang, factory, qian):
    Affiliation.objects.filter(person=wang).delete()
    Binding.objects.create(
        person=wang, enterprise=factory, role="03", valid_from="2017-01-01", until="2099-01-01",
        state="frozen", proposed_by="person", confirmed_by="enterprise", confirmer=wang,
        confirmed_at="2017-01-01T00:00:00Z",
    )  # fmt: skip
    shown = inside(wang).get("enterprises")
    assert "冻结" in shown
    [firm] = Own(wang).firms
    assert not firm.handles
    assert not firm.speaks


def test_grade_is_shown_to_who_handles_matters_and_not_to_an_investor(
    told, inside, wang, li, factory
):
    Affiliation.objects.create(person=li, enterprise=factory, role="06")
    graded(told, factory)
    assert 'data-testid="grade">B' in inside(wang).get("enterprises")
    assert Own(li).firms[0].grade is None


def graded(told, factory, grade: str = "B") -> None:
    """The lake knows of a grade of the enterprise."""
    told(
        {
            "registration": [
                {"bureau": "state", "registration_id": "R1", "credit_code": factory.pk,
                 "name": factory.name, "status": "normal"}
            ],
            "credit_grade": [
                {"grade_id": "G1", "bureau": "state", "registration_id": "R1",
                 "credit_year": 2016, "grade": grade, "graded_on": date(2017, 4, 20)}
            ],
        }
    )  # fmt: skip


def test_open_number_is_shown_with_how_many_come_before(inside, take, wang, li, factory):
    take(li, "personal")
    take(wang, "personal")
    shown = inside(wang).get()
    assert "D002" in shown
    assert "前面 1 人" in shown
    assert "D001" not in shown


def test_what_was_done_and_refused_is_told_with_window_and_work_number(inside, wang, zhao, hall):
    for action, outcome in (("item.finish", "done"), ("item.begin", "restricted")):
        Trace.objects.create(
            action=action, outcome=outcome, about=wang.key, officer=zhao,
            place="hall:yangxin/window:3", detail={"item": "invoice_collect"},
        )  # fmt: skip
    shown = inside(wang).get("visits")
    for word in ("发票领用", "3 号窗口", "zhao", "办结事项", "限制，未办理"):
        assert word in shown
    assert "赵窗口" not in shown  # this hall shows numbers
    hall.shows_officer = "name"
    hall.save()
    assert {one.by for one in Own(wang).done} == {"赵窗口 zhao"}


def test_who_looked_is_told_by_office_time_and_reason_never_by_name(inside, wang, zhao):
    record.seen("person.see", about=wang.key, officer=zhao, place="hall:yangxin/window:3")
    shown = inside(wang).get("record")
    assert "阳信县国家税务局" in shown
    assert "窗口办理业务" in shown
    assert "赵窗口" not in shown
    assert "zhao" not in shown


def test_looks_of_who_verifies_a_risk_are_not_told(wang, qian, leader, field, zhao):
    for officer in (qian, leader, field):
        record.seen("dossier.open", about=wang.key, officer=officer)
    record.seen("number.reveal", about=wang.key, officer=zhao, purpose="verify")
    assert Own(wang).looks == []
    record.seen("number.reveal", about=wang.key, officer=qian, purpose="contact")
    assert [one.why for one in Own(wang).looks] == ["联系纳税人"]


def test_messages_sent_to_him_are_listed_without_their_words(inside, wang, li):
    phone = inside(wang)
    Message.objects.create(kind="dispute", about=li.key, until="2099-01-01T00:00:00Z")
    shown = phone.get("record")
    assert "验证码" in shown
    assert "冒名申诉" not in shown
    assert Message.objects.filter(about=wang.key).count() == len(Own(wang).notices)


def test_missed_number_of_yesterday_is_not_shown(take, wang):
    take(wang, "personal")
    Ticket.objects.update(day="2017-01-01")
    assert Own(wang).numbers == []


def test_list_of_looks_is_bounded(wang, zhao):
    for _look in range(sight.MOST + 5):
        record.seen("person.see", about=wang.key, officer=zhao, place="hall:yangxin/window:3")
    assert len(Own(wang).looks) == sight.MOST
