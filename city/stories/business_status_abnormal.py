"""M19: gone or moved out in the market while taxed as normal, or in one of its lists."""

from __future__ import annotations

from datetime import date

from city import market
from city.cast import BOTH, LOCAL, STATE, Cast, Firm
from city.enterprises import DEREGISTERED
from city.market import ABNORMAL, ACTIVE, IMPERSONATION, MOVED_OUT, REASONS, REVOKED, SERIOUS
from city.stories.saying import code_of


def play(cast: Cast) -> None:
    for story, status, since, band in (
        ("m19_revoked", REVOKED, cast.day, "ended"),
        ("m19_deregistered", market.DEREGISTERED, cast.ago(200), "ended"),
        ("m19_undone", market.WITHDRAWN, None, "ended"),
        ("m19_moved_out", MOVED_OUT, cast.ago(40), "moved_out"),
        ("m19_active", ACTIVE, cast.ago(40), ""),
        ("m19_gone_tomorrow", REVOKED, cast.ago(-1), ""),
    ):
        firm = cast.firm(story)
        registers(cast, firm, status, since)
        if band:
            found(cast, firm, band)

    for story, by_number, gone_at in (
        ("m19_old_number", BOTH, ()),
        ("m19_local_normal", (LOCAL,), (STATE,)),
        ("m19_tax_followed", (), BOTH),
    ):
        gone = dict.fromkeys(gone_at, (DEREGISTERED, cast.ago(30)))
        firm = cast.firm(story, old_at=by_number, status=gone)
        registers(cast, firm, market.DEREGISTERED, cast.ago(60))
        if gone_at != BOTH:
            found(cast, firm, "ended")

    for story, kind, days, band in (
        ("m19_abnormal_90_days", ABNORMAL, 90, ""),
        ("m19_abnormal_91_days", ABNORMAL, 91, "listed"),
        ("m19_serious_today", SERIOUS, 0, "listed"),
        ("m19_serious_tomorrow", SERIOUS, -1, ""),
        ("m19_impersonated_today", IMPERSONATION, 0, "impersonated"),
    ):
        firm = cast.firm(story)
        lists(cast, firm, kind, cast.ago(days))
        if band:
            found(cast, firm, band)

    for removed in (cast.ago(5), cast.day):
        lists(cast, cast.firm("m19_removed"), SERIOUS, cast.ago(400), removed)
    last = cast.firm("m19_removed_tomorrow")
    lists(cast, last, SERIOUS, cast.ago(400), cast.ago(-1))
    found(cast, last, "listed")

    again = cast.firm("m19_one_removed_one_not")
    lists(cast, again, ABNORMAL, cast.ago(900), cast.ago(500))
    lists(cast, again, ABNORMAL, cast.ago(200))
    found(cast, again, "listed")

    both = cast.firm("m19_impersonated_and_listed")
    lists(cast, both, IMPERSONATION, cast.ago(20))
    lists(cast, both, SERIOUS, cast.ago(10))
    found(cast, both, "impersonated")

    all_of_it = cast.firm("m19_revoked_and_listed")
    registers(cast, all_of_it, REVOKED, cast.ago(20))
    lists(cast, all_of_it, IMPERSONATION, cast.ago(20))
    found(cast, all_of_it, "ended")

    elsewhere = cast.firm("m19_another_code")
    lists(cast, elsewhere, SERIOUS, cast.ago(20), code="91370000MA3ABCDE1B")


def registers(cast: Cast, firm: Firm, status: str, since: date | None) -> None:
    table = cast.world.post.table("market_registration")
    cast.write(table, code_of(cast, firm), status, since)


def lists(
    cast: Cast,
    firm: Firm,
    kind: str,
    entered: date,
    removed: date | None = None,
    *,
    code: str = "",
) -> None:
    """An entry; `code` where market regulation names another enterprise."""
    cast.write(
        cast.world.post.table("market_listing"),
        code or code_of(cast, firm), kind, entered, removed, REASONS[kind],
    )  # fmt: skip


def found(cast: Cast, firm: Firm, band: str) -> None:
    key = cast.key(firm)
    cast.truth.finds("M19", key, key, band, "市场登记状态异常或列入名录")
