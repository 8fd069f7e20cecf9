"""A09: one business under several small-scale taxpayers, and invoices that run in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from city.cast import LOCAL, STATE, WHOLE, Cast, Firm, Person
from city.enterprises import DEREGISTERED
from city.forms import NONE, Bureau
from city.invoices import PLAIN
from city.stories.credit_grade_d import name
from city.stories.saying import at_both, found
from city.taxes import VAT

LIMIT = 500_000_000  # fen a year
NEAR = 450_000_000  # nine tenths of it
WELL_BELOW = 240_000_000
NORMAL, VOID = "0", "2"


def play(cast: Cast) -> None:
    amounts(cast)
    ties(cast)
    members(cast)
    circles(cast)
    spoilt_circles(cast)

    story = "a09_both"
    owner = person(cast, story)
    group = sell(cast, *(firm(cast, story, owner) for _ in range(3)))
    other, third = (trader(cast, story) for _ in range(2))
    circle(cast, (group[0], other, third))
    splits(cast, *group)
    runs_in_a_circle(cast, other, third)


def amounts(cast: Cast) -> None:
    for story, sales, hit in (
        ("a09_nine_tenths", (NEAR, NEAR, 1), True),
        ("a09_below_nine_tenths", (NEAR, NEAR - 1, 1), False),
        ("a09_one_fen_below_the_limit", (LIMIT - 1, NEAR, WELL_BELOW), True),
        ("a09_two_only", (NEAR, NEAR), False),
        ("a09_third_sold_nothing", (NEAR, NEAR, 0), False),
    ):
        owner = person(cast, story)
        group = [firm(cast, story, owner) for _ in sales]
        for member, fen in zip(group, sales, strict=True):
            sells(cast, member, fen)
        if hit:
            splits(cast, *group)

    story = "a09_sold_before"
    owner = person(cast, story)
    for _ in range(3):
        sells(cast, firm(cast, story, owner), NEAR, years_ago=1)

    story = "a09_undecided"
    owner = person(cast, story)
    for _ in range(2):
        sells(cast, firm(cast, story, owner), NEAR)
    unknown = firm(cast, story, owner)
    sells(cast, unknown, None)
    undecided(cast, unknown, "申报表未填销售额")


def ties(cast: Cast) -> None:
    story = "a09_chain"
    investor, clerk = person(cast, story, old_at=(LOCAL,)), person(cast, story)
    first = firm(cast, story, investor)
    second = firm(cast, story, tax_handler=clerk)
    third = firm(cast, story, tax_handler=clerk, old_at=(STATE,))
    cast.invests(investor, second, WHOLE, bureaus=(LOCAL,))
    splits(cast, *sell(cast, first, second, third))

    story = "a09_controller"
    controller = person(cast, story)
    group = [firm(cast, story) for _ in range(3)]
    for member in group:
        name(cast, member, controller, role="09")
    splits(cast, *sell(cast, *group))

    story = "a09_mobile_and_address"
    phone, address = _phone(cast), _address(cast)
    first, second = firm(cast, story, phone=phone), firm(cast, story, phone=phone, address=address)
    splits(cast, *sell(cast, first, second, firm(cast, story, address=address)))

    story = "a09_unconnected"
    sell(cast, *(firm(cast, story) for _ in range(3)))

    story = "a09_clerk_of_an_agency"
    clerk = person(cast, story)
    agency = firm(cast, story, clerk)
    sell(cast, *(firm(cast, story, tax_handler=clerk, agent=agency.known_as) for _ in range(3)))

    story = "a09_share_sold"
    investor = person(cast, story)
    group = [firm(cast, story) for _ in range(3)]
    for member, until in zip(group, (None, None, cast.ago(1)), strict=True):
        cast.invests(investor, member, WHOLE, until=until)
    sell(cast, *group)


def members(cast: Cast) -> None:
    story = "a09_third_is_general"
    owner = person(cast, story)
    sell(cast, firm(cast, story, owner), firm(cast, story, owner))
    sell(cast, firm(cast, story, owner, general=True))

    story = "a09_third_is_gone"
    owner = person(cast, story)
    gone = firm(cast, story, owner, status=at_both(DEREGISTERED, cast.ago(20)))
    sell(cast, firm(cast, story, owner), firm(cast, story, owner), gone)


def circles(cast: Cast) -> None:
    for story, fen, days, hit in (
        ("a09_circle", (18_750_000, 16_250_000, 15_000_000), (150, 120, 61), True),
        ("a09_circle_one_fen_less", (18_750_000, 16_249_999, 15_000_000), (150, 120, 61), False),
        ("a09_circle_uneven", (18_750_000, 18_000_000, 14_999_999), (150, 120, 61), False),
        ("a09_circle_too_long", (20_000_000,) * 3, (151, 120, 61), False),
        ("a09_circle_today", (20_000_000,) * 3, (0, 0, 0), True),
    ):
        three = [trader(cast, story) for _ in range(3)]
        circle(cast, three, fen=fen, days=tuple(map(cast.ago, days)))
        if hit:
            runs_in_a_circle(cast, *three)

    year_ago = cast.year_ago()
    for story, first in (
        ("a09_circle_a_year_ago", year_ago),
        ("a09_circle_before", year_ago - timedelta(1)),
    ):
        three = [trader(cast, story) for _ in range(3)]
        circle(cast, three, days=(first, year_ago, year_ago + timedelta(20)))
        if first == year_ago:
            runs_in_a_circle(cast, *three)

    story = "a09_circle_old_number"
    old, *others = (trader(cast, story, old_at=(bureau,)) for bureau in (STATE, LOCAL, STATE))
    circle(cast, (old, *others), numbers={old.index: old.taxpayer[STATE]})
    runs_in_a_circle(cast, old, *others)

    story = "a09_circle_of_four"
    circle(cast, [trader(cast, story) for _ in range(4)])


def spoilt_circles(cast: Cast) -> None:
    story = "a09_circle_taken_back"
    three = [trader(cast, story) for _ in range(3)]
    circle(cast, three)
    invoices(cast, three[0], three[1], cast.ago(35), -5_000_000)

    story = "a09_circle_evened"
    three = [trader(cast, story) for _ in range(3)]
    circle(cast, three, fen=(26_000_000, 20_000_000, 20_000_000))
    invoices(cast, three[0], three[1], cast.ago(35), -4_000_000)
    runs_in_a_circle(cast, *three)

    story = "a09_circle_void"
    three = [trader(cast, story) for _ in range(3)]
    invoices(cast, three[0], three[1], cast.ago(50), 20_000_000)
    invoices(cast, three[1], three[2], cast.ago(45), 20_000_000)
    invoices(cast, three[2], three[0], cast.ago(40), 20_000_000, state=VOID)

    story = "a09_circle_undecided"
    three = [trader(cast, story) for _ in range(3)]
    circle(cast, three, fen=(20_000_000, 20_000_000, NONE), days=[cast.ago(330)] * 3)
    for one in three:
        undecided(cast, one, "发票金额不详")


def person(cast: Cast, story: str, *, old_at: Sequence[Bureau] = ()) -> Person:
    """Somebody with a telephone of his own."""
    return cast.person(story, phone=_phone(cast), old_at=old_at)


def firm(
    cast: Cast,
    story: str,
    legal_rep: Person | None = None,
    *,
    tax_handler: Person | None = None,
    old_at: Sequence[Bureau] = (),
    status: Mapping[Bureau, tuple[str, date]] | None = None,
    agent: str = "",
    general: bool = False,
    address: str = "",
    phone: str = "",
) -> Firm:
    """An enterprise that shares nothing that is not said, and whose returns are written here."""
    return cast.firm(
        story,
        legal_rep or person(cast, story),
        tax_handler=tax_handler,
        old_at=old_at,
        status=status,
        agent=agent,
        general=general,
        address=address or _address(cast),
        phone=phone,
        files=False,
    )


def trader(cast: Cast, story: str, *, old_at: Sequence[Bureau] = ()) -> Firm:
    """An enterprise that declares more than it invoices to the next of its circle."""
    one = firm(cast, story, old_at=old_at)
    sells(cast, one, WELL_BELOW)
    sells(cast, one, WELL_BELOW, years_ago=1)
    return one


def sell(cast: Cast, *firms: Firm) -> tuple[Firm, ...]:
    for one in firms:
        sells(cast, one, NEAR)
    return firms


def sells(cast: Cast, firm: Firm, fen: int | None, *, years_ago: int = 0) -> None:
    """VAT returns of twelve months, by quarters; None for sales that are left empty."""
    month = cast.day.year * 12 + cast.day.month - 1 - 12 * years_ago
    for back in (12, 9, 6, 3):
        first, after = (date(m // 12, m % 12 + 1, 1) for m in (month - back, month - back + 3))
        share = NONE if fen is None else fen // 4 + (fen % 4 if back == 3 else 0)
        cast.write(
            cast.world.post.to(STATE, "filing"),
            cast.uuid(), firm.registration[STATE], VAT, first, after - timedelta(1),
            min(after + timedelta(9), cast.day), share, 0, "0", "N",
        )  # fmt: skip


def circle(
    cast: Cast,
    firms: Sequence[Firm],
    *,
    fen: Sequence[int] = (20_000_000,) * 4,
    days: Sequence[date] = (),
    numbers: Mapping[int, str] | None = None,
) -> None:
    """Each invoices to the next and the last to the first; `numbers` of firms under another one."""
    days = days or [cast.ago(50 - 3 * place) for place in range(4)]
    known = {one.index: one.known_as for one in firms} | dict(numbers or {})
    for seller, buyer, amount, day in zip(
        firms, [*firms[1:], firms[0]], fen[: len(firms)], days[: len(firms)], strict=True
    ):
        invoices(cast, seller, buyer, day, amount, known=(known[seller.index], known[buyer.index]))


def invoices(
    cast: Cast,
    seller: Firm,
    buyer: Firm,
    day: date,
    fen: int,
    *,
    state: str = NORMAL,
    known: tuple[str, str] | None = None,
) -> None:
    code, number = divmod(9_000_000_000 + cast.serial(), 100_000_000)
    cast.write(
        cast.world.post.table("invoice_ledger"),
        f"37009{code:05d}", f"{number:08d}", PLAIN,
        *(known or (seller.known_as, buyer.known_as)), day, fen,
        NONE if fen == NONE else fen * 17 // 100, state, "1010101010000000000",
    )  # fmt: skip


def splits(cast: Cast, *firms: Firm) -> None:
    for one in firms:
        found(cast, "A09", one, "split", "关联小规模纳税人合计达到一般纳税人标准")


def runs_in_a_circle(cast: Cast, *firms: Firm) -> None:
    for one in firms:
        found(cast, "A09", one, "circular", "三户环形开票")


def undecided(cast: Cast, firm: Firm, because: str) -> None:
    cast.truth.leaves("A09", cast.key(firm), cast.key(firm), because)


def _phone(cast: Cast) -> str:
    return f"179{99_000_000 + cast.serial():08d}"


def _address(cast: Cast) -> str:
    return f"山东省滨州市阳信县信城街道梨乡路{90_000 + cast.serial()}号"
