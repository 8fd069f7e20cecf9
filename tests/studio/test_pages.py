"""The studio's pages: what an officer reads there, in both languages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from chengxin.core.items import GROUPS
from chengxin.indicators.catalogue import indicator
from chengxin.studio import forms, trials, versions
from chengxin.studio.models import Trial
from tests.studio.conftest import CASES, DAY, tried

pytestmark = pytest.mark.django_db


def shown(client, officer, address: str, language: str = "zh-hans") -> str:
    client.force_login(officer)
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def heading(page: str) -> str:
    return re.search(r"<h1>(.*?)</h1>", page)[1].strip()


class TestWords:
    def test_draft_without_a_title_says_so_and_not_its_code_twice(self, client, lin, home):
        draft = versions.make("analysis", officer=lin)
        assert heading(shown(client, lin, f"/studio/{draft.pk}/")) == "A50 未命名"
        assert heading(shown(client, lin, f"/studio/{draft.pk}/", "en")) == "A50 Untitled"

    def test_unit_of_a_value_is_no_office(self, client, lin, draft):
        page = shown(client, lin, f"/studio/{draft.pk}/", "en")
        assert '<label for="value_unit">Unit</label>' in page
        params = page[page.index('data-testid="params"') :]
        assert '<th scope="col">Unit</th>' in params[: params.index("</table>")]

    def test_who_is_no_more_found_is_freed(self, client, lin, draft):
        tried(draft, DAY, officer=lin)
        tries = shown(client, lin, f"/studio/{draft.pk}/tries", "en")
        heads = re.findall(r"<th [^>]*>(.*?)</th>", tries)
        assert heads == ["Office", "Findings", "New", "Freed"]
        assert "freed 0" in tries

    def test_snooze_is_proposed(self, client, lin, home):
        page = shown(client, lin, "/studio/snoozes/", "en")
        assert "Propose the snooze</button>" in page
        assert not re.search(r">Ask(ed)?\b", page)


class TestForm:
    def test_groups_in_use_are_shown_and_the_others_folded(self, home, lin):
        copy = versions.copy(indicator("M01"), officer=lin, revise=True)
        band = forms.HeaderForm(copy).bands[0]
        own = indicator("M01").bands[band.name].levels
        for levels in band.levels:
            used = {one.name.rpartition("-")[2] if "*" in one.name else one.name.split("-", 3)[3]
                    for one in levels.used}  # fmt: skip
            assert used == {*own.get(levels.kind, {}), "*"}
            others = {one.name.split("-", 3)[3] for one in levels.others}
            assert not others & used
            assert used | others >= {"*", *GROUPS} - {"FILE", "PAY", "CURE", "NONE"}

    def test_the_long_form_can_be_saved_at_both_ends(self, client, lin, qian, draft):
        page = shown(client, lin, f"/studio/{draft.pk}/")
        form = page[page.index('data-testid="write"') :]
        form = form[: form.index("</form>")]
        assert form.index('data-testid="save"') < form.index('name="title"')
        assert form.index('data-testid="save-below"') > form.index('name="note"')
        assert 'data-testid="save' not in shown(client, qian, f"/studio/{draft.pk}/")

    def test_what_is_folded_is_saved_as_what_is_shown(self, client, lin, draft):
        client.force_login(lin)
        page = shown(client, lin, f"/studio/{draft.pk}/")
        assert page.count('name="level-0-enterprise-') == len(
            [*forms.HeaderForm(draft).bands[0].levels[1].used,
             *forms.HeaderForm(draft).bands[0].levels[1].others]
        )  # fmt: skip


class TestTries:
    def test_page_follows_a_try_until_it_has_ended(self, client, lin, draft):
        client.force_login(lin)
        client.post(f"/studio/{draft.pk}/try", {"as_of": DAY.isoformat()})
        trial = Trial.objects.get()
        address = f"/studio/{draft.pk}/tries"
        waiting = shown(client, lin, address)
        assert "排队等待" in waiting
        assert 'hx-trigger="every 1s"' in waiting
        assert f"/studio/trials/{trial.pk}/stop" in waiting
        trials.carry_out(trial.pk)
        ended = shown(client, lin, address)
        assert "命中 1" in ended
        assert "hx-trigger" not in ended

    def test_what_a_killed_worker_left_says_so_and_offers_to_try_again(self, client, lin, draft):
        trials.ask(draft, DAY, officer=lin)
        Trial.objects.update(state=Trial.State.RUNNING)
        page = shown(client, lin, f"/studio/{draft.pk}/tries")
        assert "未完成" in page
        assert 'data-testid="once-more"' in page
        assert "hx-trigger" not in page

    def test_one_who_may_not_read_the_studio_stops_nothing(self, client, lin, draft, field):
        trial = trials.ask(draft, DAY, officer=lin)
        client.force_login(field)
        assert client.post(f"/studio/trials/{trial.pk}/stop").status_code == 403
        trial.refresh_from_db()
        assert trial.state == Trial.State.WAITING


class TestChecks:
    """The page runs the cases one after the other: a large indicator is never out of time."""

    def test_each_case_asks_for_the_next_and_the_last_says_that_all_hold(self, client, lin, draft):
        first = shown(client, lin, f"/studio/{draft.pk}/faults")
        assert f'hx-get="/studio/{draft.pk}/cases/0"' in first
        zero = shown(client, lin, f"/studio/{draft.pk}/cases/0")
        assert "three of one investor within 60 days" in zero
        assert f'hx-get="/studio/{draft.pk}/cases/1"' in zero
        assert "faultless" not in zero
        last = shown(client, lin, f"/studio/{draft.pk}/cases/1")
        assert 'data-testid="faultless"' in last
        assert "hx-get" not in last
        assert client.get(f"/studio/{draft.pk}/cases/2").status_code == 404

    def test_case_that_does_not_hold_is_named_and_nothing_is_said_to_hold(self, client, lin, draft):
        wrong = CASES.replace("2017-06-19", "2017-06-25")
        versions.write(draft, header=draft.header, sql=draft.sql, officer=lin, told_cases=wrong)
        last = shown(client, lin, f"/studio/{draft.pk}/cases/1")
        assert "the first change was 60 days ago" in last
        assert 'data-testid="faults"' in last
        assert "faultless" not in last

    def test_fault_of_the_form_is_said_before_a_case_is_run(self, client, lin, draft):
        sql = draft.sql.replace("changed_on", "changed_at")
        versions.write(draft, header=draft.header, sql=sql, officer=lin, told_cases=CASES)
        page = shown(client, lin, f"/studio/{draft.pk}/faults", "en")
        assert "There is no column changed_at" in page
        assert "/cases/" not in page


def test_untitled_is_said_in_the_language_of_the_page(home, lin):
    draft = versions.make("monitoring", officer=lin)
    with translation.override("en"):
        assert draft.title == "Untitled"
