"""注销与死亡: the page, from the dossier to the second officer, and who may see it."""

from __future__ import annotations

import pytest

from chengxin.people.models import Closing, Person

pytestmark = pytest.mark.django_db

PAPER = "居民死亡医学证明书 0412号 阳信县人民医院"


def body(answer) -> str:
    return answer.content.decode()


def test_one_enters_it_from_the_dossier_and_another_approves(signed_in, field, leader, li):
    his, hers = signed_in(field), signed_in(leader)
    where = f"/closings/?person={li.pk}"
    assert f'href="{where}"' in body(his.get(f"/people/{li.pk}/"))
    assert 'data-testid="propose-closing"' in body(his.get(where))

    asked = {"step": "close", "ground": "death", "paper": PAPER}
    assert his.post(f"/closings/{li.pk}/propose", asked).status_code == 302
    made = Closing.objects.get()
    assert "由另一名人员复核" in body(his.get("/closings/"))
    shown = body(hers.get("/closings/"))
    assert PAPER in shown
    assert 'data-testid="approve"' in shown
    assert hers.post(f"/closings/{made.pk}/approve", {"reason": "原件已核"}).status_code == 302

    li.refresh_from_db()
    assert li.state == Person.State.CLOSED
    assert "申请更正" in body(his.get(where))


def test_officer_of_another_county_sees_and_decides_nothing(signed_in, field, sun, li):
    signed_in(field).post(
        f"/closings/{li.pk}/propose", {"step": "close", "ground": "death", "paper": PAPER}
    )
    his, made = signed_in(sun), Closing.objects.get()

    assert li.name not in body(his.get("/closings/"))
    assert his.get(f"/closings/?person={li.pk}").status_code in (403, 404)
    assert his.post(f"/closings/{made.pk}/approve", {"reason": "x"}).status_code in (403, 404)
    assert Closing.objects.get().is_open


def test_window_officer_has_no_such_page(zhaos):
    assert zhaos.get("/closings/").status_code == 403
