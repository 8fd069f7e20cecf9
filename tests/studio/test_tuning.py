"""A threshold is proposed from what was judged, tried on the last night, decided by a person."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from chengxin.core.refusal import Refusal
from chengxin.indicators.catalogue import Param, indicator
from chengxin.offices.models import Role
from chengxin.risk.models import Alert
from chengxin.studio import measuring, running, tuning, versions
from chengxin.studio.models import Measurement, Tuning, Version
from chengxin.studio.weighing import Change, Judged, best, decides, expected, roundest
from chengxin.trace.models import Trace
from tests.studio.conftest import DAY

pytestmark = pytest.mark.django_db

PARAM = Param("最低差额", "Least", Decimal(10), Decimal(1), Decimal(1000), "yuan")


def judged(confirmed: list[int], explained: list[int]) -> list[Judged]:
    values = [(value, True) for value in confirmed] + [(value, False) for value in explained]
    return [
        Judged(n, f"enterprise:{n}", Decimal(value), is_confirmed)
        for n, (value, is_confirmed) in enumerate(values)
    ]


def refused(code: str, act, *told, **more) -> None:
    with pytest.raises(Refusal) as caught:
        act(*told, **more)
    assert caught.value.code == code


class TestTheValue:
    def test_it_keeps_every_confirmed_one_and_lets_the_explained_below_fall(self):
        told = judged([300, 420, 500, 610, 700], [12, 90, 160, 210, 550])
        # 210 falls, 300 stays: the roundest number above 210 and at most 300
        assert best(told, Decimal(10), PARAM, Decimal(0)) == 300

    def test_it_is_round(self):
        told = judged([347, 420, 500, 610, 700], [12, 90, 160, 219, 550])
        assert best(told, Decimal(10), PARAM, Decimal(0)) == 300

    def test_share_of_confirmed_ones_that_may_go_goes(self):
        told = judged([300, 420, 500, 610, 700], [12, 90, 160, 210, 550])
        # one of five may go, but none explained lies between 300 and 420: it stays
        assert best(told, Decimal(10), PARAM, Decimal("0.2")) == 300
        # three of five may go: 550 falls, and 300, 420, 500 with it
        assert best(told, Decimal(10), PARAM, Decimal("0.6")) == 600

    def test_what_lies_below_the_value_in_force_says_nothing(self):
        told = judged([300, 420, 500, 610, 700], [1, 2, 3, 4, 5])
        refused("too_few_judged", best, told, Decimal(10), PARAM, Decimal(0))

    def test_few_judged_cases_propose_nothing(self):
        refused("too_few_judged", best, judged([300] * 4, [12] * 5), Decimal(10), PARAM, Decimal(0))

    def test_nothing_is_proposed_where_no_explained_one_would_fall(self):
        told = judged([20, 420, 500, 610, 700], [90, 160, 210, 550, 800])
        refused("nothing_to_gain", best, told, Decimal(10), PARAM, Decimal(0))

    def test_it_stays_within_the_limits_of_the_parameter(self):
        told = judged([3000] * 5, [20, 30, 2000, 2500, 2900])
        assert best(told, Decimal(10), PARAM, Decimal(0)) == 1000

    @pytest.mark.parametrize(
        ("above", "highest", "found"),
        [
            ("250000", "312345.67", "300000"),
            ("310000", "312345.67", "312000"),
            ("312345.5", "312345.67", "312345.6"),
            ("0.12", "0.187", "0.18"),
            ("2", "3", "3"),
        ],
    )
    def test_roundest_number_between(self, above, highest, found):
        assert roundest(Decimal(above), Decimal(highest)) == Decimal(found)


def found(**values: int) -> dict[str, Change]:
    return {key: Change(frozenset({"hit"}), Decimal(value)) for key, value in values.items()}


class TestWhatTheTrySays:
    def test_value_decides_where_exactly_those_between_fall(self):
        was = found(a=15, b=20, c=40)
        assert decides(was, found(c=40), Decimal(10), Decimal(30)) is True

    def test_findings_may_end_at_the_parameter(self):
        was = found(a=1, b=2)
        assert decides(was, found(a=1), Decimal(2), Decimal(1)) is False

    def test_change_of_the_band_counts(self):
        was = {"a": Change(frozenset({"high"}), Decimal(80)), "b": Change(frozenset(), Decimal(9))}
        then = was | {"a": Change(frozenset({"normal"}), Decimal(80))}
        assert decides(was, then, Decimal(70), Decimal(90)) is True

    @pytest.mark.parametrize("left", [{"a": 15, "c": 40}, {"b": 20, "c": 40}, {}])
    def test_else_it_does_not(self, left):
        was = found(a=15, b=20, c=40)
        assert decides(was, found(**left), Decimal(10), Decimal(30)) is None

    def test_try_that_changes_nothing_shows_nothing(self):
        assert decides(found(a=40), found(a=40), Decimal(10), Decimal(30)) is None

    def test_precision_before_and_after_by_the_value_that_was_judged(self):
        told = judged([300, 420], [12, 90, 310, 4])
        outcome = expected(told, Decimal(10), Decimal(301), True, {}, {})
        # 300 and 420 confirmed, 12, 90, 310 explained; then 420, and 310; 4 is below both
        assert (outcome.confirmed, outcome.explained) == (2, 3)
        assert (outcome.confirmed_after, outcome.explained_after) == (1, 1)
        assert (outcome.lost, outcome.unassessed) == ([0], 1)

    def test_by_who_is_found_where_the_value_does_not_decide(self):
        told = judged([1, 1], [1])
        was = found(**{"enterprise:0": 5, "enterprise:2": 5})
        outcome = expected(told, Decimal(10), Decimal(30), None, was, {})
        assert (outcome.confirmed, outcome.explained, outcome.unassessed) == (1, 1, 1)
        assert (outcome.confirmed_after, outcome.explained_after, outcome.lost) == (0, 0, [0])


@pytest.fixture
def judged_live(live, qian, enterprise, offices) -> Version:
    """The studio's own A50 in force: ten judged cases, three explained ones of value 3."""
    for n in range(12):
        Alert.objects.create(
            indicator=live.code, kind="analysis", subject=f"person:p{n}", band="hit",
            value=3 if n < 4 else 5, findings=[], as_of=DAY, lake_version=1,
            state="explained" if n < 4 else "confirmed", closed_by=qian,
            closed_at=now() - timedelta(days=n),
        )  # fmt: skip
    return live


def measured(one: Tuning) -> Tuning:
    """The proposal, after the worker has done what waits."""
    for pk in Measurement.objects.filter(tuning=one, state="waiting").values_list("pk", flat=True):
        measuring.carry_out(pk)
    one.refresh_from_db()
    return one


@pytest.fixture
def proposed(judged_live, lin) -> Tuning:
    return measured(tuning.propose(judged_live.code, "threshold", officer=lin))


def test_proposal_says_what_it_would_do_to_the_last_night(proposed, lin):
    # OWNER's three enterprises changed: the value 3; from 5 on nobody is found
    told = proposed.told
    assert (proposed.before, proposed.after, proposed.by_hand) == (3, 5, False)
    assert (told["found"], told["found_after"], told["fallen"], told["appeared"]) == (1, 0, 1, 0)
    assert [(one["office"], one["fallen"]) for one in told["offices"]] == [("13716220100", 1)]
    assert (told["confirmed"], told["explained"]) == (8, 4)
    assert (told["confirmed_after"], told["explained_after"], told["lost"]) == (8, 0, [])


def test_nothing_changes_before_a_person_decides(proposed, judged_live):
    one = indicator(judged_live.code)
    assert one.version == judged_live.digest
    assert one.params["threshold"].default == 3
    assert Version.objects.filter(code=judged_live.code).count() == 1


def test_taken_it_is_a_draft_that_three_people_still_have_to_publish(proposed, lin):
    draft = tuning.take(proposed, officer=lin)
    draft.refresh_from_db()
    proposed.refresh_from_db()
    assert (draft.state, draft.number, draft.made_by) == (Version.State.DRAFT, 2, lin)
    assert draft.header["params"]["threshold"]["default"] == 5
    assert draft.cases  # those of the version in force; a changed threshold may need others
    assert (proposed.state, proposed.decided_by, proposed.draft) == ("taken", lin, draft)
    assert indicator(draft.code).params["threshold"].default == 3
    refused("wrong_version_state", versions.publish, draft, officer=lin)


def test_declined_it_keeps_the_reason(proposed, qian):
    refused("reason_needed", tuning.decline, proposed, "  ", officer=qian)
    tuning.decline(proposed, "属实案件太少", officer=qian)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.reason, proposed.decided_by) == (
        "declined", "属实案件太少", qian,
    )  # fmt: skip
    refused("already_decided", tuning.take, proposed, officer=qian)


def test_database_keeps_a_proposal_from_being_taken_without_a_draft(proposed, lin):
    with pytest.raises(IntegrityError, match="taken_as_a_draft"), transaction.atomic():
        Tuning.objects.filter(pk=proposed.pk).update(state="taken", decided_by=lin)


def test_value_by_hand_is_tried_as_well(judged_live, qian):
    told = measured(tuning.propose(judged_live.code, "days", officer=qian, value=Decimal(40)))
    # within 40 days only two of the three changed
    assert (told.told["found_after"], told.by_hand) == (0, True)


@pytest.mark.parametrize("value", ["0", "1e9", "60"])
def test_value_outside_the_limits_or_in_force_already_is_refused(judged_live, qian, value):
    refused(
        "wrong_value", tuning.propose, judged_live.code, "days", officer=qian,
        value=Decimal(value),
    )  # fmt: skip


def test_parameter_that_the_value_does_not_decide_by_is_not_proposed(judged_live, qian):
    Alert.objects.filter(indicator=judged_live.code).update(value=70)
    Alert.objects.filter(indicator=judged_live.code, state="confirmed").update(value=80)
    one = measured(tuning.propose(judged_live.code, "days", officer=qian))
    course = one.measurements.get()
    assert (course.state, course.trouble["code"]) == ("ended", "not_of_the_value")
    refused("not_measured", tuning.take, one, officer=qian)


def test_changed_indicator_is_measured_anew(proposed, leader, lin):
    versions.withdraw(Version.objects.get(code=proposed.code), "误报", officer=leader)
    versions.lay_down()
    refused("no_such_indicator", tuning.take, proposed, officer=lin)


def test_months_are_counted_beside_it(proposed, lin):
    tuning.look_back(proposed, officer=lin)
    measured(proposed)
    assert len(proposed.months) == 12
    # at the end of July two of the three had changed, and before that fewer
    assert {(one["before"], one["after"]) for one in proposed.months} == {(0, 0)}
    assert [one["day"] for one in proposed.months[-2:]] == ["2017-06-30", "2017-07-31"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_officer_asks_reads_and_declines_on_the_pages(client, judged_live, qian, language):
    client.force_login(qian)
    client.cookies["django_language"] = language
    of = f"{judged_live.code}.threshold"
    assert of in client.get(reverse("tunings")).content.decode()
    answer = client.post(reverse("ask-tuning"), {"of": of, "lost": "0", "value": ""}, follow=True)
    one = Tuning.objects.get()
    assert 'data-testid="take"' not in answer.content.decode()
    measured(one)

    def shows(what: str) -> bool:
        page = client.get(reverse("tuning", args=[one.pk])).content.decode()
        return f'data-testid="{what}"' in page

    assert shows("take")
    client.post(reverse("look-back-tuning", args=[one.pk]))
    assert not shows("months")
    measured(one)
    assert shows("months")
    client.post(reverse("decline-tuning", args=[one.pk]), {"reason": "再观察"})
    assert "再观察" in client.get(reverse("tuning", args=[one.pk])).content.decode()
    assert Trace.objects.filter(action="tuning.ask", officer=qian).count() == 1


def test_confirmed_ones_that_would_be_lost_are_named_with_a_trace(
    client, judged_live, qian, factory, offices, officer
):
    case = Alert.objects.filter(indicator=judged_live.code, state="confirmed").first()
    Alert.objects.filter(pk=case.pk).update(subject=factory.key, value=3)
    case.offices.add(offices["branch"])
    one = measured(tuning.propose(judged_live.code, "threshold", officer=qian, value=Decimal(4)))
    assert one.told["lost"] == [case.pk]
    client.force_login(qian)
    assert factory.name in client.get(reverse("tuning", args=[one.pk])).content.decode()
    assert Trace.objects.filter(action="tuning.see", about=factory.key).count() == 1

    client.force_login(officer("xun", "寻风控", "neighbour", Role.RISK))
    assert factory.name not in client.get(reverse("tuning", args=[one.pk])).content.decode()


def test_only_who_makes_indicators_takes_it(client, proposed, leader, zhao):
    for one in (leader, zhao):
        client.force_login(one)
        for name in ("take-tuning", "decline-tuning", "look-back-tuning", "measure-tuning"):
            assert client.post(reverse(name, args=[proposed.pk])).status_code == 403


@pytest.mark.parametrize("told", [{"of": "A50.threshold", "value": "许多"}, {"of": "A99.x"}, {}])
def test_bad_input_is_one_sentence(client, judged_live, qian, told):
    client.force_login(qian)
    assert client.post(reverse("ask-tuning"), told).status_code == 409


class TestTheWorker:
    """What takes time is asked for, carried out beside everything else, and can be stopped."""

    @pytest.fixture
    def asked(self, judged_live, lin) -> Tuning:
        return tuning.propose(judged_live.code, "threshold", officer=lin)

    def test_it_waits_in_the_queue_of_tries(
        self, judged_live, lin, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            one = tuning.propose(judged_live.code, "threshold", officer=lin)
        job = ProcrastinateJob.objects.get(task_name=measuring.MEASURE)
        waiting = one.measurements.get()
        assert (job.queue_name, job.args) == ("tries", {"pk": waiting.pk})
        assert (one.measured, waiting.state) == (False, "waiting")

    def test_page_follows_how_far_it_is(self, client, asked, lin, monkeypatch):
        client.force_login(lin)
        address = reverse("tuning-progress", args=[asked.pk])
        assert "排队等待" in client.get(address).content.decode()
        steps = []
        begins = measuring.Course.begins

        def seen(course, step):
            begins(course, step)
            steps.append(client.get(address).content.decode())

        monkeypatch.setattr(measuring.Course, "begins", seen)
        measured(asked)
        assert [f"第 {n} 次扫描，共 2 次" in steps[n - 1] for n in (1, 2)] == [True, True]
        assert client.get(address).headers["HX-Refresh"] == "true"

    def test_stopped_before_its_turn_it_never_runs(self, asked, qian):
        tuning.stop(asked.measurements.get(), officer=qian)
        assert not measured(asked).measured
        assert Trace.objects.filter(action="tuning.stop", officer=qian).count() == 1
        refused("wrong_version_state", tuning.stop, asked.measurements.get(), officer=qian)

    def test_stopped_while_it_runs_it_ends_and_keeps_nothing(self, asked, qian, monkeypatch):
        begins = measuring.Course.begins

        def stopped(course, step):
            if step == 2:
                tuning.stop(asked.measurements.get(), officer=qian)
            begins(course, step)

        monkeypatch.setattr(measuring.Course, "begins", stopped)
        assert not measured(asked).measured
        assert asked.measurements.get().state == "stopped"
        assert not Trace.objects.filter(action="tuning.measured").exists()

    def test_look_back_stops_between_two_months(self, proposed, lin, qian, monkeypatch):
        looking = tuning.look_back(proposed, officer=lin)
        begun = []
        begins = measuring.Course.begins

        def stopped(course, step):
            if step == 3:
                tuning.stop(looking, officer=qian)
            begins(course, step)
            begun.append(step)

        monkeypatch.setattr(measuring.Course, "begins", stopped)
        assert measured(proposed).months == []
        assert begun == [1, 2]

    def test_the_same_is_not_worked_out_twice_at_a_time(self, asked, proposed, lin):
        refused("already_measuring", tuning.measure_again, asked, officer=lin)
        tuning.look_back(proposed, officer=lin)
        refused("already_measuring", tuning.look_back, proposed, officer=lin)
        refused("already_measured", tuning.measure_again, proposed, officer=lin)

    def test_what_a_killed_worker_left_is_said_and_worked_out_again(self, client, asked, lin):
        Measurement.objects.update(state="running")
        client.force_login(lin)
        page = client.get(reverse("tuning", args=[asked.pk])).content.decode()
        assert "未完成" in page
        assert 'hx-trigger="every' not in page
        client.post(reverse("measure-tuning", args=[asked.pk]))
        assert measured(asked).measured

    def test_what_another_process_carries_out_is_left_alone(self, asked, monkeypatch):
        monkeypatch.setattr(running, "held", _held_by_another)
        assert not measured(asked).measured

    def test_what_the_ending_worker_cannot_finish_is_left(self, asked):
        measuring.carry_out(asked.measurements.get().pk, may_go_on=lambda: False)
        asked.refresh_from_db()
        assert (asked.measured, asked.measurements.get().state) == (False, "running")

    def test_another_version_in_force_meanwhile_is_told(self, asked, leader):
        versions.withdraw(Version.objects.get(code=asked.code), "误报", officer=leader)
        versions.lay_down()
        assert measured(asked).measurements.get().trouble["code"] == "no_such_indicator"


@contextmanager
def _held_by_another(room: int, pk: int):
    yield False
