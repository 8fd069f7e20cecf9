"""An indicator's way: three people, nothing changed on the way, back in one step."""

from __future__ import annotations

import fcntl
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation
from django.utils.timezone import localdate
from procrastinate.contrib.django.models import ProcrastinateJob

from chengxin.core import places
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal, Trouble
from chengxin.core.tongues import Words
from chengxin.exchange import deliveries, nights
from chengxin.indicators import catalogue, published, sandbox
from chengxin.indicators.catalogue import all_indicators, cases_of, indicator, own_indicators
from chengxin.indicators.sandbox import Limits, Stopped
from chengxin.offices.models import Role
from chengxin.risk import alerts, directives
from chengxin.risk.models import Alert, Directive
from chengxin.studio import checking, running, snoozes, trials, versions
from chengxin.studio.models import Snooze, Trial, Version
from chengxin.trace.models import Trace
from tests.studio import county
from tests.studio.conftest import CASES, DAY, names, tried

pytestmark = pytest.mark.django_db


def owner() -> str:
    return f"person:{Keys.load().person_id(county.OWNER)}"


def refused(code: str, act, *told, **more) -> None:
    with pytest.raises(Refusal) as caught:
        act(*told, **more)
    assert caught.value.code == code


class TestTheExample:
    def test_built_tried_checked_and_published_it_fires(self, live):
        alert = Alert.objects.get(indicator=live.code)
        assert (alert.subject, alert.value, alert.state) == (owner(), 3, Alert.State.OPEN)
        acted = {told["acted_on"] for told in alert.findings}
        assert len(acted) == 3
        assert alert.offices.filter(code="13716220100").exists()

    def test_night_finds_it_too_and_one_subject_like_everyone(self, live):
        run = nights.run(DAY)
        assert run.indicators[live.code] == live.digest
        assert run.different == []
        assert Alert.objects.filter(indicator=live.code).count() == 1
        [first, *_] = nights.look(as_of=DAY, lake_version=None, code=live.code, subject=owner())
        assert first.version == live.digest

    def test_what_came_since_is_followed(self, live, tmp_path):
        county.deliver(tmp_path, DAY + timedelta(days=1), {1: 200, 2: 30, 3: 0})
        for path in sorted(tmp_path.glob("*.20170819.csv")):
            deliveries.receive(path)
        run = nights.follow()
        assert run.indicators[live.code] == live.digest
        assert Alert.objects.get(indicator=live.code).state == Alert.State.CLEARED


class TestThreePeople:
    def test_maker_may_not_check(self, draft, lin):
        tried(draft, DAY, officer=lin)
        versions.submit(draft, officer=lin)
        refused("same_officer", versions.check, draft, officer=lin)
        assert Trace.objects.filter(action="indicator.check", outcome="same_officer").exists()

    def test_maker_may_not_publish(self, checked, lin):
        refused("same_officer", versions.publish, checked, officer=lin)

    def test_checker_may_not_publish(self, checked, qian):
        refused("same_officer", versions.publish, checked, officer=qian)
        assert not published.live()

    @pytest.mark.parametrize(
        "two",
        [("made_by", "checked_by"), ("made_by", "published_by"), ("checked_by", "published_by")],
    )
    def test_the_database_says_so_too(self, live, two):
        first, second = two
        with pytest.raises(DatabaseError), transaction.atomic():
            Version.objects.filter(pk=live.pk).update(**{second: getattr(live, first)})

    def test_nothing_is_in_force_without_all_three(self, draft):
        with pytest.raises(IntegrityError), transaction.atomic():
            Version.objects.filter(pk=draft.pk).update(state="published")

    def test_only_the_maker_writes_his_draft(self, draft, qian):
        refused(
            "not_the_maker",
            versions.write,
            draft,
            header=draft.header,
            sql="SELECT 1",
            officer=qian,
        )


class TestNothingChanges:
    @pytest.mark.parametrize("field", ["sql", "cases", "header", "file", "code", "digest"])
    def test_submitted_content_cannot_be_changed_even_in_the_database(self, checked, field):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Version.objects.filter(pk=checked.pk).update(**{field: "X1"})

    def test_version_is_never_deleted(self, checked):
        with pytest.raises(DatabaseError), transaction.atomic():
            Version.objects.filter(pk=checked.pk)._raw_delete("default")

    def test_submitted_is_not_written_any_more(self, checked, lin):
        refused(
            "wrong_version_state", versions.write, checked, header=checked.header, sql="SELECT 1",
            officer=lin,
        )  # fmt: skip

    def test_file_that_was_changed_by_hand_stops_the_scan(self, live):
        path = published.path(live.digest)
        path.write_text(path.read_text("utf-8").replace(">= :threshold", ">= 1"), "utf-8")
        catalogue._checked.cache_clear()
        catalogue._in_force.cache_clear()
        with pytest.raises(Trouble, match="changed after it was checked"):
            all_indicators()


class TestBeforeItIsSubmitted:
    def test_it_must_have_been_tried_as_it_is(self, draft, lin):
        refused("not_tried", versions.submit, draft, officer=lin)
        tried(draft, DAY, officer=lin)
        header = draft.header | {"title": "另一个名称"}
        versions.write(draft, header=header, sql=draft.sql, officer=lin, told_cases=CASES)
        refused("not_tried", versions.submit, draft, officer=lin)

    def test_its_cases_must_hold(self, draft, lin):
        tried(draft, DAY, officer=lin)
        wrong = CASES.replace("2017-06-19", "2017-06-25")
        versions.write(draft, header=draft.header, sql=draft.sql, officer=lin, told_cases=wrong)
        refused("indicator_faulty", versions.submit, draft, officer=lin)

    def test_it_must_have_a_case_that_is_not_found(self, draft, lin):
        only = CASES.partition("  - case: the first change")[0]
        versions.write(draft, header=draft.header, sql=draft.sql, officer=lin, told_cases=only)
        draft.refresh_from_db()
        assert any("用例" in one.zh for one in checking.faults(draft))

    @pytest.mark.parametrize(
        ("before", "instead"),
        [
            ("FROM representative_change", "FROM read_csv('/etc/passwd')"),
            ("'hit' AS band", "current_user AS band"),
            ("HAVING COUNT", "HAVING random() > 0.5 AND COUNT"),
        ],
    )
    def test_hostile_sql_is_neither_tried_nor_submitted(self, draft, lin, before, instead):
        sql = draft.sql.replace(before, instead)
        assert sql != draft.sql
        versions.write(draft, header=draft.header, sql=sql, officer=lin, told_cases=CASES)
        draft.refresh_from_db()
        assert checking.faults(draft)
        refused("indicator_faulty", versions.submit, draft, officer=lin)

    def test_cases_cannot_be_made_to_run_without_end(self, draft, lin, monkeypatch):
        few = sandbox.Limits(seconds=2, memory=512, rows=1_000)
        monkeypatch.setattr(sandbox, "OF_A_CASE", few)
        joined = (
            "JOIN representative_change AS r{0} ON r{0}.changed_on <> CAST('1990-01-01' AS DATE)"
        )
        endless = "FROM representative_change " + " ".join(joined.format(n) for n in range(40))
        sql = draft.sql.replace(
            "FROM counted AS c",
            f"FROM counted AS c CROSS JOIN (SELECT COUNT(*) AS n {endless}) AS x",
        )
        versions.write(draft, header=draft.header, sql=sql, officer=lin, told_cases=CASES)
        draft.refresh_from_db()
        [fault] = checking.faults(draft)
        assert "2 秒" in fault.zh or "MB" in fault.zh

    def test_case_waits_for_no_try_over_everyone(self, draft, home):
        with (home / "staging" / "sandbox.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            began = time.monotonic()
            assert checking.faults(draft) == []
        assert time.monotonic() - began < sandbox.PATIENCE

    @pytest.mark.parametrize("code", ["busy", "time"])
    def test_what_the_machine_stopped_is_asked_anew(self, draft, lin, monkeypatch, code):
        real, asked = sandbox.finds, []

        def once_stopped(*told):
            asked.append(told)
            if len(asked) == 1:
                raise Stopped(code, Words("停", "stopped"))
            return real(*told)

        monkeypatch.setattr(sandbox, "finds", once_stopped)
        cases = CASES.replace("within 60 days", f"within 60 days, {code}")
        versions.write(draft, header=draft.header, sql=draft.sql, officer=lin, told_cases=cases)
        draft.refresh_from_db()
        assert [one.en for one in checking.faults(draft)] == ["stopped"]
        assert checking.faults(draft) == []

    def test_what_was_found_out_is_not_run_again(self, draft, monkeypatch):
        assert checking.faults(draft) == []
        monkeypatch.setattr(sandbox, "finds", None)
        assert checking.faults(draft) == []

    def test_missing_column_is_named_before_a_case_is_written(self, draft, lin):
        sql = draft.sql.replace("changed_on", "changed_at")
        versions.write(draft, header=draft.header, sql=sql, officer=lin)
        draft.refresh_from_db()
        assert [one.zh for one in checking.faults(draft)] == ["没有名为 changed_at 的列"]

    def test_sql_by_hand_is_asked_over_everyone(self, draft, lin):
        sql = draft.sql.replace("role = '06'", "role IN ('06', '01')")
        versions.write(draft, header=draft.header, sql=sql, officer=lin, told_cases=CASES)
        draft.refresh_from_db()
        assert (draft.indicator.whole, draft.indicator.reach) == (True, [])


class TestBack:
    @pytest.fixture
    def restricted(self, live) -> Directive:
        """What a monitoring indicator with these findings has ordered."""
        alert = Alert.objects.get(indicator=live.code)
        Alert.objects.update(kind=Alert.Kind.MONITORING)
        directives.impose_all([alerts.directive_of(alert.findings[0], alert)])
        return Directive.objects.get(alert=alert)

    def test_withdrawn_its_directives_say_so_and_by_whom_and_why(self, live, leader, restricted):
        versions.withdraw(live, "误报过多", officer=leader)
        versions.lay_down()
        nights.adopt()
        restricted.refresh_from_db()
        told = f"指标停用，自动解除（{leader.full_name}：误报过多）"
        assert (restricted.ended_because, restricted.in_force) == (told, False)
        assert Alert.objects.get(indicator=live.code).ended_because == told
        with translation.override("en"):
            assert restricted.ended_because.startswith("The indicator was withdrawn")

    def test_night_that_comes_first_says_the_same(self, live, leader, restricted):
        versions.withdraw(live, "误报过多", officer=leader)
        nights.run(DAY)
        restricted.refresh_from_db()
        assert "误报过多" in restricted.ended_because
        assert Alert.objects.get(indicator=live.code).state == Alert.State.CLEARED

    def test_fact_that_ended_before_it_was_withdrawn_is_said_to_have_ended(
        self, live, leader, restricted, tmp_path
    ):
        county.deliver(tmp_path, DAY + timedelta(days=1), {1: 200, 2: 30, 3: 0})
        for path in sorted(tmp_path.glob("*.20170819.csv")):
            deliveries.receive(path)
        nights.follow()
        versions.withdraw(live, "误报过多", officer=leader)
        versions.lay_down()
        nights.adopt()
        restricted.refresh_from_db()
        assert restricted.ended_because == "事实已终结，自动解除"

    def test_withdrawn_it_finds_nobody(self, live, leader):
        versions.withdraw(live, "误报", officer=leader)
        versions.lay_down()
        nights.adopt()
        assert live.code not in {one.code for one in all_indicators()}
        assert Alert.objects.get(indicator=live.code).state == Alert.State.CLEARED

    def test_one_step_leads_back_to_the_version_before(self, live, lin, qian, leader):
        second = versions.copy(indicator(live.code), officer=lin, revise=True)
        assert (second.code, second.number) == (live.code, 2)
        header = second.header
        header["params"]["threshold"]["default"] = 4
        cases = CASES.replace("cases:", "cases:\n  - {case: none, given: {}, expect: []}", 1)
        cases = cases.replace(
            "three of one investor within 60 days",
            "three of one investor within 60 days\n    overrides: {threshold: 3}",
        )
        versions.write(second, header=header, sql=second.sql, officer=lin, told_cases=cases)
        trial = tried(second, DAY, officer=lin)
        assert (trial.found, trial.fresh, trial.freed) == (0, 0, 1)
        assert names(trial, fresh=False) == [owner()]
        versions.submit(second, officer=lin)
        versions.check(second, officer=qian)
        versions.publish(second, officer=leader)
        versions.lay_down()
        nights.adopt()
        assert Alert.objects.get(indicator=live.code).state == Alert.State.CLEARED

        versions.switch_back(live.code, "漏报", officer=leader)
        versions.lay_down()
        nights.adopt()

        assert indicator(live.code).version == live.digest
        assert Alert.objects.filter(indicator=live.code, state=Alert.State.OPEN).count() == 1

    def test_revised_indicator_of_the_program_is_again_what_it_was(self, home, lin):
        own = indicator("M09")
        copy = versions.copy(own, officer=lin, revise=True)
        assert (copy.code, copy.name, copy.sql) == ("M09", own.name, own.sql)
        assert copy.indicator.faults() == []
        assert copy.indicator.bands == own.bands
        assert copy.indicator.params == own.params

    @pytest.mark.parametrize("code", ["M09", "M15", "A08"])
    @pytest.mark.parametrize("revise", [True, False])
    def test_maker_of_a_copy_starts_with_all_cases_of_the_original(self, home, lin, code, revise):
        copy = versions.copy(indicator(code), officer=lin, revise=revise)
        told = yaml.safe_load(copy.cases)["cases"]
        own = yaml.safe_load(cases_of(indicator(code)))["cases"]
        assert told[: len(own)] == own
        assert checking.faults(copy) == []

    def test_every_indicator_of_the_program_can_be_copied_with_a_case_of_nobody_found(self):
        for one in own_indicators():
            told = yaml.safe_load(versions.with_a_miss(cases_of(one)))["cases"]
            assert any(case["expect"] for case in told), one.code
            assert not all(case["expect"] for case in told), one.code

    def test_copy_has_a_code_of_its_own(self, home, lin):
        assert versions.copy(indicator("M09"), officer=lin, revise=False).code == "M50"
        assert versions.make("monitoring", officer=lin).code == "M51"


class TestTry:
    def test_names_whom_it_would_newly_find_and_alerts_nobody(self, draft, lin):
        trial = tried(draft, DAY, officer=lin)
        assert (trial.found, trial.fresh, trial.freed, trial.trouble) == (1, 1, 0, None)
        assert names(trial) == [owner()]
        assert trial.offices == [{"office": "13716220100", "found": 1, "fresh": 1, "freed": 0}]
        assert not Alert.objects.filter(indicator=draft.code).exists()

    def test_any_past_day_is_seen_as_of_that_day(self, draft, lin):
        assert tried(draft, DAY - timedelta(days=1), officer=lin).found == 0
        refused("day_to_come", trials.ask, draft, localdate() + timedelta(days=1), officer=lin)

    def test_what_takes_too_much_is_stopped_and_told(self, draft, lin, monkeypatch):
        monkeypatch.setattr(trials, "Limits", lambda: Limits(rows=1))
        trial = tried(draft, DAY, officer=lin)
        assert trial.trouble["code"] == "rows"
        refused("not_tried", versions.submit, draft, officer=lin)

    def test_waits_for_the_worker(self, draft, lin, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            trial = trials.ask(draft, DAY, officer=lin)
        assert trial.state == Trial.State.WAITING
        [job] = ProcrastinateJob.objects.filter(task_name=trials.TRY)
        assert (job.queue_name, job.args) == (trials.QUEUE, {"pk": trial.pk})
        refused("not_tried", versions.submit, draft, officer=lin)

    def test_what_is_stopped_before_its_turn_never_runs(self, draft, lin, qian):
        trial = trials.ask(draft, DAY, officer=lin)
        trials.stop(trial, officer=qian)
        trials.carry_out(trial.pk)
        trial.refresh_from_db()
        assert (trial.state, trial.found) == (Trial.State.STOPPED, 0)
        refused("wrong_version_state", trials.stop, trial, officer=qian)
        assert Trace.objects.filter(action="indicator.stop_try", officer=qian).count() == 2

    def test_what_is_stopped_while_it_runs_ends_and_keeps_nothing(self, draft, lin, monkeypatch):
        trial, built = trials.ask(draft, DAY, officer=lin), trials._built

        def stopped_meanwhile(lake_version: int) -> Path:
            trials.stop(trial, officer=lin)
            return built(lake_version)

        monkeypatch.setattr(trials, "_built", stopped_meanwhile)
        trials.carry_out(trial.pk)
        trial.refresh_from_db()
        assert (trial.state, trial.found, names(trial)) == (Trial.State.STOPPED, 0, [])
        refused("not_tried", versions.submit, draft, officer=lin)

    def test_what_a_killed_worker_left_is_known_and_can_be_tried_again(self, draft, lin):
        trial = trials.ask(draft, DAY, officer=lin)
        Trial.objects.update(state=Trial.State.RUNNING)
        trial.refresh_from_db()
        with running.held(trials._LOCK, trial.pk):
            assert trials.left([trial]) == set()
        assert trials.left([trial]) == {trial.pk}
        refused("not_tried", versions.submit, draft, officer=lin)
        assert tried(draft, DAY, officer=lin).whole

    def test_what_the_worker_cannot_end_before_it_ends_itself_is_left(self, draft, lin):
        trial = trials.ask(draft, DAY, officer=lin)
        trials.carry_out(trial.pk, may_go_on=lambda: False)
        trial.refresh_from_db()
        assert trials.left([trial]) == {trial.pk}

    def test_every_name_is_kept(self, draft, lin):
        keys = [f"person:{n:06}" for n in range(25_001)]
        trial = Trial(version=draft, as_of=DAY, lake_version=1, digest="", officer=lin)
        trials._keep(trial, trials.Names(keys, keys[:3]))
        assert names(trial) == keys
        assert names(trial, fresh=False) == keys[:3]

    def test_names_are_shown_to_whom_they_belong_and_leave_a_trace(self, draft, lin, sun):
        trial = tried(draft, DAY, officer=lin)
        named = trials.named(trial, "fresh", "1", officer=lin)
        assert [one.name for one in named.subjects] == ["林投资"]
        assert Trace.objects.filter(action="indicator.see_tried", about=owner()).count() == 1
        other = trials.named(trial, "fresh", "1", officer=sun)
        assert (other.subjects, other.hidden) == ([], 1)


class TestShadow:
    def test_runs_beside_the_night_and_alerts_nobody(self, checked, lin):
        versions.start_shadow(checked, localdate() + timedelta(days=3), officer=lin)
        nights.run(DAY)
        nights.run(DAY)
        run = Trial.objects.get(kind=Trial.Kind.SHADOW)
        assert (run.as_of, run.found, names(run), run.freed) == (DAY, 1, [owner()], 0)
        assert not Alert.objects.filter(indicator=checked.code).exists()

    def test_ends_by_itself(self, checked, lin):
        versions.start_shadow(checked, localdate(), officer=lin)
        Version.objects.filter(pk=checked.pk).update(shadow_until=localdate() - timedelta(days=1))
        nights.run(DAY)
        assert not Trial.objects.filter(kind=Trial.Kind.SHADOW).exists()

    def test_has_an_end(self, checked, lin):
        refused(
            "shadow_too_long", versions.start_shadow, checked, localdate() + timedelta(days=31),
            officer=lin,
        )  # fmt: skip


class TestSnooze:
    def asked(self, lin, code: str, days: int = 10) -> Snooze:
        return snoozes.ask(code, owner(), localdate() + timedelta(days=days), "已约谈", officer=lin)

    def test_nothing_new_is_raised_until_its_day(self, checked, leader, lin, qian):
        versions.publish(checked, officer=leader)
        versions.lay_down()
        snoozes.approve(self.asked(lin, checked.code), officer=qian)
        nights.adopt()
        assert not Alert.objects.filter(indicator=checked.code).exists()
        assert Snooze.objects.get().muted == 3
        assert "A50" in (places.nights() / "2017-08-18" / "findings.jsonl").read_text("utf-8")

        Snooze.objects.update(until=localdate() - timedelta(days=1))
        nights.run(DAY)
        assert Alert.objects.filter(indicator=checked.code).count() == 1

    def test_what_stands_stays(self, live, lin, qian):
        snoozes.approve(self.asked(lin, live.code), officer=qian)
        nights.run(DAY)
        assert Alert.objects.get(indicator=live.code).state == Alert.State.OPEN

    def test_needs_a_second_officer(self, live, lin):
        snooze = self.asked(lin, live.code)
        refused("second_officer_needed", snoozes.approve, snooze, officer=lin)
        assert not Snooze.objects.in_force().exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            Snooze.objects.update(approved_by=lin)

    def test_has_an_end_and_a_reason_and_a_subject_of_ones_own(self, live, lin, sun):
        until = localdate() + timedelta(days=181)
        refused("snooze_too_long", snoozes.ask, live.code, owner(), until, "约谈", officer=lin)
        soon = localdate() + timedelta(days=1)
        refused("reason_needed", snoozes.ask, live.code, owner(), soon, " ", officer=lin)
        refused("not_yours", snoozes.ask, live.code, owner(), soon, "约谈", officer=sun)
        self.asked(lin, live.code)
        refused("already_snoozed", self.asked, lin, live.code)


def test_risk_officer_of_another_role_makes_nothing(client, officer, home):
    client.force_login(officer("field2", "周管户", "branch", Role.FIELD))
    assert client.get("/studio/").status_code == 403
    assert client.post("/studio/make", {"kind": "analysis"}).status_code == 403


def test_threshold_is_a_decimal(draft):
    assert draft.indicator.params["threshold"].default == Decimal(3)
