"""M14: the last grade of the latest evaluated year is D."""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import BOTH, LOCAL, STATE, Cast, Firm, Person
from city.forms import Bureau


def play(cast: Cast) -> None:
    last = cast.day.year - 1
    before = last - 1

    both = cast.firm("m14_both_bureaus", old_at=(LOCAL,))
    named, other = cast.person("m14_both_bureaus"), cast.person("m14_both_bureaus")
    for bureau in BOTH:
        grade(cast, both, bureau, before, "D", "030104")
        name(cast, both, named, bureau=bureau, since=cast.ago(50))
        name(cast, both, other, bureau=bureau, since=cast.ago(50), until=cast.ago(1))
    grade_d(cast, both, named)

    shop = cast.firm("m14_local_only", at=(LOCAL,))
    grade(cast, shop, LOCAL, before, "D")
    grade_d(cast, shop)

    unevaluated = cast.firm("m14_not_evaluated_since")
    grade(cast, unevaluated, STATE, before - 1, "D", "030101")
    grade(cast, unevaluated, STATE, before, "")
    grade_d(cast, unevaluated)

    today = cast.firm("m14_graded_today")
    grade(cast, today, STATE, before, "B")
    grade(cast, today, STATE, last, "D", graded=cast.day)
    until_today = cast.person("m14_graded_today")
    name(cast, today, until_today, since=cast.day, until=cast.day)
    grade_d(cast, today, until_today)

    better = cast.firm("m14_better_at_one_bureau")
    grade(cast, better, STATE, before, "D")
    grade(cast, better, LOCAL, before, "C")

    for story, newer in (("m14_new_grade", "C"), ("m14_new_grade", "M")):
        risen = cast.firm(story)
        grade(cast, risen, STATE, before - 1, "D", "030104")
        grade(cast, risen, STATE, before, newer)

    repaired = cast.firm("m14_repaired")
    grade(cast, repaired, STATE, before, "D")
    grade(cast, repaired, STATE, before, "B", graded=cast.day)

    grade(cast, cast.firm("m14_grade_c"), STATE, before, "C")
    grade(cast, cast.firm("m14_tomorrow"), STATE, last, "D", graded=cast.day + timedelta(1))


def grade(
    cast: Cast,
    firm: Firm,
    bureau: Bureau,
    year: int,
    letter: str,
    direct_code: str = "",
    *,
    graded: date | None = None,
) -> None:
    """One year's grade, given in the April after it when no day is said."""
    cast.write(
        cast.world.post.to(bureau, "credit_grade"),
        cast.uuid(), firm.registration[bureau], str(year), letter, direct_code,
        graded or date(year + 1, 4, 20),
    )  # fmt: skip


def name(
    cast: Cast,
    firm: Firm,
    person: Person,
    *,
    role: str = "13",
    bureau: Bureau = STATE,
    since: date | None = None,
    until: date | None = None,
) -> None:
    """A document names a person as directly responsible (13) or as controller (09)."""
    cast.write(
        cast.world.post.to(bureau, "responsible"),
        cast.uuid(), firm.registration[bureau], person.name, person.kind,
        person.number_at(bureau), role, f"阳税责9{cast.serial():09d}", since or cast.ago(60), until,
    )  # fmt: skip


def grade_d(cast: Cast, firm: Firm, *responsible: Person) -> None:
    cast.truth.has_grade_d(cast.key(firm), map(cast.key, responsible))
