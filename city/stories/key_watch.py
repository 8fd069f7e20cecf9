"""M15: in force, at most twelve months, with a second officer's approval."""

from __future__ import annotations

from datetime import timedelta

from city.cast import Cast
from city.stories.saying import found


def play(cast: Cast) -> None:
    later = cast.day + timedelta(90)
    for story, since, until in (
        ("m15_last_day", cast.ago(30), cast.day),
        ("m15_first_day", cast.day, later),
        ("m15_last_day_of_12_months", cast.year_ago(), later),
    ):
        firm = cast.firm(story)
        cast.watch(firm, since, until)
        found(cast, "M15", firm, "watched", f"{since} 至 {until}")
    for story, since, until in (
        ("m15_expired", cast.ago(30), cast.ago(1)),
        ("m15_not_yet", cast.day + timedelta(1), later),
        ("m15_older_than_12_months", cast.year_ago() - timedelta(1), later),
    ):
        cast.watch(cast.firm(story), since, until)
    for second in ("", cast.watching_officer):
        cast.watch(cast.firm("m15_void"), cast.ago(20), later, second=second)

    person = cast.person("m15_person")
    cast.firm("m15_person", person)  # the watch is on the person alone
    cast.watch(person, cast.ago(20), later, groups="")
    found(cast, "M15", person, "watched", "自然人列入重点监控")

    renewed = cast.firm("m15_renewed")
    cast.watch(renewed, cast.ago(500), cast.ago(150))
    cast.watch(renewed, cast.ago(20), later, groups="REFUND")
    found(cast, "M15", renewed, "watched", "到期后重新列入")
