"""M06: absconded or out of contact, until the authority lifts it."""

from __future__ import annotations

from datetime import date

from city.cast import BOTH, LOCAL, STATE, Cast, Firm
from city.forms import Bureau


def play(cast: Cast) -> None:
    today = cast.firm("m06_found_today")
    determine(cast, today, STATE, cast.day)
    lost(cast, today)

    for lifted in (cast.ago(20), cast.day):
        determine(cast, cast.firm("m06_lifted"), LOCAL, cast.ago(200), lifted)

    both = cast.firm("m06_both_bureaus", old_at=(LOCAL,))
    for bureau in BOTH:
        determine(cast, both, bureau, cast.ago(100))
    lost(cast, both)

    again = cast.firm("m06_again")
    determine(cast, again, STATE, cast.ago(700), cast.ago(600))
    determine(cast, again, STATE, cast.ago(10))
    lost(cast, again)

    one = cast.firm("m06_lifted_at_one_bureau")
    determine(cast, one, STATE, cast.ago(300), cast.ago(30))
    determine(cast, one, LOCAL, cast.ago(300))
    lost(cast, one)

    shop = cast.firm("m06_shop_by_owner", shop=True)
    determine(cast, shop, LOCAL, cast.ago(45))
    lost(cast, shop)


def determine(
    cast: Cast, firm: Firm, bureau: Bureau, found: date, lifted: date | None = None
) -> None:
    cast.write(
        cast.world.post.to(bureau, "lost_contact"),
        cast.uuid(), firm.registration[bureau], found, lifted,
    )  # fmt: skip


def lost(cast: Cast, firm: Firm) -> None:
    cast.truth.is_lost(cast.key(firm), cast.key(firm.legal_rep))
