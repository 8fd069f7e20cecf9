"""已留存资料 at the window: listed, looked at, and used again for the item under way."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from chengxin.hall import captures, items, visits
from chengxin.hall.captures import Sheet
from chengxin.hall.models import Device, PaperCapture, PaperReuse, Ticket
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff a licence with a red seal"


def body(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def camera(hall) -> Device:
    parts = {"document_camera": {"code": 0}}
    return Device.objects.create(pk="pc", hall=hall, title="PC", parts=parts, seen_at=now())


@pytest.fixture
def licence(camera, serving, wang, factory, zhao) -> PaperCapture:
    """The licence that an earlier visit left."""
    ticket = serving(wang)
    made = captures.ask(ticket, camera, Sheet(code="licence", enterprise=factory), officer=zhao)
    PaperCapture.objects.update(taken_at=now(), content=JPEG, format="jpeg")
    visits.finish(ticket, officer=zhao)
    return made


def test_held_paper_is_listed_with_item_row_and_opened_for_who_stands_here(
    zhaos, licence, serving, wang, factory, window, zhao
):
    serving(wang)

    shown = body(zhaos.get(f"/windows/{window.pk}/?enterprise={factory.pk}"))
    row = shown[shown.index('data-item="registration_confirm"') :].split("</li>")[0]
    held = shown[shown.index('data-testid="held"') :].split("</table>")[0]

    assert "已留存 营业执照" in row
    assert "带 法定代表人身份证件" in row
    assert "赵窗口" in held
    assert "登记信息变更前可用" in held
    answer = zhaos.get(f"/windows/{window.pk}/held/paper:{licence.pk}?chosen={factory.pk}")
    assert (answer.content, answer["Cache-Control"]) == (JPEG, "no-store")
    assert Trace.objects.filter(action="paper.see", about=wang.key, officer=zhao).exists()


def test_one_press_uses_it_again_for_the_item_under_way(
    zhaos, licence, serving, wang, factory, window, zhao
):
    ticket = serving(wang)
    handled = items.begin(ticket, "registration_confirm", factory, officer=zhao)
    where = f"/windows/{window.pk}/?enterprise={factory.pk}"
    assert 'data-testid="reuse-licence"' in body(zhaos.get(where))

    asked = {"paper": f"paper:{licence.pk}", "chosen": factory.pk}
    shown = body(zhaos.post(f"/windows/{window.pk}/items/{handled.pk}/reuse", asked))

    assert PaperReuse.objects.get().officer == zhao
    assert "已沿用" in shown
    assert 'data-testid="reuse-licence"' not in shown


def test_another_persons_visit_shows_and_opens_none_of_it(
    zhaos, licence, serving, li, factory, window
):
    serving(li)

    assert "营业执照</a>" not in body(zhaos.get(f"/windows/{window.pk}/?enterprise={factory.pk}"))
    answer = zhaos.get(f"/windows/{window.pk}/held/paper:{licence.pk}?chosen={factory.pk}")
    assert answer.status_code == 404


def test_officer_of_another_county_neither_sees_nor_reuses(
    signed_in, sun, licence, serving, wang, factory, window, zhao
):
    handled = items.begin(serving(wang), "registration_confirm", factory, officer=zhao)
    his = signed_in(sun)

    held = his.get(f"/windows/{window.pk}/held/paper:{licence.pk}?chosen={factory.pk}")
    reuse = his.post(f"/windows/{window.pk}/items/{handled.pk}/reuse", {"paper": "x"})

    assert {held.status_code, reuse.status_code} <= {403, 404}
    assert not PaperReuse.objects.exists()


def test_sheet_is_chosen_from_the_papers_of_the_item_or_named_freely(
    zhaos, camera, serving, wang, factory, window, zhao
):
    items.begin(serving(wang), "invoice_type", factory, officer=zhao)
    where = f"/windows/{window.pk}/papers"
    assert 'value="invoice_type.seal_print"' in body(zhaos.get(f"{where}?chosen={factory.pk}"))
    asked = {"device": camera.pk, "format": "jpeg", "chosen": factory.pk}

    zhaos.post(f"{where}/take", asked | {"what": "invoice_type.seal_print"})
    zhaos.post(f"{where}/take", asked | {"what": "invoice_type.identity"})
    zhaos.post(f"{where}/take", asked | {"what": "", "title": "租赁合同"})
    unnamed = zhaos.post(f"{where}/take", asked | {"what": "", "title": " "})

    assert unnamed.status_code == 409
    assert list(
        PaperCapture.objects.order_by("asked_at").values_list("code", "item", "title", "enterprise")
    ) == [
        ("seal_print", "invoice_type", "发票专用章印模", factory.pk),
        ("identity", "invoice_type", "本人身份证件", None),  # his own, whatever it is for
        ("", "", "租赁合同", factory.pk),
    ]


def test_no_free_sheet_is_anybodys_when_nobody_is_served(zhaos, licence, window):
    assert not Ticket.objects.open().exists()
    assert zhaos.get(f"/windows/{window.pk}/held/paper:{licence.pk}").status_code == 409
