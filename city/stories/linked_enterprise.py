"""M08: behind an enterprise that is not settled, and in office in another one."""

from __future__ import annotations

from city.cast import BOTH, LOCAL, STATE, Cast, Firm, Person
from city.enterprises import NON_NORMAL
from city.stories.credit_grade_d import grade, grade_d, name
from city.stories.lost_contact import determine, lost
from city.stories.saying import at_both, found


def play(cast: Cast) -> None:
    before = cast.day.year - 2

    person = cast.person("m08_representative", old_at=(LOCAL,))
    non_normal(cast, "m08_old", person)
    linked(cast, person, cast.firm("m08_representative", person))

    person = cast.person("m08_finance_officer")
    absconded(cast, "m08_absconded", finance_officer=person)
    linked(cast, person, cast.firm("m08_finance_officer", finance_officer=person))

    person = cast.person("m08_quarter")
    cast.invests(person, direct_d(cast, "m08_old_d", before), 2_500, bureaus=BOTH)
    linked(cast, person, cast.firm("m08_quarter", person))

    person = cast.person("m08_named")
    firm = direct_d(cast, "m08_old_d_named", before, named=(person,))
    name(cast, firm, person)
    linked(cast, person, cast.firm("m08_named", person, at=(LOCAL,)))

    person = cast.person("m08_new_household")
    absconded(cast, "m08_new_household", person)
    new = cast.firm("m08_new_household", person, registered=cast.year_ago())
    old = cast.firm("m08_new_household", person, registered=cast.ago(400))
    linked(cast, person, old, new=[new])

    person = cast.person("m08_two_unsettled")
    two = (
        non_normal(cast, "m08_two_unsettled", person),
        absconded(cast, "m08_two_unsettled", person),
    )
    linked(cast, person, *two)

    person = cast.person("m08_less_than_a_quarter")
    cast.invests(person, direct_d(cast, "m08_old_d", before), 2_499)
    cast.firm("m08_less_than_a_quarter", person)

    person = cast.person("m08_share_sold")
    cast.invests(person, direct_d(cast, "m08_old_d", before), 9_000, until=cast.ago(1))
    cast.firm("m08_share_sold", person)

    person = cast.person("m08_only_handles")
    non_normal(cast, "m08_old", tax_handler=person)
    cast.firm("m08_only_handles", person)

    person = cast.person("m08_handles_elsewhere")
    absconded(cast, "m08_absconded", finance_officer=person)
    cast.firm("m08_handles_elsewhere", tax_handler=person)

    settled = cast.person("m08_found_again")
    determine(cast, cast.firm("m08_found_again", settled), STATE, cast.ago(200), cast.day)
    cast.firm("m08_found_again", settled)

    over = cast.person("m08_two_years_over")
    firm = cast.firm("m08_two_years_over", over)
    grade(cast, firm, STATE, before - 1, "D", "030104")
    grade(cast, firm, STATE, before, "B")
    cast.firm("m08_two_years_over", over)


def non_normal(
    cast: Cast, story: str, person: Person | None = None, *, tax_handler: Person | None = None
) -> Firm:
    firm = cast.firm(
        story, person, tax_handler=tax_handler, status=at_both(NON_NORMAL, cast.ago(80))
    )
    cast.non_normal(firm, LOCAL, cast.ago(80))
    found(cast, "M07", firm, "non_normal", "认定为非正常户")
    return firm


def absconded(
    cast: Cast, story: str, person: Person | None = None, *, finance_officer: Person | None = None
) -> Firm:
    firm = cast.firm(story, person, finance_officer=finance_officer)
    determine(cast, firm, STATE, cast.ago(40))
    lost(cast, firm)
    return firm


def direct_d(cast: Cast, story: str, year: int, named: tuple[Person, ...] = ()) -> Firm:
    firm = cast.firm(story)
    grade(cast, firm, STATE, year, "D", "040104")
    grade_d(cast, firm, *named)
    return firm


def linked(cast: Cast, person: Person, *others: Firm, new: list[Firm] | None = None) -> None:
    known = dict.fromkeys(map(cast.key, others), False)
    cast.truth.is_linked(cast.key(person), known | dict.fromkeys(map(cast.key, new or []), True))
