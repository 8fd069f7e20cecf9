"""The workstation: what the officer sees, and that nobody else sees it."""

from __future__ import annotations

import pytest
from django.test import Client

from chengxin.hall import face_scale, items, visits
from chengxin.hall.models import Ticket, Window
from chengxin.people.models import Person, Portrait
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def body(answer) -> str:
    return answer.content.decode()


def test_page_calls_the_person_who_waited_longest(zhaos, take, wang, window, zhao):
    take(wang)

    shown = body(zhaos.post(f"/windows/{window.pk}/call-next"))

    assert "A001" in shown
    assert "王守信" in shown
    assert Ticket.objects.get().officer == zhao


def test_number_is_masked_until_it_is_asked_for_and_asking_is_traced(
    zhaos, serving, wang, window, zhao
):
    serving(wang)

    assert wang.number not in body(zhaos.get(f"/windows/{window.pk}/"))
    whole = body(zhaos.post(f"/windows/{window.pk}/reveal"))

    assert f"{wang.number[:6]} {wang.number[6:14]} {wang.number[14:]}" in whole
    trace = Trace.objects.get(action="number.reveal")
    assert (trace.officer, trace.about, trace.place) == (zhao, wang.key, window.place)


def test_opening_the_page_on_a_person_is_traced(zhaos, serving, wang, window):
    serving(wang)
    zhaos.get(f"/windows/{window.pk}/")

    assert Trace.objects.filter(action="person.see", about=wang.key).count() == 1


def test_directives_on_person_and_enterprise_are_on_the_band(
    zhaos, serving, wang, factory, window, order
):
    order(factory, {"INV": "block"})
    order(wang, {"CERT": "approval"})
    serving(wang, enterprise=factory)

    shown = body(zhaos.get(f"/windows/{window.pk}/"))

    assert "band-block" in shown
    assert "band-approval" in shown
    assert shown.index("band-block") < shown.index("band-approval")  # strictest first


def test_item_shows_its_verdict_and_a_refused_one_cannot_be_begun(
    zhaos, serving, wang, factory, window, order
):
    order(factory, {"INV": "block"})
    serving(wang, enterprise=factory)

    shown = body(zhaos.get(f"/windows/{window.pk}/"))

    item = shown[shown.index('data-item="invoice_collect"') :].split("</li>")[0]
    assert "verdict-refused" in shown
    assert "hx-post" not in item  # only a section head may be asked (放行)
    filing = shown[shown.index('data-item="file_vat"') :].split("</li>")[0]
    assert "hx-post" in filing


def test_server_refuses_the_item_even_when_the_page_is_old(
    zhaos, serving, wang, factory, window, order
):
    serving(wang, enterprise=factory)
    order(factory, {"INV": "block"})

    answer = zhaos.post(
        f"/windows/{window.pk}/items",
        {"item": "invoice_collect", "enterprise": factory.pk},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 409
    assert 'data-code="restricted"' in body(answer)


def test_approval_needs_the_heads_own_password(zhaos, serving, wang, factory, window, order, qian):
    order(factory, {"INV": "approval"})
    serving(wang, enterprise=factory)
    asked = {"item": "invoice_collect", "enterprise": factory.pk, "work_number": "qian"}

    wrong = zhaos.post(f"/windows/{window.pk}/items", asked | {"password": "guess"})
    right = zhaos.post(f"/windows/{window.pk}/items", asked | {"password": "yangxin-2017"})

    assert (wrong.status_code, right.status_code) == (409, 200)
    assert Ticket.objects.get().items.get().approved_by == qian


def test_earlier_visits_show_item_officer_and_outcome(zhaos, serving, wang, factory, window, zhao):
    ticket = serving(wang, enterprise=factory)
    items.finish(items.begin(ticket, "pay", factory, officer=zhao), officer=zhao)
    visits.finish(ticket, officer=zhao)
    serving(wang, enterprise=factory)

    shown = body(zhaos.get(f"/windows/{window.pk}/"))

    earlier = shown[shown.index('data-testid="earlier"') :]
    assert "税（费）款缴纳、欠税清缴" in earlier
    assert "赵窗口" in earlier


def test_enterprises_show_role_state_and_arrears(zhaos, serving, wang, factory, window):
    factory.arrears = "52310.50"
    factory.status = "non_normal"
    factory.save()
    serving(wang)

    shown = body(zhaos.get(f"/windows/{window.pk}/"))

    for told in (factory.credit_code, "法定代表人", "非正常", "52,310.50"):
        assert told in shown


def test_portrait_of_somebody_else_is_not_there(zhaos, serving, wang, li, window):
    mine = Portrait.objects.create(person=wang, channel="card", jpeg=b"mine")
    other = Portrait.objects.create(person=li, channel="card", jpeg=b"other")
    serving(wang)

    assert zhaos.get(f"/windows/{window.pk}/portraits/{mine.pk}.jpg").content == b"mine"
    assert zhaos.get(f"/windows/{window.pk}/portraits/{other.pk}.jpg").status_code == 404


def test_scanned_code_opens_the_visit(zhaos, take, wang, window):
    taken = take(wang)

    assert "王守信" in body(zhaos.post(f"/windows/{window.pk}/scan", {"token": taken.token}))
    again = zhaos.post(f"/windows/{window.pk}/scan", {"token": taken.token})
    assert again.status_code == 409


@pytest.mark.parametrize(
    "path", ["", "desk", "queue", "stream", "portraits/1.jpg"], ids=lambda p: p or "page"
)
def test_officer_of_another_county_finds_no_window(signed_in, sun, serving, wang, window, path):
    serving(wang)

    answer = signed_in(sun).get(f"/windows/{window.pk}/{path}")

    assert answer.status_code == 404
    assert "王守信" not in body(answer)


@pytest.mark.parametrize("path", ["call-next", "scan", "finish", "reveal", "items", "by-hand"])
def test_officer_of_another_county_can_do_nothing_there(
    signed_in, sun, serving, wang, window, path
):
    serving(wang)

    assert signed_in(sun).post(f"/windows/{window.pk}/{path}").status_code == 404


def test_officer_of_another_county_is_offered_none_of_our_windows(signed_in, sun, window):
    assert f"/windows/{window.pk}/" not in body(signed_in(sun).get("/windows/"))


def test_auditor_does_not_serve_at_a_window(signed_in, auditor, window):
    assert signed_in(auditor).get(f"/windows/{window.pk}/").status_code == 403


def test_nobody_sees_a_window_without_signing_in(window):
    assert Client().get(f"/windows/{window.pk}/").status_code == 302
    assert Client().get(f"/windows/{window.pk}/stream").status_code == 401


def test_person_of_another_county_is_seen_by_the_officer_who_called_him(
    zhaos, take, window, offices
):
    stranger = Person.objects.create(pk="p" + "x" * 26, name="远客", number="")
    take(stranger)

    assert "远客" in body(zhaos.post(f"/windows/{window.pk}/call-next"))


def test_colleague_does_not_see_a_stranger_whom_another_officer_called(
    signed_in, officer, take, zhao, window
):
    stranger = Person.objects.create(pk="p" + "x" * 26, name="远客", number="")
    take(stranger)
    visits.call_next(window, officer=zhao)
    feng = officer("feng", "冯窗口", "county", "window")

    answer = signed_in(feng).get(f"/windows/{window.pk}/")
    assert answer.status_code == 404
    assert "远客" not in body(answer)


def test_page_has_no_inline_script_or_style(zhaos, serving, wang, factory, window):
    serving(wang, enterprise=factory)
    shown = body(zhaos.get(f"/windows/{window.pk}/"))

    assert "<script>" not in shown
    assert " style=" not in shown
    assert " onclick=" not in shown


def test_pages_of_a_window_ask_a_bounded_number_of_questions(
    zhaos, serving, wang, factory, enterprise, window, django_assert_max_num_queries
):
    for n in range(20):
        enterprise(f"91371622MA3D1Q{n:02}XX", f"第{n}家", (wang, "03"))
    serving(wang, enterprise=factory)

    with django_assert_max_num_queries(45):
        zhaos.get(f"/windows/{window.pk}/desk")


def test_band_edges_are_those_of_the_face_engine():
    face = pytest.importorskip("chengxin.devices.face")

    assert face_scale.edges("bundled/abc/raw", "card") == face.RAW_LIMITS
    assert face_scale.edges("bundled/abc/yangxin-1", "card") == face.CENTRED_LIMITS
    assert face_scale.edges("bureau-r50/abc/raw", "card") is None


def test_band_edges_of_a_calibration_are_those_it_was_kept_with(tmp_path, monkeypatch):
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    (tmp_path / "face").mkdir()
    kept = tmp_path / "face" / "calibration-0123456789ab.json"
    kept.write_text('{"limits": {"card": [0.31, 0.4]}}', "ascii")

    assert face_scale.edges("bureau-r50/abc/0123456789ab", "card") == (0.31, 0.4)
    assert face_scale.edges("bureau-r50/abc/0123456789ab", "live") is None
    assert face_scale.edges("bundled/abc/0123456789ab", "live") == face_scale.CENTRED_EDGES


def test_two_windows_show_their_own_person(zhaos, take, wang, li, hall, window, zhao):
    other = Window.objects.create(hall=hall, number=4, serves="enterprise")
    take(wang)
    take(li)
    visits.call_next(window, officer=zhao)
    visits.call_next(other, officer=zhao)

    assert "李投资" not in body(zhaos.get(f"/windows/{window.pk}/"))
    assert "李投资" in body(zhaos.get(f"/windows/{other.pk}/"))


def test_two_officers_verify_by_hand_on_one_form(zhaos, serving, wang, window, officer):
    officer("feng", "冯窗口", "county", "window")
    serving(wang, band="staff")
    told = {"reason": "本人与证件一致", "work_number": "feng", "password": "yangxin-2017"}

    assert zhaos.post(f"/windows/{window.pk}/by-hand", told | {"password": "x"}).status_code != 200
    shown = body(zhaos.post(f"/windows/{window.pk}/by-hand", told))

    assert "双人核实" in shown
    made = Ticket.objects.get().verification
    assert made is not None
    assert made.second_officer is not None
    assert made.second_officer.username == "feng"
