"""M18: listed by a court as a dishonest judgment debtor, until it removes the listing."""

from __future__ import annotations

from datetime import date

from city.cast import LOCAL, Cast, Firm, Person
from city.courts import bankrupt, listed_case
from city.forms import ENTERPRISE, PERSON
from city.market_people import pledge
from city.stories.saying import code_of


def play(cast: Cast) -> None:
    debtor = cast.person("m18_person")
    own, quarter, less = (
        cast.firm("m18_person", debtor),
        cast.firm("m18_person"),
        cast.firm("m18_less_than_a_quarter"),
    )
    cast.invests(debtor, quarter, 2_500)
    cast.invests(debtor, less, 2_499)
    lists(cast, debtor, cast.day)
    _pledges(cast, debtor, quarter, less)
    listed(cast, debtor, debtor, own, quarter)

    sold = cast.person("m18_share_sold")
    cast.invests(sold, cast.firm("m18_sold_by_debtor"), 6_000, until=cast.ago(1))
    lists(cast, sold, cast.ago(90))
    listed(cast, sold, sold)

    firm = cast.firm("m18_enterprise", old_at=(LOCAL,))
    lists(cast, firm, cast.ago(30), number=firm.taxpayer[LOCAL])
    bankrupt(
        cast.world.post, firm.index, firm.taxpayer[LOCAL], firm.name, ("", ""),
        accepted=cast.ago(20),
    )  # fmt: skip
    listed(cast, firm, firm)

    for removed in (cast.ago(5), cast.day):
        free = cast.person("m18_removed")
        cast.firm("m18_removed", free)
        lists(cast, free, cast.ago(400), removed)

    again = cast.firm("m18_one_removed_one_listed")
    lists(cast, again, cast.ago(900), cast.ago(500))
    lists(cast, again, cast.ago(3))
    listed(cast, again, again)


def lists(
    cast: Cast,
    subject: Person | Firm,
    published: date,
    removed: date | None = None,
    *,
    number: str = "",
) -> None:
    """A listing; `number` where the court knows the subject under another one."""
    person = isinstance(subject, Person)
    own = subject.number if isinstance(subject, Person) else subject.known_as
    case_no, kind = f"（2017）鲁1622执9{cast.serial():06d}号", PERSON if person else ENTERPRISE
    listed_case(cast.world.post, case_no, kind, number or own, subject.name, published, removed)
    cast.write(
        cast.world.post.table("judgment_debtor"), case_no, kind, number or own, subject.name,
        "阳信县人民法院", published, "已撤下" if removed else "公布中", removed,
    )  # fmt: skip


def _pledges(cast: Cast, person: Person, firm: Firm, lender: Firm) -> None:
    """His share in a firm stands for a loan of another firm's."""
    pledge(
        cast.world.post, firm.index * 8, (code_of(cast, firm), firm.name),
        (PERSON, person.name, person.number), (ENTERPRISE, lender.name, lender.known_as),
        2_500_000, cast.ago(200), None,
    )  # fmt: skip


def listed(cast: Cast, subject: Person | Firm, *acted_on: Person | Firm) -> None:
    for target in acted_on:
        key = cast.key(subject)
        cast.truth.finds("M18", key, cast.key(target), "listed", "法院公布中的失信被执行人")
