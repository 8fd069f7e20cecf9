"""停送上限: two officers set how many a run may newly restrict, in their county, within bounds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Jurisdiction, Office, Role
from chengxin.risk import brake, limits
from chengxin.risk.models import BrakeLimit, Directive, Stop
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db
COUNTY, NEIGHBOUR = "371622", "371623"


@pytest.fixture
def people(person):
    """Six people of Yangxin."""
    return [person(f"某{n}", f"3723231985031{n:04}") for n in range(1000, 1006)]


@pytest.fixture
def begun(night, finding, wang):
    night("M09 M16", finding("M16", wang.key))


def set_to(least: int, share: str, officer, second, indicator="M16") -> BrakeLimit:
    made = limits.propose(indicator, COUNTY, least, Decimal(share), "申报期集中", officer=officer)
    limits.approve(made, officer=second)
    made.refresh_from_db()
    return made


def of(indicator: str, region: str = COUNTY) -> tuple[int, Decimal]:
    limit = brake.limit_of(brake.set_limits(), (indicator, region))
    return limit.least, limit.share


def test_nobody_has_set_anything_and_the_programs_own_holds(begun):
    assert of("M16") == (50, 1)  # docs/decisions/0027


def test_lower_limit_stops_the_very_next_run(begun, night, finding, wang, people, qian, leader):
    set_to(3, "0", qian, leader)
    night("M16", finding("M16", wang.key), *(finding("M16", p.key) for p in people), version=2)
    stop = Stop.objects.get()
    assert (stop.indicator, stop.most, stop.found) == ("M16", 3, 6)
    assert set(Directive.objects.in_force().values_list("about", flat=True)) == {wang.key}


def test_higher_limit_lets_as_many_pass(
    begun, night, finding, wang, people, qian, leader, monkeypatch
):
    monkeypatch.setattr(brake, "LEAST", 3)
    set_to(6, "0", qian, leader)
    night("M16", finding("M16", wang.key), *(finding("M16", p.key) for p in people), version=2)
    assert Directive.objects.in_force().count() == 7
    assert not Stop.objects.exists()


def test_share_is_of_those_whom_the_county_manages(begun, qian, leader, offices):
    Jurisdiction.objects.bulk_create(
        Jurisdiction(about=f"enterprise:{n}", office=offices["branch"]) for n in range(999)
    )
    set_to(1, "2.5", qian, leader)
    limit = brake.limit_of(brake.set_limits(), ("M16", COUNTY))
    assert limit.most(brake.managed_in(COUNTY)) == 25  # 2.5 % of 999 and 王守信


def test_own_limit_goes_before_the_countys_and_that_before_the_programs(qian, leader):
    set_to(20, "0", qian, leader, indicator="")
    set_to(10, "0", qian, leader)
    assert (of("M16"), of("M09"), of("M16", NEIGHBOUR)) == ((10, 0), (20, 0), (50, 1))


def test_next_one_takes_the_place_of_the_one_before(qian, leader):
    first = set_to(20, "0", qian, leader)
    second = set_to(30, "1", qian, leader)
    first.refresh_from_db()
    assert (first.state, second.state, of("M16")) == ("replaced", "in_force", (30, 1))


def test_proposed_it_changes_nothing(qian):
    limits.propose("M16", COUNTY, 3, Decimal(0), "申报期集中", officer=qian)
    assert of("M16") == (50, 1)


def refused(code: str, act, *told, **more) -> None:
    with pytest.raises(Refusal) as caught:
        act(*told, **more)
    assert caught.value.code == code


class TestTwoOfficers:
    @pytest.fixture
    def proposed(self, qian) -> BrakeLimit:
        return limits.propose("M16", COUNTY, 3, Decimal(0), "申报期集中", officer=qian)

    def test_who_proposed_does_not_decide(self, proposed, qian):
        refused("second_officer_needed", limits.approve, proposed, officer=qian)
        assert of("M16") == (50, 1)

    def test_the_database_says_so_too(self, proposed, qian):
        with pytest.raises(IntegrityError, match="second_officer"), transaction.atomic():
            BrakeLimit.objects.update(state="in_force", decided_by=qian)

    def test_who_stands_below_does_not_decide(self, leader, qian):
        made = limits.propose("M16", COUNTY, 3, Decimal(0), "申报期集中", officer=leader)
        refused("authority_too_low", limits.approve, made, officer=qian)

    @pytest.mark.parametrize("who", ["zhao", "field"])
    def test_who_may_not_lift_sets_no_limit(self, request, who):
        other = request.getfixturevalue(who)
        refused("no_role", limits.propose, "M16", COUNTY, 3, Decimal(0), "依据", officer=other)

    def test_county_is_ones_own(self, qian, proposed, officer):
        refused("not_yours", limits.propose, "M16", NEIGHBOUR, 3, Decimal(0), "依据", officer=qian)
        other = officer("lang", "郎邻县", "neighbour", Role.LEADER)
        refused("not_yours", limits.approve, proposed, officer=other)

    def test_branch_sets_no_limit_of_its_county(self, officer):
        head = officer("ma", "马所长", "branch", Role.SECTION_HEAD)
        refused("not_yours", limits.propose, "M16", COUNTY, 3, Decimal(0), "依据", officer=head)

    def test_city_sets_those_of_its_counties(self, officer, proposed):
        city = officer("du", "杜市局", "city", Role.RISK)
        limits.approve(proposed, officer=city)
        assert of("M16") == (3, 0)

    def test_refused_with_a_reason_it_never_holds(self, proposed, leader):
        refused("reason_needed", limits.refuse, proposed, " ", officer=leader)
        limits.refuse(proposed, "数据质量未查明", officer=leader)
        assert of("M16") == (50, 1)
        refused("already_decided", limits.approve, proposed, officer=leader)

    def test_who_proposed_takes_it_back(self, proposed, qian, leader):
        refused("not_the_proposer", limits.withdraw, proposed, officer=leader)
        limits.withdraw(proposed, officer=qian)
        refused("already_decided", limits.approve, proposed, officer=leader)

    def test_one_waits_at_a_time(self, proposed, qian):
        refused("already_proposed", limits.propose, "M16", COUNTY, 9, Decimal(0), "再提",
                officer=qian)  # fmt: skip

    def test_every_step_is_a_trace_with_the_numbers(self, proposed, leader):
        limits.approve(proposed, officer=leader)
        told = Trace.objects.filter(action__startswith="limit.").order_by("pk")
        assert [(one.action, one.detail["least"], one.detail["share"]) for one in told] == [
            ("limit.propose", 3, "0"), ("limit.approve", 3, "0.00"),
        ]  # fmt: skip
        assert told[1].officer == leader


@pytest.mark.parametrize(("least", "share"), [(0, "0"), (501, "0"), (3, "-1"), (3, "5.01")])
def test_brake_is_never_taken_away(qian, least, share):
    refused(
        "wrong_limit", limits.propose, "M16", COUNTY, least, Decimal(share), "依据", officer=qian
    )
    with pytest.raises(IntegrityError, match="stops_a_crowd"), transaction.atomic():
        BrakeLimit.objects.create(
            indicator="M16", region=COUNTY, least=least, share=share, grounds="依据",
            proposed_by=qian,
        )  # fmt: skip


def test_limit_is_for_an_indicator_that_restricts_and_has_grounds(qian):
    for code in ("A01", "M99"):
        refused("no_such_indicator", limits.propose, code, COUNTY, 3, Decimal(0), "依据",
                officer=qian)  # fmt: skip
    refused("grounds_needed", limits.propose, "M16", COUNTY, 3, Decimal(0), " ", officer=qian)


class TestPage:
    def told(self, **more: str) -> dict[str, str]:
        return {
            "indicator": "M16", "region": COUNTY, "least": "3", "share": "0.5", "grounds": "依据",
        } | more  # fmt: skip

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_one_proposes_and_another_approves_on_it(self, client, qian, leader, language):
        client.cookies["django_language"] = language
        client.force_login(qian)
        client.post(reverse("propose-limit"), self.told())
        made = BrakeLimit.objects.get()
        page = client.get(reverse("limits")).content.decode()
        assert 'value="withdraw"' in page
        assert 'value="approve"' not in page
        client.force_login(leader)
        assert 'value="approve"' in client.get(reverse("limits")).content.decode()
        client.post(reverse("decide-limit", args=[made.pk]), {"outcome": "approve"})
        assert of("M16") == (3, Decimal("0.5"))
        page = client.get(reverse("limits")).content.decode()
        assert qian.full_name in page
        assert leader.full_name in page

    @pytest.mark.parametrize(
        "wrong",
        [{"least": "viele"}, {"share": "NaN"}, {"share": "0.555"}, {"share": ""}, {"least": ""}],
        ids=str,
    )
    def test_bad_input_is_one_sentence(self, client, qian, wrong):
        client.force_login(qian)
        assert client.post(reverse("propose-limit"), self.told(**wrong)).status_code == 409

    def test_it_opens_for_the_county_and_for_nobody_else(
        self, client, qian, officer, sun, field, zhao
    ):
        limits.propose("M16", COUNTY, 3, Decimal(0), "本县依据", officer=qian)
        made = BrakeLimit.objects.get()
        for other in (field, zhao):
            client.force_login(other)
            assert client.get(reverse("limits")).status_code == 403
        client.force_login(officer("lang", "郎邻县", "neighbour", Role.LEADER))
        assert "本县依据" not in client.get(reverse("limits")).content.decode()
        answer = client.post(reverse("decide-limit", args=[made.pk]), {"outcome": "approve"})
        assert answer.status_code == 404
        client.force_login(officer("du", "杜市局", "city", Role.RISK))
        names = Office.objects.filter(level="county").values_list("region", flat=True)
        page = client.get(reverse("limits"), {"county": COUNTY}).content.decode()
        assert all(f"?county={region}" in page for region in names)
