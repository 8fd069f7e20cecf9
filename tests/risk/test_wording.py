"""What a counter says of an investigation: nothing."""

from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.indicators.catalogue import indicator
from chengxin.risk import objections, proposals
from chengxin.risk.directives import Terms
from chengxin.risk.models import Proposal
from chengxin.risk.wording import OF_A_CASE

# Said by the domain facts (4.0): a police case and an inspection are never named at a counter.
NAMES_A_CASE = [
    "公安",
    "立案",
    "稽查",
    "犯罪",
    "侦查",
    "涉嫌",
    "虚开",
    "police",
    "criminal",
    "crime",
]


@pytest.mark.parametrize("code", ["M01", "M02"])
def test_sentences_of_an_investigation_name_no_case(code):
    one = indicator(code)
    said = [one.wording, *one.wording_for.values(), *(b.wording for b in one.bands.values())]
    sentences = [sentence for words in said if words for sentence in (words.zh, words.en)]
    assert len(sentences) >= 2
    for sentence in sentences:
        assert [word for word in NAMES_A_CASE if word in sentence.lower()] == []


def test_fixed_sentences_name_no_case_either():
    for told in (*proposals.TEMPLATES.values(), *objections.TEMPLATES.values()):
        for sentence in told:
            assert not OF_A_CASE.search(sentence)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("公安机关已立案", "Please contact us."),
        ("稽查局正在检查，请联系", "Please contact us."),
        ("请联系主管税务机关", "You are under investigation."),
        ("请联系主管税务机关", "A CRIMINAL matter is open."),
    ],
)
def test_what_an_officer_types_for_the_counter_names_no_case(factory, field, zh, en):
    with pytest.raises(Refusal, match="tells_of_a_case"):
        proposals.propose(factory.key, Terms({"INV": "block"}, zh, en), "证据", officer=field)
    assert not Proposal.objects.exists()


@pytest.mark.django_db
def test_the_grounds_which_the_counter_never_reads_may(factory, field):
    terms = Terms({"INV": "block"}, "请联系主管税务机关", "Please contact the case officer.")
    assert proposals.propose(factory.key, terms, "公安机关已立案，附立案通知书", officer=field)
