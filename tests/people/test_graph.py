"""The relation graph grows step by step, as far as the officer may see."""

from __future__ import annotations

import pytest

from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Jurisdiction
from chengxin.people import graph
from chengxin.people.models import Affiliation, Enterprise, Person
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

PHONE = "13900000000"
CODE = "91371622MA3D1Q2W3P"


@pytest.fixture
def token() -> str:
    return Keys.load().phone_token(PHONE)


def names(told) -> set[str]:
    return {node["name"] for node in told["nodes"]}


def test_edge_names_the_roles_and_the_share(told, qian, factory, wang):
    told({})
    Affiliation.objects.create(person=wang, enterprise=factory, role="06", share="0.6")
    picture = graph.around(qian, wang.key)
    [edge] = picture["edges"]
    assert edge["label"] == "法定代表人、办税员、投资人 60%"
    assert names(picture) == {"王守信", factory.name}


def test_shared_phone_leads_to_everybody_who_has_it(told, qian, factory, wang, li, token):
    """王守信's phone stands in 守信食品's registration and is 李投资's, too."""
    Person.objects.filter(pk__in=[wang.pk, li.pk]).update(phone_token=token)
    told(
        {
            "registration": [{"registration_id": "1" * 20, "bureau": "state", "credit_code": CODE}],
            "registration_extension": [
                {"registration_id": "1" * 20, "bureau": "state", "legal_rep_phone_token": token}
            ],
        }
    )
    [shared] = [one for one in graph.around(qian, wang.key)["nodes"] if one["kind"] == "phone"]
    assert "3" in shared["name"]
    assert PHONE not in shared["name"]
    assert names(graph.sharing(qian, shared["id"], wang.key)) >= {"王守信", "李投资", factory.name}


def test_phone_that_leads_to_nobody_new_is_not_drawn(told, qian, factory, wang, token):
    Person.objects.filter(pk=wang.pk).update(phone_token=token)
    told({})
    assert [one for one in graph.around(qian, wang.key)["nodes"] if one["kind"] == "phone"] == []


def test_hub_is_counted_and_not_expanded_whole(told, qian, wang, offices, token):
    told({})
    crowd = [Person(pk=f"p{number:026d}", name="某某", phone_token=token) for number in range(5000)]
    Person.objects.bulk_create(crowd)
    Jurisdiction.objects.bulk_create(
        [Jurisdiction(about=one.key, office=offices["branch"]) for one in crowd]
    )
    Person.objects.filter(pk=wang.pk).update(phone_token=token)
    mark = f"phone:{token}"
    picture = graph.sharing(qian, mark, wang.key)
    assert len(picture["nodes"]) == graph.OF_A_HUB + 1
    assert "5001" in picture["said"][0]


def test_every_step_asks_for_the_rights_and_is_traced(told, qian, sun, wang, li, token):
    told({})
    Person.objects.filter(pk__in=[wang.pk, li.pk]).update(phone_token=token)
    mark = f"phone:{token}"
    for ask in (lambda: graph.around(sun, wang.key), lambda: graph.sharing(sun, mark, wang.key)):
        with pytest.raises(Refusal):
            ask()
    graph.sharing(qian, mark, wang.key)
    trace = Trace.objects.get(action="dossier.graph")
    assert (trace.officer, trace.about) == (qian, wang.key)
    assert trace.detail == {"shared": "phone", "count": 2}


def test_phone_that_the_subject_does_not_have_is_refused(told, qian, wang, li, token):
    told({})
    Person.objects.filter(pk=li.pk).update(phone_token=token)
    with pytest.raises(Refusal):
        graph.sharing(qian, f"phone:{token}", wang.key)


def test_neighbour_of_another_county_is_named_as_in_public(told, qian, person, factory, wang):
    told({})
    stranger = person("欧阳某", "37232419800101113", branch="neighbour_branch")
    firm = Enterprise.objects.get(pk=factory.pk)
    Affiliation.objects.create(person=stranger, enterprise=firm, role="02")
    [node] = [one for one in graph.around(qian, firm.key)["nodes"] if one["pk"] == stranger.pk]
    assert (node["name"], node["open"]) == (stranger.public_name, False)
