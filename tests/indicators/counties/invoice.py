from __future__ import annotations

from datetime import timedelta

from tests.indicators.counties.world import DAY, NEAR, Dice, Rows, World

LATELY = [-18, -19, -30, -48, -49, -60, -79, -100, -110, -140, -141, -150]
OLDER = [-185, -200, -215, -230, -330, -345]  # of who was registered a year ago
AMOUNTS = ["-100000", "-1000", "0.01", "99999.99", "100000", "110000", "400000", "1200000"]
KINDS = ["1130", "1130", "1130", "1140", "2130", None]


def rows(dice: Dice, world: World) -> Rows:
    found = [_invoice(dice, dice.one([*world.numbers, None]), world) for _n in dice.some(30)]
    for _burst in dice.some(3):  # ten more than the month before, or one less, of one seller
        seller = dice.one(world.numbers)
        last = dice.one([-20, -200, -200])
        for pieces, back in (
            (dice.one([0, 1, 30]), last - 30),
            (dice.one([9, 10, 11, 39, 40]), last),
        ):
            alike = _invoice(dice, seller, world)
            days = {"issued_on": DAY + timedelta(back), "state": "normal", "kind": "1130"}
            found += [alike | days for _n in range(pieces)]
    single = [
        row | {"invoice_code": "3700", "invoice_number": f"{n}"} for n, row in enumerate(found)
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
            "kind": dice.one(KINDS),
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


def _invoice(dice: Dice, seller: str | None, world: World) -> dict[str, object]:
    return {
        "kind": dice.one(KINDS),
        "seller_id": seller,
        "buyer_id": dice.one([*world.numbers, ""]),
        "issued_on": dice.day(0.02, dice.one([LATELY, LATELY, OLDER, NEAR])),
        "amount": dice.amount(AMOUNTS, 0.03),
        "tax": dice.amount(["0", "17000"], 0.1),
        "state": dice.one(["normal", "normal", "void", "reversed", None]),
        "goods_code": "1010101010000000000",
    }
