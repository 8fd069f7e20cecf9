"""A control sample: drawn by chance, again the same, and nobody in it is suspected."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from chengxin import nightly
from chengxin.core import places
from chengxin.core.refusal import Refusal
from chengxin.risk import (
    board,
    caselist,
    cases,
    controls,
    inbox,
    inquiries,
    judging,
    learning,
    shares,
)
from chengxin.risk.caselist import Asked
from chengxin.risk.controls import Estimate, Frame
from chengxin.risk.inbox import Tab
from chengxin.risk.learning import By
from chengxin.risk.models import Alert, Control, Directive
from chengxin.trace.models import Trace
from tests.risk.conftest import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def firms(enterprise):
    """Ten of the state bureau's branch, two of the local one's."""
    return [
        enterprise(
            f"91371622MA3F1Q2W{n:X}A", f"阳信县第{n}厂",
            branch="branch" if n < 10 else "local_branch",
        )
        for n in range(12)
    ]  # fmt: skip


@pytest.fixture
def scanned(night, finding, firms, tmp_path, monkeypatch):
    """The last night: A04 hit the firms 0 and 1, and could not decide on 2."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    found = [finding("A04", firm.key, band="excess", lake_version=7) for firm in firms[:2]]
    unclear = finding("A04", firms[2].key, band="undecided", levels={}, lake_version=7)
    folder = places.nights() / DAY.isoformat()
    folder.mkdir(parents=True)
    lines = "".join(one.to_json() + "\n" for one in [*found, unclear])
    (folder / "findings.jsonl").write_text(lines, "utf-8")
    (folder / "run.json").write_text(f'{{"day": "{DAY}", "lake_version": 7}}', "utf-8")
    assert nightly.last(places.nights()) == (DAY, 7)
    night("A04", *found)
    return firms


@pytest.fixture
def sample(scanned, qian) -> Control:
    return controls.draw("A04", 5, officer=qian, seed=11)


def drawn(control: Control) -> set[str]:
    return set(control.cases.values_list("subject", flat=True))


def refused(code: str, act, *told, **more) -> None:
    with pytest.raises(Refusal) as caught:
        act(*told, **more)
    assert caught.value.code == code


def test_it_is_drawn_from_own_bureau_and_from_whom_the_indicator_did_not_hit(sample, scanned):
    assert (sample.population, sample.hits, sample.size) == (8, 2, 5)
    assert (sample.as_of, sample.lake_version, sample.seed) == (DAY, 7, 11)
    assert drawn(sample) < {firm.key for firm in scanned[2:10]}
    assert len(drawn(sample)) == 5


def test_same_seed_draws_the_same_and_another_seed_others(sample, qian):
    frame = Frame.of(qian, "A04")
    assert set(frame.drawn(11, 5)) == drawn(sample)
    assert frame.population() == (8, sample.fingerprint)
    assert len({frozenset(frame.drawn(seed, 5)) for seed in range(20)}) > 10


def test_everybody_may_be_drawn(scanned, qian):
    frame = Frame.of(qian, "A04")
    once = {frame.drawn(seed, 1)[0] for seed in range(200)}
    assert once == {firm.key for firm in scanned[2:10]}


def test_smaller_population_than_asked_is_drawn_whole(scanned, qian):
    assert controls.draw("A04", 200, officer=qian).size == 8


def test_over_all_indicators_nobody_who_was_hit_by_any_is_drawn(scanned, qian, finding, wang, li):
    more = finding("M09", scanned[3].key, band="owing").to_json() + "\n"
    path = places.nights() / DAY.isoformat() / "findings.jsonl"
    path.write_text(path.read_text("utf-8") + more, "utf-8")

    made = controls.draw("", 200, officer=qian)
    assert made.population == 7 + 2  # firms 2, 4 to 9; 王守信 and 李投资
    assert {wang.key, li.key} < drawn(made)


def test_indicator_of_enterprises_draws_no_person(sample, wang):
    assert wang.key not in drawn(sample)


@pytest.mark.parametrize("size", [0, 201])
def test_size_has_a_limit(scanned, qian, size):
    refused("wrong_size", controls.draw, "A04", size, officer=qian)


def test_only_the_head_of_the_risk_section_draws(scanned, field, leader, officer):
    for one in (field, leader, officer("feng", "冯风控", "county", "risk")):
        refused("risk_head_needed", controls.draw, "A04", 5, officer=one)
    assert not Control.objects.exists()
    assert Trace.objects.filter(action="control.draw", outcome="risk_head_needed").count() == 3


def test_nothing_is_drawn_before_the_first_night(firms, qian, tmp_path, monkeypatch):
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    refused("no_night_yet", controls.draw, "A04", 5, officer=qian)


def test_case_stands_in_the_field_offices_own_tab(sample, field, xu):
    assert inbox.of(field, Tab.CONTROL, "1").counts["control"] == 5
    assert inbox.of(field, Tab.TASKS, "1").counts["tasks"] == 2  # the hits
    assert inbox.of(xu, Tab.CONTROL, "1").counts["control"] == 0


def test_it_is_taken_and_closed_like_any_case_and_orders_nothing(sample, field, qian):
    first, second, third, *_ = sample.cases.order_by("pk")
    cases.take(first, officer=field)
    judging.confirm(first, "少申报收入", officer=field)
    judging.explain(second, "申报无误", officer=field)
    judging.leave(third, "账册被水浸", officer=field)

    [told] = controls.samples(qian)
    estimate = told.estimate
    assert (estimate.found, estimate.clear, told.counts["inconclusive"]) == (1, 1, 1)
    assert not Directive.objects.exists()
    first.refresh_from_db()
    assert first.state_title == "发现问题"


def test_directive_by_hand_on_whom_chance_drew_stays(sample, field, qian, leader):
    case = sample.cases.first()
    told = {"reason": "请联系", "until": "2999-01-01T00:00Z", "source": "manual"}
    standing = Directive.objects.create(
        about=case.subject, subject=case.subject, levels={"INV": "block"}, imposed_by=qian,
        approved_by=leader, **told,
    )  # fmt: skip
    judging.confirm(case, "少申报收入", officer=field)
    standing.refresh_from_db()
    assert standing.in_force


def test_nobody_who_was_drawn_is_asked_to_explain(sample, field):
    refused("not_suspected", inquiries.ask, sample.cases.first(), "请说明", 5, officer=field)


def test_no_dossier_speaks_of_it(sample, field, qian):
    for case in sample.cases.all():
        about = inbox.About(case.subject, qian)
        assert about.rows == []
        assert [count for _firm, _effect, count in about.marks if count] == []


def test_it_is_no_hit_of_the_indicator(sample, field, qian):
    judging.confirm(sample.cases.first(), "少申报收入", officer=field)
    [row] = learning.of(qian, By.INDICATOR, Asked()).rows
    assert (row.code, row.counts["hits"], row.counts["confirmed"]) == ("A04", 2, 0)
    assert {one.count for one in board.of(qian).total.numbers if one.column == "open"} == {2}


def test_night_neither_clears_it_nor_minds_it(sample, night, finding):
    case = sample.cases.first()
    night("A04", finding("A04", case.subject, band="excess"))
    case.refresh_from_db()
    assert case.state == Alert.State.OPEN
    assert Alert.objects.filter(indicator="A04", subject=case.subject).count() == 1


def test_each_number_opens_its_list(sample, field, qian):
    from django.http import QueryDict

    judging.confirm(sample.cases.first(), "少申报收入", officer=field)
    [told] = controls.samples(qian)
    for _name, count, query in told.numbers:
        asked = Asked.of(QueryDict(query).dict())
        assert caselist.of(qian, asked, "1").page.paginator.count == count


def test_another_county_sees_no_sample(sample, sun):
    assert controls.samples(sun) == []


def test_subject_stands_once_in_a_sample(sample):
    case = sample.cases.first()
    case.pk = None
    with pytest.raises(IntegrityError, match="drawn_once"), transaction.atomic():
        case.save()


class TestEstimate:
    def test_without_a_judged_case_nothing_is_estimated(self):
        told = Estimate(found=0, clear=0, population=1000, hits=200, confirmed=8, explained=2)
        assert (told.rate, told.interval, told.missed, told.recall) == (None,) * 4
        assert told.rate_words == told.recall_words == "不足以估计"

    def test_five_problems_among_fifty(self):
        told = Estimate(found=5, clear=45, population=1000, hits=200, confirmed=8, explained=2)
        # Wilson: 5 of 50 is 0.0435 to 0.2136, 8 of 10 is 0.4902 to 0.9433
        assert told.rate == 0.1
        assert told.missed == pytest.approx((43.5, 100, 213.6), abs=0.05)
        assert told.rightly == pytest.approx((98.0, 160, 188.7), abs=0.05)
        # 160 / (160 + 100); 98.0 / (98.0 + 213.6); 188.7 / (188.7 + 43.5)
        assert told.recall == pytest.approx((0.3145, 0.6154, 0.8127), abs=0.0005)
        assert (told.recall_words, told.recall_between) == ("62%", "31%–81%")
        assert (told.missed_words, told.missed_between) == ("100", "43–214")

    def test_none_found_is_a_bound_and_no_estimate(self):
        told = Estimate(found=0, clear=20, population=1000, hits=200, hard=True)
        # Wilson: 0 of 20 is 0 to 0.161
        assert told.missed_words == "至多161"
        assert told.recall == (pytest.approx(200 / 361, abs=0.001), None, 1)
        assert told.recall_words == "至少55%"
        assert told.rate_words == "未发现"

    def test_without_a_judged_hit_recall_is_not_estimated(self):
        told = Estimate(found=5, clear=45, population=1000, hits=200)
        assert told.rate == 0.1
        assert told.recall_words == "不足以估计"

    def test_indicator_that_hits_nobody_has_no_recall(self):
        assert Estimate(1, 9, 1000, 0, 3, 1).recall is None

    def test_interval_is_wilsons(self):
        assert Estimate(5, 45, 1, 1).interval == shares.wilson(5, 50)
