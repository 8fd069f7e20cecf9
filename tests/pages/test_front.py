"""The front door: what stands there, in a demo and in a bureau, and how one signs in."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import reverse

from chengxin.core.refusal import Refusal
from chengxin.web import demo, menu
from chengxin.web.middleware import ShowRefusal

PASSWORD = "yangxin-2017"


def sign_in(client, username: str, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": username, "password": password})


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_front_page_names_the_demo_accounts_by_role(client, settings, zhao, field, hall) -> None:
    settings.DEMO = True

    page = client.get("/").content.decode()

    for account in demo.accounts():
        assert account.full_name in page
        assert f'name="login" value="{account.username}"' in page
        for held in account.roles.all():
            assert held.get_role_display() in page


def test_front_page_names_nobody_outside_the_demo(client, settings, zhao, hall) -> None:
    settings.DEMO = False

    page = client.get("/").content.decode()

    assert zhao.full_name not in page
    assert demo.PASSWORD not in page


def test_front_page_opens_before_anything_is_built(client, db, settings) -> None:
    settings.DEMO = True

    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/account/login/", "/account/inactive/", "/account/password/reset/", "/nothing/here/"],
)
def test_no_page_allows_inline_script_or_style(client, db, path) -> None:
    policy = client.get(path)["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_page_speaks_the_language_that_was_chosen(client, db) -> None:
    assert '<html lang="zh-hans"' in client.get("/").content.decode()

    client.post(reverse("set_language"), {"language": "en", "next": "/"})

    assert '<html lang="en"' in client.get("/").content.decode()


def test_officer_signs_in_with_the_work_number(client, zhao) -> None:
    sign_in(client, "zhao")

    assert signed_in(client)


def test_frame_shows_unit_officer_and_rooms(client, zhao) -> None:
    client.force_login(zhao)

    page = client.get(reverse("mfa_index")).content.decode()

    assert zhao.full_name in page
    assert zhao.office.name in page
    assert 'data-room="alerts"' not in page


def test_menu_holds_the_rooms_that_the_roles_open(zhao, field) -> None:
    assert [entry.route for entry in menu.of(zhao)] == ["windows", "dossier-search"]
    rooms = ["alerts", "directives", "objections", "disputes", "ranking", "dossier-search"]
    assert [entry.route for entry in menu.of(field)] == [*rooms, "closings"]


def test_sign_in_locks_after_five_failures(client, zhao) -> None:
    for _ in range(5):
        sign_in(client, "zhao", "wrong")

    sign_in(client, "zhao")

    assert not signed_in(client)


def test_four_failures_do_not_lock(client, zhao) -> None:
    for _ in range(4):
        sign_in(client, "zhao", "wrong")

    sign_in(client, "zhao")

    assert signed_in(client)


def test_account_that_was_switched_off_cannot_sign_in(client, zhao) -> None:
    zhao.is_active = False
    zhao.save()

    sign_in(client, "zhao")

    assert not signed_in(client)


def test_nobody_opens_an_account_by_himself(client, db) -> None:
    answer = client.post(
        reverse("account_signup"), {"username": "guest", "password1": "a long password"}
    )

    assert "_auth_user_id" not in client.session
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "account_reauthenticate",
        "account_logout",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
    ],
)
def test_account_pages_stand_in_the_frame(client, zhao, name) -> None:
    sign_in(client, "zhao")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    answer = client.get(reverse(name))

    assert answer.status_code == 200
    assert 'class="frame-head"' in answer.content.decode()


def test_refusal_is_a_page_a_fragment_or_json_as_it_was_asked(db) -> None:
    refuse = ShowRefusal(lambda request: None).process_exception
    refusal, ask = Refusal("restricted", "发票领用不予办理"), RequestFactory().get

    page = refuse(ask("/x/"), refusal)
    fragment = refuse(ask("/x/", headers={"HX-Request": "true"}), refusal)
    told = refuse(ask("/api/x/"), refusal)

    assert [answer.status_code for answer in (page, fragment, told)] == [409, 409, 409]
    assert 'data-code="restricted"' in page.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert told["Content-Type"] == "application/json"


def test_error_page_needs_no_database(client) -> None:
    from django.views.defaults import server_error

    answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert b"emblem.svg" in answer.content


def test_form_without_its_token_is_sent_back(db) -> None:
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "zhao"})

    assert answer.status_code == 403
    assert 'class="refusal"' in answer.content.decode()


def test_healthz_says_ok(client, db) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_page_is_chinese_until_somebody_chooses_english(client, hall) -> None:
    asked = {"HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.9"}
    page = client.get(reverse("front"), **asked).content.decode()
    assert '<html lang="zh-' in page

    client.post(reverse("set_language"), {"language": "en", "next": reverse("front")})
    assert '<html lang="en"' in client.get(reverse("front")).content.decode()
