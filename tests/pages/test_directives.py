"""Pages of directives by hand: for whom they open, and one proposal on its whole way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from chengxin.risk import directives, proposals
from chengxin.risk.directives import NEVER_REFUSED, Terms
from chengxin.risk.models import Directive, Proposal
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

TERMS = Terms({"INV": "block"}, "请联系主管税务机关", "Please contact the tax office in charge.")


@pytest.fixture
def form():
    return {
        "effect": "block",
        "groups": ["INV", "DEREG"],
        "template": "contact",
        "until": (localdate() + timedelta(days=30)).isoformat(),
        "grounds": "实地核查笔录2017-12",
    }


@pytest.fixture
def standing(factory, field, qian) -> Directive:
    asked = proposals.propose(factory.key, TERMS, "实地核查笔录", officer=field)
    return proposals.approve(asked, officer=qian)


@pytest.fixture
def addresses(standing, factory, qian) -> list[str]:
    asked = proposals.ask_lift(standing, "已整改", officer=qian)
    return [
        reverse("proposal", args=[asked.pk]),
        reverse("directive-history", args=[factory.key]),
        reverse("propose-directive", args=[factory.key]),
        reverse("change-directive", args=[standing.pk]),
    ]


def test_pages_open_for_the_county_and_leave_a_trace(client, leader, addresses, factory):
    client.force_login(leader)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert factory.name in answer.content.decode()
    seen = Trace.objects.filter(action="directive.see", officer=leader, about=factory.key)
    assert seen.count() == len(addresses)
    for tab in ("waiting", "standing", "review", "ended", "nonsense"):
        assert client.get(reverse("directives"), {"tab": tab}).status_code == 200


def test_pages_are_nothing_to_another_county(client, sun, addresses, factory):
    client.force_login(sun)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert factory.name not in answer.content.decode()
    for tab in ("waiting", "standing", "review", "ended"):
        told = client.get(reverse("directives"), {"tab": tab}).content.decode()
        assert factory.name not in told


def test_window_officer_does_not_enter(client, zhao, addresses):
    client.force_login(zhao)
    assert {client.get(address).status_code for address in addresses} == {403}


def test_proposal_goes_its_whole_way(client, field, qian, factory, form):
    client.force_login(field)
    made = client.post(reverse("make-proposal", args=[factory.key]), form)
    asked = Proposal.objects.get()
    assert (made.status_code, made["HX-Redirect"]) == (204, reverse("proposal", args=[asked.pk]))
    assert asked.levels == {"INV": "block", "DEREG": "block"}
    assert (asked.reason, asked.reason_en) == proposals.TEMPLATES["contact"]

    own = client.post(reverse("decide-proposal", args=[asked.pk]), {"outcome": "approve"})
    assert own.status_code == 403

    client.force_login(qian)
    told = client.post(reverse("decide-proposal", args=[asked.pk]), {"outcome": "approve"})
    assert 'data-state="approved"' in told.content.decode()
    assert Directive.objects.in_force().get().levels == asked.levels


def test_form_offers_no_filing_and_no_payment(client, qian, factory):
    client.force_login(qian)
    told = client.get(reverse("propose-directive", args=[factory.key])).content.decode()
    assert 'name="groups" value="INV"' in told
    assert [name for name in NEVER_REFUSED if f'value="{name}"' in told] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"groups": ["INV", "PAY"]}, "never_refused"),
        ({"groups": []}, "wrong_levels"),
        ({"effect": ""}, "wrong_levels"),
        ({"until": ""}, "wrong_end"),
        ({"until": "gestern"}, "wrong_end"),
        ({"grounds": " "}, "grounds_needed"),
        ({"template": "", "reason": "只有中文"}, "reason_needed"),
    ],
)
def test_form_that_is_not_whole_is_refused_in_one_sentence(
    client, qian, factory, form, change, code
):
    client.force_login(qian)
    answer = client.post(
        reverse("make-proposal", args=[factory.key]), form | change, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert f'data-code="{code}"' in answer.content.decode()
    assert not Proposal.objects.exists()


def test_number_leads_to_the_form_and_stands_in_no_address(client, qian, wang):
    client.force_login(qian)
    answer = client.post(reverse("find-subject"), {"number": wang.number})
    assert answer["HX-Redirect"] == reverse("propose-directive", args=[wang.key])
    assert wang.number not in answer["HX-Redirect"]


def test_review_is_listed_when_due_and_goes_away_when_done(client, leader, standing, factory):
    client.force_login(leader)
    due = reverse("directives") + "?tab=review"
    assert factory.name not in client.get(due).content.decode()
    Directive.objects.update(review_on=localdate())
    assert factory.name in client.get(due).content.decode()

    again = (localdate() + timedelta(days=60)).isoformat()
    told = client.post(
        reverse("review-directive", args=[standing.pk]), {"note": "仍需", "again_on": again}
    )
    assert told.status_code == 204
    assert factory.name not in client.get(due).content.decode()


def test_history_tells_who_when_and_why(client, leader, standing, factory, field, qian):
    proposals.approve(proposals.ask_lift(standing, "已整改", officer=field), officer=qian)
    client.force_login(leader)
    told = client.get(reverse("directive-history", args=[factory.key])).content.decode()
    for words in ("实地核查笔录", "已整改", field.full_name, qian.full_name):
        assert words in told
    assert directives.EXPIRED not in told
    assert "proposal.approve" not in told  # every step in words
