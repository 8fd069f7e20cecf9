"""M09: taxes past their due day, summed over both bureaus."""

from __future__ import annotations

from city.cast import BOTH, LOCAL, STATE, Cast
from city.stories.saying import owing
from city.taxes import FINE, SURCHARGE


def play(cast: Cast) -> None:
    yesterday = cast.ago(1)
    for story, fen, band in (
        ("m09_one_fen", 1, "owing"),
        ("m09_below_50k", 4_999_999, "owing"),
        ("m09_above_50k", 5_000_001, "owing_50k"),
        ("m09_below_2m", 199_999_999, "owing_50k"),
        ("m09_at_2m", 200_000_000, "owing_2m"),
    ):
        firm = cast.firm(story)
        cast.owes(firm, fen, due=yesterday)
        owing(cast, firm, band, f"欠税 {fen // 100}.{fen % 100:02d} 元")

    exactly = cast.firm("m09_at_50k_over_both", old_at=(LOCAL,))
    cast.owes(exactly, 3_000_000, STATE)
    cast.owes(exactly, 2_000_000, LOCAL, item="10109")
    owing(cast, exactly, "owing_50k", "国税 30000 元，地税 20000 元")

    cast.owes(cast.firm("m09_due_today"), 9_000_000, due=cast.day)
    cast.owes(cast.firm("m09_paid_today"), 9_000_000, paid=cast.day)
    cast.owes(cast.firm("m09_paid_late"), 9_000_000, due=cast.ago(200), paid=cast.ago(3))
    cast.owes(cast.firm("m09_surcharge_only"), 6_000_000, kind=SURCHARGE)
    cast.owes(cast.firm("m09_fine_only"), 6_000_000, kind=FINE)
    cast.owes(cast.firm("m09_refund_only"), -100_000)

    refund = cast.firm("m09_refund_beside")
    cast.owes(refund, 8_000_000)
    cast.owes(refund, -100_000)
    owing(cast, refund, "owing_50k", "欠税 80000.00 元")

    half_due = cast.firm("m09_only_what_is_due")
    cast.owes(half_due, 4_000_000, due=yesterday)
    cast.owes(half_due, 4_000_000, due=cast.day)
    owing(cast, half_due, "owing", "到期 40000.00 元，另有未到期")

    shop = cast.firm("m09_shop_by_owner", shop=True)
    cast.owes(shop, 3_500_000, STATE)
    cast.owes(shop, 1_500_000, LOCAL, item="10106")
    owing(cast, shop, "owing_50k", "个体户以业主身份证号登记，国税地税合计 50000.00 元")

    owner = cast.person("m09_owner_like_credit_code", like_credit_code=True)
    twin = cast.firm("m09_owner_like_credit_code", owner, shop=True)
    cast.owes(twin, 100_000)
    owing(cast, twin, "owing", "业主身份证号恰好也符合信用代码校验")

    old = cast.firm("m09_old_numbers_only", old_at=BOTH)
    cast.owes(old, 1_200, LOCAL, item="10109")
    owing(cast, old, "owing", "两局均为旧税号")
