"""M05: answered for a published enterprise, and has an office or a tenth in another one."""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import BOTH, LOCAL, Cast, Firm, Person
from city.enterprises import DEREGISTERED
from city.stories.credit_grade_d import name
from city.stories.open_invoice_violation import collects
from city.stories.saying import at_both
from city.stories.tax_blacklist import published, publishes


def play(cast: Cast) -> None:
    person = cast.person("m05_representative", old_at=(LOCAL,))
    blacklisted(cast, person)
    answers(cast, person, cast.firm("m05_representative", person, old_at=(LOCAL,)))

    person = cast.person("m05_finance_officer")
    blacklisted(cast, finance_officer=person)
    answers(cast, person, cast.firm("m05_finance_officer", finance_officer=person))

    person = cast.person("m05_holds_a_tenth")
    blacklisted(cast, person)
    firm = cast.firm("m05_holds_a_tenth")
    cast.invests(person, firm, 1_000, bureaus=BOTH)
    answers(cast, person, firm)

    person = cast.person("m05_named_after_the_violation")
    name(cast, blacklisted(cast, violated_for_a_year=True), person, since=cast.day)
    answers(cast, person, cast.firm("m05_named_after_the_violation", person))

    person = cast.person("m05_controller", old_at=BOTH)
    name(cast, blacklisted(cast), person, role="09", bureau=LOCAL)
    answers(cast, person, cast.firm("m05_controller", person))

    person = cast.person("m05_collected_this_month")
    blacklisted(cast, person)
    other = cast.firm("m05_collected_this_month", person)
    collects(cast, other, cast.day.replace(day=1) - timedelta(1))
    firm = cast.firm("m05_collected_this_month", person)
    collects(cast, firm, cast.day)
    answers(cast, person, other, collected=[firm])

    person = cast.person("m05_two_published")
    two = (
        blacklisted(cast, person, "m05_two_published"),
        blacklisted(cast, person, "m05_two_published"),
    )
    answers(cast, person, *two)

    six_months_ago = cast.world.months_ago(6)
    person = cast.person("m05_ended_a_day_later")
    firm = blacklisted(cast, violated_for_a_year=True)
    name(cast, firm, person, since=cast.ago(900), until=six_months_ago + timedelta(1))
    answers(cast, person, cast.firm("m05_ended_a_day_later", person))

    person = cast.person("m05_ended_six_months_ago")
    firm = blacklisted(cast, violated_for_a_year=True)
    name(cast, firm, person, since=cast.ago(900), until=six_months_ago)
    cast.firm("m05_ended_six_months_ago", person)

    person = cast.person("m05_left_before_the_day")
    name(cast, blacklisted(cast), person, role="09", since=cast.ago(900), until=cast.ago(31))
    cast.firm("m05_left_before_the_day", person)

    person = cast.person("m05_less_than_a_tenth")
    blacklisted(cast, person)
    cast.invests(person, cast.firm("m05_less_than_a_tenth"), 999)

    person = cast.person("m05_only_handles")
    blacklisted(cast, person)
    cast.firm("m05_only_handles", tax_handler=person)

    person = cast.person("m05_only_invested")
    cast.invests(person, blacklisted(cast), 10_000)
    cast.firm("m05_only_invested", person)

    person = cast.person("m05_gone")
    blacklisted(cast, person)
    cast.firm("m05_gone", person, status=at_both(DEREGISTERED, cast.ago(50)))

    person = cast.person("m05_stopped")
    publishes(cast, cast.firm("m05_stopped", person), cast.ago(400), cast.day)
    cast.firm("m05_stopped", person)


def blacklisted(
    cast: Cast,
    person: Person | None = None,
    story: str = "m05_published",
    *,
    finance_officer: Person | None = None,
    violated_for_a_year: bool = False,
) -> Firm:
    """An enterprise published 30 days ago; that day stands for untold days of the violation."""
    firm = cast.firm(story, person, finance_officer=finance_officer)
    violated: tuple[date | None, date | None] = (None, None)
    if violated_for_a_year:
        violated = cast.ago(900), cast.ago(535)
    publishes(cast, firm, cast.ago(30), violated=violated)
    published(cast, firm)
    return firm


def answers(cast: Cast, person: Person, *others: Firm, collected: list[Firm] | None = None) -> None:
    known = dict.fromkeys(map(cast.key, others), False)
    drawn = dict.fromkeys(map(cast.key, collected or []), True)
    cast.truth.answers_for_published(cast.key(person), known | drawn)
