"""The tables of identity and binding, walked at random through the real operations."""

from __future__ import annotations

import contextlib
import itertools
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chengxin.core.refusal import Refusal
from chengxin.people import bindings, identity, moves
from chengxin.people.bindings import Side, Terms
from chengxin.people.models import Affiliation, Binding, BindingMove, IdentityMove, Person
from chengxin.people.moves import Author
from chengxin.people.moving import Because

pytestmark = pytest.mark.django_db

WINDOW = "hall:yangxin/window:3"
JPEG = b"\xff\xd8\xff letter"

# by hand, from the domain facts 1.5: which states follow which
IDENTITY = {
    "unseen": {"captured", "expired"},
    "captured": {"verified", "expired", "frozen", "closed", "unseen"},
    "verified": {"expired", "changed", "frozen", "closed", "unseen"},
    "expired": {"captured", "frozen", "closed", "unseen"},
    "changed": {"verified", "expired", "frozen", "closed", "unseen"},
    "frozen": {"captured", "closed"},
    "closed": {"captured"},
}
BINDING = {
    "": {"pending"},
    "pending": {"active", "refused"},
    "active": {"expiring", "expired", "frozen", "disputed", "ended"},
    "expiring": {"expired", "frozen", "disputed", "ended"},
    "expired": {"disputed"},
    "frozen": {"active", "disputed", "ended"},
    "disputed": {"active", "ended"},
    "ended": set(),
    "refused": set(),
}


@pytest.mark.parametrize(
    ("table", "told"), [(moves.IDENTITY, IDENTITY), (moves.BINDING, BINDING)], ids=["id", "binding"]
)
def test_table_is_the_one_of_the_domain_facts(table, told):
    found: dict[str, set[str]] = {state: set() for state in told}
    for move in table.moves.values():
        for before in move.before:
            found[before].add(str(move.after))
    assert found == told


def test_database_refuses_a_row_that_the_table_does_not_know(wang, zhao):
    with pytest.raises(IntegrityError, match="identity_has_legal_moves_only"), transaction.atomic():
        IdentityMove.objects.create(
            person=wang, step="verify", before="frozen", after="verified", author="system",
            reason="x",
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="by_somebody_for_a_reason"), transaction.atomic():
        IdentityMove.objects.create(
            person=wang, step="freeze", before="verified", after="frozen", author="system",
            reason="",
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="by_somebody_for_a_reason"), transaction.atomic():
        IdentityMove.objects.create(
            person=wang, step="freeze", before="verified", after="frozen", author="officer",
            reason="x",
        )  # fmt: skip


STEPS = (
    "meet",
    "meet_old",
    "rename",
    "look",
    "phone",
    "freeze",
    "thaw",
    "close",
    "reopen",
    "night",
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(walk=some.lists(some.sampled_from(STEPS), min_size=4, max_size=30))
def test_any_life_of_an_identity_is_told_step_by_step_by_its_ledger(zhao, walk):
    from tests.people.test_identity import card

    with transaction.atomic():
        person = identity.meet(card(), place=WINDOW)
        for number, step in enumerate(walk):
            because = Because.of_officer(f"理由{number}", zhao, WINDOW)
            with contextlib.suppress(Refusal):
                match step:
                    case "meet":
                        identity.meet(card(), place=WINDOW)
                    case "meet_old":
                        identity.meet(card(until=date(2017, 1, 1)), place=WINDOW)
                    case "rename":
                        identity.meet(card(f"王守{number}"), place=WINDOW)
                    case "look":
                        identity.verify_by_hand(person, "本人", officer=zhao, place=WINDOW)
                    case "phone":
                        identity.change_phone(person, f"138000{number:05}", because)
                    case "night":
                        identity.expire_documents(localdate())
                    case _:
                        getattr(identity, step)(person, because)
        state = "unseen"
        for move in IdentityMove.objects.filter(person=person).order_by("pk"):
            assert move.before == state
            assert move.reason
            state = move.after
        assert Person.objects.get(pk=person.pk).state == state
        transaction.set_rollback(True)


BINDING_STEPS = ("propose", "confirm", "refuse", "end", "freeze", "thaw", "dispute", "restore",
                 "uphold", "night", "later")  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    walk=some.lists(
        some.tuples(some.sampled_from(BINDING_STEPS), some.integers(0, 4)), min_size=5, max_size=40
    )
)
def test_any_story_of_bindings_keeps_table_ledger_and_days_apart(zhao, li, factory, walk):
    with transaction.atomic():
        day = localdate()
        for step, place in walk:
            because = Because.of_officer("理由", zhao, WINDOW)
            found = list(Binding.objects.order_by("pk"))
            chosen = found[place % len(found)] if found else None
            with contextlib.suppress(Refusal):
                if step == "propose":
                    first = localdate() + timedelta(days=40 * place)
                    terms = Terms("03", first, first + timedelta(days=60), JPEG, "发票领用")
                    bindings.propose(
                        li, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW
                    )
                elif step == "night":
                    bindings.come_to_an_end(day)
                elif step == "later":
                    day += timedelta(days=25)
                elif step == "dispute":
                    bindings.dispute_all(li, factory, because)
                elif step in ("restore", "uphold"):
                    bindings.settle_all(li, factory, because, his=step == "restore")
                elif chosen is not None:
                    _one(step, chosen, li, because)
        _recount(li)
        transaction.set_rollback(True)


def _one(step: str, bound: Binding, person: Person, because: Because) -> None:
    match step:
        case "confirm":
            bindings.confirm(bound, person)
        case "refuse":
            bindings.refuse(bound, person, "不是我")
        case "end":
            bindings.end(bound, Binding.EndedBy.PERSON, because)
        case "freeze":
            bindings.freeze(bound, because)
        case "thaw":
            bindings.thaw(bound, because)


def _recount(person: Person) -> None:
    spans = []
    for bound in Binding.objects.filter(person=person):
        state = ""
        for move in BindingMove.objects.filter(binding=bound).order_by("pk"):
            assert move.before == state
            assert move.after in BINDING[state]
            assert move.reason
            state = move.after
        assert bound.state == state
        if state in ("pending", "active", "expiring", "expired", "frozen", "disputed"):
            spans.append((bound.valid_from, bound.until))
    spans.sort()
    for (_first, last), (next_first, _last) in itertools.pairwise(spans):
        assert last < next_first


def test_two_bindings_of_one_role_never_overlap_even_for_who_writes_them_himself(li, factory):
    day = localdate()

    def write(first: int, last: int, role: str = "03", state: str = "pending") -> None:
        with transaction.atomic():
            Binding.objects.create(
                person=li, enterprise=factory, role=role, state=state, proposed_by="enterprise",
                valid_from=day + timedelta(days=first), until=day + timedelta(days=last),
            )  # fmt: skip

    write(0, 10)
    write(11, 20)
    write(5, 6, role="04")
    write(0, 10, state="refused")
    for first, last in ((10, 12), (20, 30), (3, 4), (-5, 0), (-5, 40)):
        with pytest.raises(IntegrityError, match="one_binding_per_role_at_a_time"):
            write(first, last)


def test_everybody_has_his_own_days(li, zhang, wang, factory, enterprise):
    other = enterprise("91371622MA3D1Q2W4Q", "阳信县二厂")
    day = localdate()
    for person in (li, zhang, wang):
        for firm in (factory, other):
            Binding.objects.create(
                person=person, enterprise=firm, role="03", state="pending", proposed_by="person",
                valid_from=day, until=day,
            )  # fmt: skip
    assert Binding.objects.count() == 6


def test_author_of_a_move_may_be_the_person_the_enterprise_or_the_night(li, wang, factory, zhao):
    terms = Terms("03", localdate(), letter=JPEG, scope="发票领用")
    bound = bindings.propose(li, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW)
    bindings.confirm(bound, li)
    bindings.come_to_an_end(bound.until - timedelta(days=10))
    told = bound.moves.order_by("pk").values_list("step", "author")
    assert list(told) == [
        ("propose", Author.ENTERPRISE),
        ("confirm", Author.PERSON),
        ("near", Author.SYSTEM),
    ]


def test_affiliation_of_the_bureaus_stays_what_it_is(li, factory, zhao):
    terms = Terms("03", localdate(), letter=JPEG, scope="发票领用")
    bindings.propose(li, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW)
    assert not Affiliation.objects.filter(person=li, enterprise=factory).exists()
