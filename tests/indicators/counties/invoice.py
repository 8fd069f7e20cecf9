from __future__ import annotations

from datetime import timedelta

from tests.indicators.counties.world import DAY, Dice, Rows, World

LATELY = [-18, -19, -30, -48, -49, -60, -79, -100, -110, -140, -141, -150]
AMOUNTS = ["-100000", "-1000", "0.01", "99999.99", "100000", "110000", "400000", "1200000"]


def rows(dice: Dice, world: World) -> Rows:
    single = [
        {
            "invoice_code": "3700",
            "invoice_number": f"{n}",
            "seller_id": dice.one([*world.numbers, None]),
            "buyer_id": dice.one([*world.numbers, ""]),
            "issued_on": DAY + timedelta(dice.one(LATELY)) if dice.often(0.7) else dice.day(0.1),
            "amount": dice.amount(AMOUNTS, 0.03),
            "tax": dice.amount(["0", "17000"], 0.1),
            "state": dice.one(["normal", "normal", "void", "reversed", None]),
            "goods_code": "1010101010000000000",
        }
        for n in dice.some(30)
    ]
    traders = [row["credit_code"] or row["taxpayer_id"] for row in world.apart]
    if len(traders) < 3:
        return single
    return single + [row for n in dice.some(4) for row in circle(dice, traders, n)]


def circle(dice: Dice, traders: list[str | None], number: int) -> Rows:
    """Three invoices on which each sells to the next, in about ninety days."""
    three = dice.random.sample(traders, 3)
    first = DAY - timedelta(dice.one([0, 89, 90, 200, 364, 365, 366]))
    amounts = ["200000"] * 12 + ["160000", "159999.99", "166666.67", "900000"]
    return [
        {
            "invoice_code": "3701",
            "invoice_number": f"{number}{place}",
            "seller_id": seller,
            "buyer_id": buyer,
            "issued_on": first + timedelta(dice.one([0, 0, 0, 5, 89, 90])),
            "amount": dice.amount(amounts, 0.1),
            "tax": dice.amount(["17000"], 0.1),
            "state": dice.one(["normal"] * 6 + [None, "void"]),
            "goods_code": "1010101010000000000",
        }
        for place, (seller, buyer) in enumerate(zip(three, [*three[1:], three[0]], strict=True))
    ]
