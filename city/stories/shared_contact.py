"""M21: one person in office in many enterprises, one telephone or address of many."""

from __future__ import annotations

from datetime import date

from city.cast import BOTH, LOCAL, STATE, Cast, Firm, Person
from city.enterprises import DEREGISTERED, SUSPENDED
from city.forms import PERSON
from city.people import old_number
from city.sharing import AGENCY, CLUSTER, REGISTERED_UNIT
from city.stories.open_invoice_violation import registers
from city.stories.saying import at_both


def play(cast: Cast) -> None:
    _represents(cast)
    _keeps(cast)
    _collects(cast)
    _founds(cast)
    _telephones(cast)
    _addresses(cast)


def _represents(cast: Cast) -> None:
    story = "m21_represents_five"
    person = cast.person(story, old_at=(LOCAL,))
    five = [cast.firm(story, person, at=at) for at in ((STATE,), (LOCAL,), BOTH)]
    five.append(cast.firm(story, person, old_at=(LOCAL,)))
    five.append(cast.firm(story, person, status=at_both(SUSPENDED, cast.ago(80))))
    in_many(cast, person, *five)

    story = "m21_represents_four"
    person = cast.person(story)
    for _ in range(4):
        cast.firm(story, person)
    cast.firm(story, person, status=at_both(DEREGISTERED, cast.ago(30)))


def _keeps(cast: Cast) -> None:
    """Finance officer and tax handler count together, an agency's people do not."""
    story = "m21_keeps_ten"
    person = cast.person(story)
    ten = [cast.firm(story, finance_officer=person) for _ in range(6)]
    ten += [cast.firm(story, tax_handler=person) for _ in range(4)]
    in_many(cast, person, *ten)

    story = "m21_keeps_nine"
    person = cast.person(story)
    for _ in range(9):
        cast.firm(story, finance_officer=person, tax_handler=person)
    agency = cast.firm(story)
    cast.firm(story, tax_handler=person, agent=agency.known_as)

    story = "m21_registered_agent"
    person = cast.person(story)
    for _ in range(10):
        cast.firm(story, finance_officer=person)
    enters(cast, old_number(person.number), person.name, AGENCY, until=cast.day)

    story = "m21_entry_over"
    person = cast.person(story)
    firms = [cast.firm(story, person) for _ in range(5)]
    enters(cast, person.number, person.name, AGENCY, until=cast.ago(1))
    in_many(cast, person, *firms)


def _collects(cast: Cast) -> None:
    story = "m21_collects_five"
    person = cast.person(story)
    firms = [cast.firm(story) for _ in range(5)]
    for firm in firms[1:]:
        registers(cast, firm, person, cast.ago(200))
    registers(cast, firms[0], person, cast.ago(20), cast.day, LOCAL)
    in_many(cast, person, *firms)

    story = "m21_collected_five"
    person = cast.person(story)
    for until in (None, None, None, None, cast.ago(1)):
        registers(cast, cast.firm(story), person, cast.ago(200), until)


def _founds(cast: Cast) -> None:
    story = "m21_founds_three"
    person = cast.person(story)
    new = [cast.firm(story, person, registered=cast.ago(days)) for days in (90, 45, 6)]
    cast.firm(story, person)
    in_many(cast, person, *new)

    story = "m21_founds_two"
    person = cast.person(story)
    for days in (91, 45, 6):
        cast.firm(story, person, registered=cast.ago(days))


def _telephones(cast: Cast) -> None:
    story = "m21_one_telephone"
    first = cast.firm(story)
    for firm in (first, *(cast.firm(story, phone=first.legal_rep.phone) for _ in range(4))):
        shares(cast, firm)

    story = "m21_four_representatives"
    first = cast.firm(story)
    for _ in range(3):
        cast.firm(story, phone=first.legal_rep.phone)
    cast.firm(story, first.legal_rep)

    # a bookkeeper's own number, which three others give as theirs
    story = "m21_bookkeeper"
    person = cast.person(story)
    for _ in range(6):
        cast.firm(story, finance_officer=person)
    for _ in range(3):
        cast.firm(story, phone=person.phone)

    story = "m21_bookkeeper_and_four"
    person = cast.person(story)
    firms = [cast.firm(story, finance_officer=person) for _ in range(2)]
    firms += [cast.firm(story, phone=person.phone) for _ in range(4)]
    for firm in firms:
        shares(cast, firm)


def _addresses(cast: Cast) -> None:
    """Ten in one room; also five of them are one person's."""
    story = "m21_one_address"
    person = cast.person(story)
    room = "山东省滨州市阳信县信城街道阳城六路1000号1001室"
    own = [cast.firm(story, person, address=room) for _ in range(5)]
    others = [cast.firm(story, address=room) for _ in range(5)]
    in_many(cast, person, *own)
    for firm in own + others:
        shares(cast, firm)

    story = "m21_nine_at_an_address"
    room = "山东省滨州市阳信县信城街道阳城六路1000号1002室"
    for _ in range(9):
        cast.firm(story, address=room)
    cast.firm(story, address=room, status=at_both(DEREGISTERED, cast.ago(30)))

    story = "m21_registered_cluster"
    room = "山东省滨州市阳信县信城街道阳城六路1000号1003室"
    host = cast.firm(story, address=room)
    for _ in range(10):
        cast.firm(story, address=room)
    enters(cast, host.known_as, host.name, CLUSTER, unit=True)


def in_many(cast: Cast, person: Person, *firms: Firm) -> None:
    cast.truth.is_in_many(cast.key(person), map(cast.key, firms))


def shares(cast: Cast, firm: Firm) -> None:
    cast.truth.shares_contact(cast.key(firm))


def enters(
    cast: Cast, number: str, name: str, kind: str, *, unit: bool = False, until: date | None = None
) -> None:
    """An entry of the register of those who may share."""
    cast.write(
        cast.world.post.table("shared_contact_register"),
        f"BA9{cast.serial():06d}", REGISTERED_UNIT if unit else PERSON, number, name, kind,
        cast.ago(400), until,
    )  # fmt: skip
