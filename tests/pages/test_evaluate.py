"""The citizen's screen: paired by a code, without any name, closed to whoever signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from chengxin.hall import alarms, evaluations, items, screens, visits
from chengxin.hall.models import Evaluation, Redress, Screen
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(officer):
    return officer("he", "何主任", "county", "hall_manager")


@pytest.fixture
def he(signed_in, manager) -> Client:
    return signed_in(manager)


@pytest.fixture
def tablet(window, manager) -> Client:
    """A browser that was paired with window 3."""
    client = Client()
    answer = client.post("/evaluate/pair", {"code": screens.invite(window, officer=manager)})
    assert answer.status_code == 302
    return client


@pytest.fixture
def finished(tablet, serving, wang, factory, zhao):
    ticket = serving(wang, enterprise=factory)
    items.finish(items.begin(ticket, "file_vat", factory, officer=zhao), officer=zhao)
    return visits.finish(ticket, officer=zhao)


def body(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def told(**more: object) -> dict[str, object]:
    return {"evaluation": Evaluation.objects.get().pk, **more}


def test_screen_that_no_window_knows_asks_for_its_code(client):
    shown = body(client.get("/evaluate/"))
    assert 'name="code"' in shown
    assert client.get("/evaluate/now").status_code == 409
    assert client.get("/evaluate/stream").status_code == 401


def test_secret_of_the_screen_is_out_of_reach_of_scripts_and_other_sites(tablet):
    kept = tablet.cookies["chengxin_screen"]
    assert kept["httponly"]
    assert kept["samesite"] == "Strict"
    assert kept["path"] == "/evaluate/"


def test_screen_says_who_serves_and_what_is_done_and_names_nobody(
    tablet, serving, wang, factory, zhao
):
    ticket = serving(wang, enterprise=factory)
    items.begin(ticket, "invoice_collect", factory, officer=zhao)

    shown = body(tablet.get("/evaluate/"))
    assert "zhao" in shown
    assert "赵窗口" not in shown  # the hall shows numbers unless it says otherwise
    assert "发票领用" in shown
    for secret in (wang.name, wang.public_name, wang.number, factory.name, factory.pk, "A001"):
        assert secret not in shown


def test_hall_may_show_the_officers_name(tablet, serving, wang, hall):
    hall.shows_officer = "name"
    hall.save()
    serving(wang)
    assert "赵窗口" in body(tablet.get("/evaluate/now"))


@pytest.mark.usefixtures("finished")
def test_grade_comes_from_the_paired_screen_only(tablet, client):
    assert client.post("/evaluate/give", told(grade="good")).status_code == 409
    assert Evaluation.objects.get().state == "asked"

    assert "感谢" in body(tablet.post("/evaluate/give", told(grade="good")))
    assert Evaluation.objects.get().grade == "good"


@pytest.mark.usefixtures("finished")
def test_officer_who_has_signed_in_presses_nothing_not_even_in_the_paired_browser(tablet, zhao):
    tablet.force_login(zhao, "allauth.account.auth_backends.AuthenticationBackend")

    for path in ("/evaluate/", "/evaluate/now"):
        assert tablet.get(path).status_code == 409
    for path in ("/evaluate/give", "/evaluate/decline", "/evaluate/pair"):
        assert tablet.post(path, told(grade="very_good", code="X")).status_code == 409
    assert Evaluation.objects.get().state == "asked"


@pytest.mark.usefixtures("finished")
def test_press_needs_the_pages_own_token(tablet):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = tablet.cookies
    assert strict.post("/evaluate/give", told(grade="bad")).status_code == 403


@pytest.mark.usefixtures("finished")
def test_bad_grade_asks_what_it_is_about(tablet):
    shown = body(tablet.get("/evaluate/now"))
    assert shown.count('data-testid="grade-') == 5
    assert 'name="complaint" value="attitude"' in shown

    tablet.post("/evaluate/give", told(grade="very_bad", complaint=["attitude", "papers"]))
    assert Evaluation.objects.get().complaints == ["attitude", "papers"]


@pytest.mark.usefixtures("finished")
def test_officers_pages_hold_no_grade_of_today(tablet, zhaos, window):
    tablet.post("/evaluate/give", told(grade="very_bad", complaint=["attitude"]))

    assert "不满意" not in body(zhaos.get(f"/windows/{window.pk}/"))
    grades = body(zhaos.get("/windows/"))
    grades = grades[grades.index('data-testid="own-grades"') :]
    assert '<dd class="mono">1</dd>' not in grades


@pytest.mark.usefixtures("finished")
def test_manager_finds_the_task_answers_it_and_each_look_is_traced(tablet, he, wang, manager):
    tablet.post("/evaluate/give", told(grade="bad", complaint=["slow"]))
    task = Redress.objects.get()

    listed = body(he.get("/duty/"))
    assert "办理太慢" in listed
    assert "赵窗口" in listed
    assert wang.name not in listed
    shown = body(he.get(f"/duty/redress/{task.pk}/"))
    assert "增值税申报" in shown
    assert wang.number not in shown
    seen = Trace.objects.get(action="redress.see")
    assert (seen.officer, seen.about) == (manager, wang.key)

    answer = {"finding": "upheld", "words": "已致歉", "called_back": "1"}
    assert he.post(f"/duty/redress/{task.pk}/answer", answer).status_code == 302
    assert "没有待答复的差评" in body(he.get("/duty/"))
    assert "已致歉" in body(he.get(f"/duty/redress/{task.pk}/"))


def test_manager_pairs_a_screen_and_sees_whether_it_is_there(he, window):
    shown = body(he.post(f"/duty/windows/{window.pk}/screen"))
    code = shown.split('data-testid="pairing-code">')[1].split("<")[0]
    Client().post("/evaluate/pair", {"code": code})

    assert screens.of_window(window).alive
    assert "在线" in body(he.get("/duty/"))
    he.post(f"/duty/windows/{window.pk}/screen/end")
    assert screens.of_window(window) is None


@pytest.mark.parametrize("path", ["/duty/", "/duty/redress/1/"])
def test_window_officer_does_not_open_the_managers_page(zhaos, path):
    assert zhaos.get(path).status_code == 403


def test_manager_of_another_county_finds_nothing(signed_in, sun, tablet, finished, window):
    tablet.post("/evaluate/give", told(grade="bad"))
    suns = signed_in(sun)

    assert "赵窗口" not in body(suns.get("/duty/"))
    assert suns.get(f"/duty/redress/{Redress.objects.get().pk}/").status_code == 404
    assert suns.post(f"/duty/windows/{window.pk}/screen").status_code == 404
    assert Screen.objects.count() == 1


def test_manager_sees_the_calls_for_help_of_today(he, window, zhao, nonce):
    alarms.call(window, nonce, officer=zhao)
    shown = body(he.get("/duty/"))
    assert "处理中" in shown[shown.index('data-testid="alarms-today"') :]


def test_english_screen_is_english(tablet, serving, wang):
    serving(wang)
    tablet.cookies["django_language"] = "en"
    shown = body(tablet.get("/evaluate/"))
    assert '<html lang="en"' in shown
    assert "窗口" not in shown.split("<main")[1].split("</main")[0]


def test_shown_key_differs_when_what_is_shown_differs(tablet, serving, wang, factory, zhao):
    screen = Screen.objects.get(ended_at=None)
    before = evaluations.shown_on(screen).key
    ticket = serving(wang, enterprise=factory)
    serving_key = evaluations.shown_on(screen).key
    items.begin(ticket, "file_vat", factory, officer=zhao)
    assert len({before, serving_key, evaluations.shown_on(screen).key}) == 3
