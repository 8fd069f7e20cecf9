"""A06: a new enterprise bursts with special invoices, then files nothing or changes hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from city.cast import BOTH, LOCAL, STATE, Cast, Firm
from city.forms import Bureau
from city.invoices import PLAIN, SPECIAL
from city.registers import ADDRESS, LEGAL_REP
from city.stories.overdue_non_filing import duty, files, middle
from city.stories.saying import found
from city.taxes import VAT

SMALL, LIMIT = 1_000_00, 100_000_00  # an invoice, and the most that one may be for, in fen
MILLION = 1_000_000_00


def play(cast: Cast) -> None:
    bursts(cast)
    first_invoices(cast)
    returns(cast)
    changes(cast)
    ages(cast)
    two_at_once(cast)


def bursts(cast: Cast) -> None:
    """All is filed; the representative changes, too late for a burst of the month before."""
    for story, before, month, hit in (
        ("a06_nine_from_none", 0, [SMALL] * 9, False),
        ("a06_ten_from_none", 0, [SMALL] * 10, True),
        ("a06_ten_and_nine_more", 10, [SMALL] * 19, False),
        ("a06_below_thirty_percent", 34, [SMALL] * 44, False),
        ("a06_thirty_percent", 30, [SMALL] * 40, True),
        ("a06_near_the_limit", 0, [LIMIT * 9 // 10] * 4 + [SMALL], True),
        ("a06_below_nine_tenths", 0, [LIMIT * 9 // 10 - 1] * 4 + [SMALL], False),
        ("a06_below_eight_of_ten", 0, [LIMIT] * 3 + [SMALL], False),
    ):
        firm = _new(cast, story)
        _issues(cast, firm, 5, [SMALL] * before)
        _issues(cast, firm, 4, month)
        _changes(cast, firm, middle(cast.day, 4) + timedelta(75))
        if hit:
            _found(cast, firm, "new_representative")

    plain = _new(cast, "a06_plain_invoices")
    _issues(cast, plain, 4, [SMALL] * 12, kind=PLAIN)
    _changes(cast, plain, middle(cast.day, 3))
    void = _new(cast, "a06_one_void")
    _issues(cast, void, 4, [SMALL] * 9)
    cast.invoice(void, SMALL, middle(cast.day, 4), state="2")
    _changes(cast, void, middle(cast.day, 3))

    unknown = _new(cast, "a06_quota_unknown", limit=None)
    _issues(cast, unknown, 4, [LIMIT])
    _changes(cast, unknown, middle(cast.day, 3))
    for target in (cast.key(unknown), cast.key(unknown.legal_rep)):
        cast.truth.leaves("A06", cast.key(unknown), target, "没有票种核定记录")


def first_invoices(cast: Cast) -> None:
    for story, limit, pieces, invoices, hit in (
        ("a06_first_half_a_million", MILLION, 1, [MILLION // 2], False),
        ("a06_first_above_half", MILLION, 1, [MILLION // 2 + 1], True),
        ("a06_first_half_of_quota", MILLION, 2, [MILLION * 8 // 10, SMALL], False),
        ("a06_second_above_half", MILLION, 1, [SMALL, MILLION * 8 // 10], False),
    ):
        firm = _new(cast, story, limit=limit, pieces=pieces)
        _issues(cast, firm, 4, invoices)
        _changes(cast, firm, middle(cast.day, 3))
        if hit:
            _found(cast, firm, "new_representative")


def returns(cast: Cast) -> None:
    not_filed = _bursting(cast, "a06_not_filed")
    _found(cast, not_filed, "not_filed")
    found(cast, "M16", not_filed, "overdue", "增值税逾期未申报")
    late = _bursting(cast, "a06_filed_today")
    files(cast, late, VAT, 2, cast.day, sales=LIMIT)

    zero = _bursting(cast, "a06_zero_filing")
    files(cast, zero, VAT, 2, cast.ago(2))
    _found(cast, zero, "zero_filed")
    found(cast, "A04", zero, "zero_filed", "零申报而有开票")
    corrected = _bursting(cast, "a06_zero_filing_corrected")
    files(cast, corrected, VAT, 2, cast.ago(2))
    files(cast, corrected, VAT, 2, cast.ago(1), sales=LIMIT, kind="1")


def changes(cast: Cast) -> None:
    on = middle(cast.day, 4)
    for story, changed, item, bureaus, hit in (
        ("a06_changed_after_90_days", on + timedelta(90), LEGAL_REP, BOTH, True),
        ("a06_changed_after_91_days", on + timedelta(91), LEGAL_REP, BOTH, False),
        ("a06_changed_the_day_before", on - timedelta(1), LEGAL_REP, BOTH, False),
        ("a06_changed_at_local", on, LEGAL_REP, (LOCAL,), True),
        ("a06_changed_address", on, ADDRESS, BOTH, False),
    ):
        firm = _new(cast, story, old_at=(STATE,))
        _issues(cast, firm, 4, [LIMIT])
        _changes(cast, firm, changed, item=item, bureaus=bureaus)
        if hit:
            _found(cast, firm, "new_representative")


def ages(cast: Cast) -> None:
    six_months_before = middle(cast.day, 10)
    for story, registered, hit in (
        ("a06_six_months_old", six_months_before, True),
        ("a06_older", six_months_before - timedelta(1), False),
    ):
        firm = _new(cast, story, registered=registered)
        _issues(cast, firm, 4, [LIMIT])
        _changes(cast, firm, middle(cast.day, 3))
        if hit:
            _found(cast, firm, "new_representative")


def two_at_once(cast: Cast) -> None:
    firm = _bursting(cast, "a06_owes_too")
    files(cast, firm, VAT, 2, cast.ago(2), sales=LIMIT)
    cast.owes(firm, 20_000_00)
    cast.truth.owes(cast.key(firm), 20_000_00)
    _changes(cast, firm, middle(cast.day, 1))
    _found(cast, firm, "new_representative")


def _new(
    cast: Cast,
    story: str,
    *,
    registered: date | None = None,
    limit: int | None = LIMIT,
    pieces: int = 50,
    old_at: Sequence[Bureau] = (),
) -> Firm:
    """A general taxpayer, registered two months before the burst unless told, with its quota."""
    registered = registered or middle(cast.day, 6)
    firm = cast.firm(story, files=False, general=True, registered=registered, old_at=old_at)
    if limit is not None:
        cast.write(
            cast.world.post.to(STATE, "invoice_quota"),
            cast.uuid(), firm.registration[STATE], SPECIAL, str(pieces), str(pieces), limit,
            registered, None, "Y",
        )  # fmt: skip
    return firm


def _bursting(cast: Cast, story: str) -> Firm:
    """A new enterprise that issued one invoice at the limit two months ago, to be declared."""
    firm = _new(cast, story, registered=middle(cast.day, 4))
    cast.invoice(firm, LIMIT, middle(cast.day, 2))
    duty(cast, firm, VAT, 2, middle(cast.day, 1))
    return firm


def _issues(
    cast: Cast, firm: Firm, back: int, amounts: Sequence[int], *, kind: str = SPECIAL
) -> None:
    """These invoices on one day so many months ago, declared in time."""
    for fen in amounts:
        cast.invoice(firm, fen, middle(cast.day, back), kind=kind)
    if amounts:
        duty(cast, firm, VAT, back, middle(cast.day, back - 1))
        files(cast, firm, VAT, back, middle(cast.day, back - 1), sales=sum(amounts))


def _changes(
    cast: Cast,
    firm: Firm,
    changed: date,
    *,
    item: str = LEGAL_REP,
    bureaus: Sequence[Bureau] = (STATE,),
) -> None:
    for bureau in bureaus:
        cast.write(
            cast.world.post.to(bureau, "registration_change"),
            cast.uuid(), firm.registration[bureau], item, changed,
        )  # fmt: skip


def _found(cast: Cast, firm: Firm, band: str) -> None:
    cast.truth.has_burst(cast.key(firm), cast.key(firm.legal_rep), band)
