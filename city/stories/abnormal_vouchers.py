"""M11: abnormal vouchers that are not resolved, of their issuer and of their receivers."""

from __future__ import annotations

from datetime import date

from city.cast import LOCAL, Cast, Firm
from city.conduct import OUTSIDE
from city.forms import NONE
from city.stories.saying import found


def play(cast: Cast) -> None:
    for story, fen, hit in (
        ("m11_thousand_yuan", 100_000, True),
        ("m11_below_thousand_yuan", 99_999, False),
    ):
        firm = cast.firm(story)
        voucher(cast, OUTSIDE, firm, fen)
        if hit:
            found(cast, "M11", firm, "receiver", "受票税额 1000 元")

    summed = cast.firm("m11_two_vouchers", old_at=(LOCAL,))
    for _ in range(2):
        voucher(cast, OUTSIDE, summed, 50_000)
    found(cast, "M11", summed, "receiver", "两份合计 1000 元")

    issuer, receiver = cast.firm("m11_issuer"), cast.firm("m11_receiver_of_issuer")
    voucher(cast, issuer, receiver, 1)
    found(cast, "M11", issuer, "issuer", "开具异常凭证")

    both = cast.firm("m11_both")
    voucher(cast, both, OUTSIDE, 1, entered=cast.day)
    voucher(cast, OUTSIDE, both, 300_000, entered=cast.day)
    found(cast, "M11", both, "both", "既开具又取得")

    for resolved in (cast.ago(5), cast.day):
        voucher(cast, OUTSIDE, cast.firm("m11_resolved"), 900_000, resolved=resolved)

    unknown = cast.firm("m11_tax_unknown")
    voucher(cast, OUTSIDE, unknown, None)
    cast.truth.leaves("M11", cast.key(unknown), cast.key(unknown), "税额不详")

    old = cast.firm("m11_old_number", old_at=(LOCAL,))
    voucher(cast, old.taxpayer[LOCAL], OUTSIDE, 1)
    found(cast, "M11", old, "issuer", "凭证上是旧税号")


def voucher(
    cast: Cast,
    seller: Firm | str,
    buyer: Firm | str,
    tax: int | None,
    *,
    entered: date | None = None,
    resolved: date | None = None,
) -> None:
    """An abnormal voucher; tax in fen."""
    numbers = [one if isinstance(one, str) else one.known_as for one in (seller, buyer)]
    cast.write(
        cast.world.post.table("invoice_abnormal"),
        "3700171130", f"9{cast.serial():07d}", *numbers, "01", NONE if tax is None else tax,
        entered or cast.ago(60), resolved,
    )  # fmt: skip
