"""M13: violations of invoices, invoices not verified or missing, collectors nobody registered."""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import BOTH, LOCAL, STATE, Cast, Firm, Person
from city.forms import Bureau
from city.stories.saying import found, violates


def play(cast: Cast) -> None:
    both = cast.firm("m13_both_bureaus", old_at=(LOCAL,))
    for bureau in BOTH:
        violates(cast, both, cast.ago(0), kind="04", bureau=bureau)
    found(cast, "M13", both, "open", "两局各有发票违法未处理")

    closed = cast.firm("m13_closed")
    violates(
        cast, closed, cast.ago(90), kind="04", stage="3", decided=cast.ago(80), fine=100, paid=100
    )

    person = cast.person("m13_person")
    violates(cast, person, cast.ago(5), kind="04", bureau=STATE)
    found(cast, "M13", person, "open", "自然人发票违法未处理")

    collects(cast, cast.firm("m13_three_months"), cast.world.months_ago(3))
    late = cast.firm("m13_three_months_and_a_day")
    collects(cast, late, cast.world.months_ago(3) - timedelta(1))
    found(cast, "M13", late, "open", "领票三个月后仍未验旧")
    verified = cast.firm("m13_verified_today")
    collects(cast, verified, cast.ago(200), verified=cast.day)

    missing = cast.firm("m13_one_missing")
    collects(cast, missing, cast.ago(40), verified=cast.ago(2), missing="1", bureau=LOCAL)
    found(cast, "M13", missing, "open", "缺失一份发票")

    unknown = cast.firm("m13_undecided")
    collects(cast, unknown, cast.ago(200), missing="")
    undecided(cast, unknown, "未报送验旧与缺失份数")
    nobody = cast.firm("m13_undecided_no_collectors")
    collects(cast, nobody, cast.ago(20), cast.person("m13_undecided_no_collectors"))
    undecided(cast, nobody, "未登记任何领用人")

    guest, taken = cast.person("m13_stranger"), cast.firm("m13_stranger")
    registers(cast, taken, cast.person("m13_registered_collector"), cast.ago(900))
    collects(cast, taken, cast.ago(30), guest)
    found(cast, "M13", taken, "open", "未登记的人员领票")
    cast.truth.finds("M13", cast.key(taken), cast.key(guest), "open", "未登记为领用人而领票")

    since = cast.person("m13_registered_since")
    later = cast.firm("m13_registered_since")
    registers(cast, later, since, cast.day)
    collects(cast, later, cast.ago(30), since)

    ended = cast.person("m13_registered_then")
    firm = cast.firm("m13_registered_then")
    registers(cast, firm, ended, cast.ago(900), cast.ago(30), bureau=LOCAL)
    collects(cast, firm, cast.ago(30), ended)


def collects(
    cast: Cast,
    firm: Firm,
    day: date,
    collector: Person | None = None,
    *,
    verified: date | None = None,
    missing: str = "0",
    bureau: Bureau = STATE,
) -> None:
    """A collection of 25 invoices, by the legal representative when nobody else is named."""
    person = collector or firm.legal_rep
    cast.write(
        cast.world.post.to(bureau, "invoice_collection"),
        cast.uuid(), firm.registration[bureau], "2130", "25", day, person.name, person.kind,
        person.number_at(bureau), verified, missing,
    )  # fmt: skip


def registers(
    cast: Cast,
    firm: Firm,
    collector: Person,
    since: date,
    until: date | None = None,
    bureau: Bureau = STATE,
) -> None:
    cast.write(
        cast.world.post.to(bureau, "invoice_collector"),
        cast.uuid(), firm.registration[bureau], collector.name, collector.kind,
        collector.number_at(bureau), since, until,
    )  # fmt: skip


def undecided(cast: Cast, firm: Firm, because: str) -> None:
    cast.truth.leaves("M13", cast.key(firm), cast.key(firm), because)
