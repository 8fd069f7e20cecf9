"""A08: shares sold far below their worth, assets sold while owing, a new chair before the end.

A person sells half of an enterprise whose net assets were a million yuan: 400,000 yuan are four
fifths of what the half is worth.
"""

from __future__ import annotations

from datetime import date

from city.cast import BOTH, LOCAL, STATE, Cast, Firm, Person
from city.forms import NONE, Bureau
from city.investors import ENTERPRISE_INVESTOR
from city.people import PASSPORT
from city.stories.lost_contact import determine, lost
from city.stories.saying import code_of, found, opened, violates
from city.taxes import SURCHARGE
from city.transfers import CARER, KIN, NEW_ADDRESS, NEW_REP, NO_KIN, OTHER, REAL_ESTATE

MILLION = 100_000_000  # fen
LEAST = 40_000_000
HALF = 5_000  # hundredths of a percent
SOLD = 40  # days ago


def play(cast: Cast) -> None:
    prices(cast)
    proofs(cast)
    balances(cast)
    several_sales(cast)
    disposals(cast)
    new_representatives(cast)


def prices(cast: Cast) -> None:
    for story, fen, verdict in (
        ("a08_four_fifths", LEAST, ""),
        ("a08_a_fen_below", LEAST - 1, "low"),
        ("a08_one_yuan", 100, "low"),
        ("a08_no_yuan", 0, "low"),
        ("a08_price_unknown", None, "unknown"),
    ):
        firm = worth_a_million(cast, story)
        said(cast, firm, sells(cast, firm, fen), verdict)

    for story, fen, verdict in (
        ("a08_one_yuan_without_balance", 100, "low"),
        ("a08_more_without_balance", 101, "unknown"),
    ):
        firm = cast.firm(story)
        said(cast, firm, sells(cast, firm, fen), verdict)

    firm = worth_a_million(cast, "a08_share_unknown")
    said(cast, firm, sells(cast, firm, LEAST - 1, share=None), "unknown")

    for story, days, verdict in (
        ("a08_sold_today", 0, "low"),
        ("a08_sold_long_ago", 1_097, ""),
        ("a08_sold_tomorrow", -1, ""),
    ):
        firm = cast.firm(story)
        said(cast, firm, sells(cast, firm, 0, days=days), verdict)


def proofs(cast: Cast) -> None:
    for story, kinship, verdict in (
        ("a08_kin", KIN, ""),
        ("a08_carer", CARER, ""),
        ("a08_kinship_not_told", "", "low"),
    ):
        firm = worth_a_million(cast, story)
        said(cast, firm, sells(cast, firm, 0, kinship=kinship), verdict)

    for story, taxed, on, verdict in (
        ("a08_taxed_at_four_fifths", LEAST, 0, ""),
        ("a08_taxed_below", LEAST - 1, 10, "low"),
        ("a08_taxed_tomorrow", LEAST, -1, "low"),
    ):
        firm = worth_a_million(cast, story)
        said(cast, firm, sells(cast, firm, 0, taxed=taxed, taxed_on=cast.ago(on)), verdict)


def balances(cast: Cast) -> None:
    nothing = cast.firm("a08_worth_nothing")
    balance(cast, nothing, 1, -MILLION)
    sells(cast, nothing, 200)

    older = cast.firm("a08_balance_of_two_years_before")
    balance(cast, older, 2, MILLION)
    said(cast, older, sells(cast, older, LEAST - 1), "low")

    too_old = cast.firm("a08_balance_too_old")
    balance(cast, too_old, 3, MILLION)
    said(cast, too_old, sells(cast, too_old, LEAST - 1), "unknown")

    newest = cast.firm("a08_newest_balance_counts")
    balance(cast, newest, 1, MILLION // 2)
    balance(cast, newest, 2, 9 * MILLION)
    sells(cast, newest, LEAST - 1)

    corrected = cast.firm("a08_corrected_balance", old_at=(LOCAL,))
    balance(cast, corrected, 1, MILLION // 2, filed=cast.ago(2))
    balance(cast, corrected, 1, MILLION, LOCAL, filed=cast.ago(1))
    said(cast, corrected, sells(cast, corrected, LEAST - 1), "low")


def several_sales(cast: Cast) -> None:
    old = worth_a_million(cast, "a08_old_numbers", old_at=BOTH)
    foreigner = cast.person("a08_old_numbers", kind=PASSPORT)
    said(cast, old, sells(cast, old, 0, seller=foreigner), "low")

    two = worth_a_million(cast, "a08_two_sellers")
    said(cast, two, sells(cast, two, 100), "low")
    seller = sells(cast, two, 200)
    key = cast.key(two)
    cast.truth.finds("A08", key, cast.key(seller), "low_price", "同一企业另一股东低价转让")

    mixed = worth_a_million(cast, "a08_one_low_one_unknown")
    sells(cast, mixed, None)
    said(cast, mixed, sells(cast, mixed, 200), "low")

    # The rule is that of the individual income tax.
    firm = worth_a_million(cast, "a08_sold_by_enterprise")
    sells(cast, firm, 0, seller=cast.firm("a08_sold_by_enterprise"))


def disposals(cast: Cast) -> None:
    for story, fen, due, paid, is_found in (
        ("a08_owed_50k_paid_since", 5_000_000, SOLD + 1, SOLD - 1, True),
        ("a08_owed_below_50k", 4_999_999, SOLD + 1, SOLD - 1, False),
        ("a08_due_on_the_day", 5_000_000, SOLD, SOLD - 1, False),
        ("a08_paid_on_the_day", 5_000_000, SOLD + 1, SOLD, False),
    ):
        firm = cast.firm(story)
        cast.owes(firm, fen, due=cast.ago(due), paid=cast.ago(paid))
        property_sold(cast, firm)
        if is_found:
            found(cast, "A08", firm, "unreported", "欠税期间转让不动产未报告")

    surcharge = cast.firm("a08_owed_surcharge")
    cast.owes(surcharge, 9_000_000, due=cast.ago(90), paid=cast.ago(5), kind=SURCHARGE)
    property_sold(cast, surcharge)

    both = cast.firm("a08_owed_over_both", old_at=(STATE,))
    cast.owes(both, 3_000_000, STATE, due=cast.ago(90), paid=cast.ago(5))
    cast.owes(both, 2_000_000, LOCAL, due=cast.ago(90), paid=cast.ago(5), item="10109")
    property_sold(cast, both, number=both.taxpayer[STATE])
    found(cast, "A08", both, "unreported", "国税地税合计欠税五万元")

    for story, days, told_before in (
        ("a08_reported_on_the_day", SOLD, True),
        ("a08_reported_before", SOLD + 300, True),
        ("a08_reported_after", SOLD - 1, False),
        ("a08_reported_too_long_before", SOLD + 370, False),
    ):
        firm = owed(cast, story)
        property_sold(cast, firm)
        reports(cast, firm, cast.ago(days), asset=REAL_ESTATE)
        if not told_before:
            found(cast, "A08", firm, "unreported", "欠税期间转让不动产，事前一年内未报告")

    local = owed(cast, "a08_reported_to_local")
    property_sold(cast, local)
    reports(cast, local, cast.ago(SOLD + 5), bureau=LOCAL, asset=OTHER)

    seller = owed(cast, "a08_owing_enterprise_sells_shares")
    sells(cast, cast.firm("a08_share_of_another"), 9 * MILLION, seller=seller)
    found(cast, "A08", seller, "unreported", "欠税期间转让股权未报告")


def new_representatives(cast: Cast) -> None:
    for story, days, item, is_found in (
        ("a08_chair_changed_90_days", 90, NEW_REP, True),
        ("a08_chair_changed_91_days", 91, NEW_REP, False),
        ("a08_chair_changes_tomorrow", -1, NEW_REP, False),
        ("a08_moved_under_inspection", 10, NEW_ADDRESS, False),
    ):
        firm = cast.firm(story)
        cast.inspection(firm, STATE, cast.ago(200))
        opened(cast, firm, "inspection")
        changes(cast, firm, item, cast.ago(days))
        if is_found:
            found(cast, "A08", firm, "rep_changed", "近期变更法定代表人，稽查案件未结")

    changes(cast, cast.firm("a08_chair_changed_nothing_open"), NEW_REP, cast.ago(10))
    closed = cast.firm("a08_chair_changed_all_closed")
    cast.inspection(closed, STATE, cast.ago(400), cast.day)
    changes(cast, closed, NEW_REP, cast.ago(10))

    owing = cast.firm("a08_chair_changed_owing")
    cast.owes(owing, 1_200)
    found(cast, "M09", owing, "owing", "欠税 12.00 元")
    gone = cast.firm("a08_chair_changed_lost", old_at=BOTH)
    determine(cast, gone, LOCAL, cast.ago(20))
    lost(cast, gone)
    fined = cast.firm("a08_chair_changed_violation")
    violates(cast, fined, cast.ago(20))
    found(cast, "M17", fined, "open", "20 天前登记的违法违章未处理")
    for firm in (owing, gone, fined):
        changes(cast, firm, NEW_REP, cast.day)
        found(cast, "A08", firm, "rep_changed", "近期变更法定代表人，有未办结事项")

    everything = owed(cast, "a08_three_facts")
    property_sold(cast, everything)
    cast.inspection(everything, LOCAL, cast.ago(15))
    opened(cast, everything, "inspection")
    changes(cast, everything, NEW_REP, cast.ago(3))
    said(cast, everything, sells(cast, everything, 0), "low")

    sold_and_changed = owed(cast, "a08_two_facts")
    property_sold(cast, sold_and_changed)
    cast.inspection(sold_and_changed, LOCAL, cast.ago(15))
    opened(cast, sold_and_changed, "inspection")
    changes(cast, sold_and_changed, NEW_REP, cast.ago(3))
    found(cast, "A08", sold_and_changed, "unreported", "欠税转让未报告，又变更法定代表人")


def worth_a_million(cast: Cast, story: str, *, old_at: tuple[Bureau, ...] = ()) -> Firm:
    firm = cast.firm(story, old_at=old_at)
    balance(cast, firm, 1, MILLION)
    return firm


def owed(cast: Cast, story: str) -> Firm:
    """Who owed 80,000 yuan when it sold, and has paid since."""
    firm = cast.firm(story)
    cast.owes(firm, 8_000_000, due=cast.ago(90), paid=cast.ago(5))
    return firm


def balance(
    cast: Cast,
    firm: Firm,
    back: int,
    net: int,
    bureau: Bureau = STATE,
    *,
    filed: date | None = None,
) -> None:
    """A balance sheet of so many years before the sale."""
    year = cast.ago(SOLD).year - back
    cast.write(
        cast.world.post.to(bureau, "balance_sheet"),
        cast.uuid(), firm.registration[bureau], str(year), max(net, 0) + 7_000_000,
        max(-net, 0) + 7_000_000, net, filed or min(date(year + 1, 4, 20), cast.ago(3)),
    )  # fmt: skip


def sells(
    cast: Cast,
    firm: Firm,
    price: int | None,
    *,
    seller: Person | Firm | None = None,
    share: int | None = HALF,
    days: int = SOLD,
    kinship: str = NO_KIN,
    taxed: int | None = None,
    taxed_on: date | None = None,
) -> Person | Firm:
    """Half of `firm` by someone who has no other part in it; price in fen."""
    seller = seller or cast.person(firm.story)
    buyer = cast.person(firm.story)
    is_person = isinstance(seller, Person)
    kind = seller.kind if isinstance(seller, Person) else ENTERPRISE_INVESTOR
    number = seller.number if isinstance(seller, Person) else seller.known_as
    cast.write(
        cast.world.post.table("equity_ledger"),
        f"GQ9{cast.serial():09d}", code_of(cast, firm), seller.name, kind, number,
        buyer.name, buyer.kind, buyer.number, NONE if share is None else share,
        NONE if price is None else price, cast.ago(days), kinship if is_person else "",
        NONE if taxed is None else taxed, taxed_on,
    )  # fmt: skip
    return seller


def property_sold(cast: Cast, firm: Firm, *, number: str = "") -> None:
    """`number` where the registry knows the seller under another one."""
    cast.write(
        cast.world.post.table("real_estate_transfer"),
        f"BDC9{cast.serial():09d}", number or firm.known_as, 260_000_000, cast.ago(SOLD),
    )  # fmt: skip


def reports(cast: Cast, firm: Firm, day: date, *, asset: str, bureau: Bureau = STATE) -> None:
    table = cast.world.post.to(bureau, "disposal_report")
    cast.write(table, cast.uuid(), firm.registration[bureau], asset, day)


def changes(cast: Cast, firm: Firm, item: str, day: date) -> None:
    table = cast.world.post.table("market_change")
    cast.write(table, f"BG9{cast.serial():09d}", code_of(cast, firm), item, day)


def said(cast: Cast, firm: Firm, seller: Person | Firm, verdict: str) -> None:
    cast.truth.sells_shares(cast.key(firm), cast.key(seller), verdict)
