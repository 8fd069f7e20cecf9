"""The ranking shows each officer his own subjects, as asked, with every part of a score."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from chengxin.offices.models import Jurisdiction
from chengxin.risk.models import RankingRun, RiskScore
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

PART = {
    "indicator": "M09", "band": "owing", "weight": 41, "excess": 1.0, "base": 41.0,
    "first_on": "2017-08-01", "fading": 0.99, "judged": "", "times": 1.0, "points": 40.6,
    "counts": 40.6,
}  # fmt: skip


@pytest.fixture
def score():
    def make(about: str, own: str, network: str = "0", **told) -> RiskScore:
        whole = Decimal(own) + Decimal(network)
        usual = {
            "kind": about.partition(":")[0], "level": "medium", "industry": "",
            "parts": {"own": [PART], "network": [], "others": {"subjects": 0, "counts": 0}},
        }  # fmt: skip
        return RiskScore.objects.create(
            about=about, score=whole, own=own, network=network, **(usual | told)
        )

    RankingRun.objects.create(day="2017-08-18", lake_version=1, scheme="0123456789ab")
    return make


@pytest.fixture
def ranked(score, wang, factory, enterprise, offices) -> list[RiskScore]:
    """守信食品 medium, 乙木业 of the local branch severe, 王守信 slight through his enterprise."""
    other = enterprise("91371622MA3E1Q2W3B", "阳信县乙木业有限公司", branch="local_branch")
    through = {
        "through": factory.key, "role": "01", "arrives": 20.3, "direct": 15.0, "beyond": 0.2,
        "counts": 15.2,
    }  # fmt: skip
    parts = {"own": [], "network": [through], "others": {"subjects": 3, "counts": 0.8}}
    return [
        score(factory.key, "40.60", industry="1461", previous="40.60", previous_level="medium"),
        score(other.key, "88.00", level="severe", industry="5155"),
        score(wang.key, "0", "16.00", level="slight", parts=parts),
    ]


def listed(client, **asked) -> list[str]:
    page = client.get(reverse("ranking"), asked)
    assert page.status_code == 200
    return [row.score.about for row in page.context["listed"].rows]


def test_greatest_come_first(client, qian, ranked):
    client.force_login(qian)
    assert listed(client) == [ranked[1].about, ranked[0].about]


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"level": "severe"}, [1]),
        ({"industry": "C"}, [0]),
        ({"industry": "F"}, [1]),
        ({"office": "23716220100"}, [1]),
        ({"office": "13716230100"}, [1, 0]),  # not his to choose
        ({"move": "new"}, [1]),
        ({"move": "up"}, []),
        ({"kind": "person"}, []),
        ({"kind": "person", "level": "slight"}, [2]),
        ({"level": "nonsense", "page": "x"}, [1, 0]),
    ],
)
def test_list_shows_what_was_asked(client, qian, ranked, asked, places):
    client.force_login(qian)
    assert listed(client, **asked) == [ranked[place].about for place in places]


def test_form_says_what_is_listed_when_nothing_was_asked(client, qian, ranked):
    client.force_login(qian)
    assert client.get(reverse("ranking")).context["form"]["kind"].value() == "enterprise"


def test_officer_of_a_branch_sees_his_branch_only(client, field, ranked):
    client.force_login(field)
    assert listed(client) == [ranked[0].about]


def test_officer_of_another_county_sees_nobody(client, sun, ranked):
    client.force_login(sun)
    assert listed(client) == []
    for one in ranked:
        assert client.get(reverse("score", args=[one.about])).status_code == 404


def test_window_officer_does_not_read_the_ranking(client, zhao, ranked):
    client.force_login(zhao)
    assert client.get(reverse("ranking")).status_code == 403
    assert client.get(reverse("score", args=[ranked[0].about])).status_code == 403


def test_every_part_is_shown_with_its_factors(client, qian, ranked, factory, wang):
    client.force_login(qian)
    page = client.get(reverse("score", args=[factory.key])).content.decode()
    for told in ("M09", "41", "2017-08-01", "0.99", "40.6"):
        assert told in page

    page = client.get(reverse("score", args=[wang.key])).content.decode()
    assert factory.name in page
    assert "15.2" in page
    assert "0.8" in page
    assert wang.number not in page
    assert Trace.objects.filter(action="score.see", about=wang.key, officer=qian).count() == 1


def test_neighbour_of_another_county_is_not_named_in_full(
    client, qian, ranked, factory, wang, offices
):
    Jurisdiction.objects.filter(about=factory.key).update(office=offices["neighbour_branch"])
    client.force_login(qian)
    page = client.get(reverse("score", args=[wang.key])).content.decode()
    assert factory.name not in page
    assert reverse("score", args=[factory.key]) not in page


@pytest.mark.parametrize("branch", ["branch", "neighbour_branch"])
def test_whose_finding_acts_on_him_is_named_where_the_officer_may_see_it(
    client, qian, score, factory, wang, offices, branch
):
    Jurisdiction.objects.filter(about=factory.key).update(office=offices[branch])
    parts = {"own": [PART | {"about": factory.key}], "network": [], "others": {"counts": 0}}
    score(wang.key, "40.60", parts=parts)
    client.force_login(qian)

    page = client.get(reverse("score", args=[wang.key])).content.decode()
    assert (factory.name in page) is (branch == "branch")
    assert (reverse("score", args=[factory.key]) in page) is (branch == "branch")


def test_subject_without_a_score_is_said_so(client, qian, wang):
    client.force_login(qian)
    assert client.get(reverse("score", args=[wang.key])).status_code == 409


def test_dossier_leads_to_the_score(client, qian, zhao, ranked, factory):
    client.force_login(qian)
    address = reverse("score", args=[factory.key])
    assert address in client.get(reverse("alerts-about", args=[factory.key])).content.decode()

    client.force_login(zhao)
    assert address not in client.get(reverse("alerts-about", args=[factory.key])).content.decode()


def test_list_has_pages(client, qian, score, enterprise):
    for n in range(31):
        firm = enterprise(f"91371622MA3E1Q{n:04d}", f"阳信县第{n}厂")
        score(firm.key, f"{50 + n}.00")
    client.force_login(qian)
    assert len(listed(client)) == 30
    assert len(listed(client, page="2")) == 1
