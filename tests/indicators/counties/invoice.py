from __future__ import annotations

from datetime import timedelta
from random import Random

from tests.indicators.counties.world import DAY, NEAR, Dice, Rows, World

LATELY = [-18, -19, -30, -48, -49, -60, -79, -100, -110, -140, -141, -150]
OLDER = [-185, -200, -215, -230, -330, -345]  # of who was registered a year ago
AMOUNTS = ["-100000", "-1000", "0.01", "99999.99", "100000", "110000", "400000", "1200000"]
KINDS = ["1130", "1130", "1130", "1140", "2130", None]

CATEGORIES = ["1010101010000000000", "1010103010000000000", "1080207010000000000",
              "3040201010000000000"]  # fmt: skip
# the edges of six and of twelve whole months before
MONTHS = [*NEAR, -18, -30, -60, -90, -198, -199, -382, -383]
LARGE = ["-1000", "0.01", "300", "99999.99", "100000", "110000", "500000", "999999.99", "1000000",
           "2999999.99", "3000000", "4200000"]  # fmt: skip


def parties(number: int, world: World) -> dict[str, str | None]:
    """Seller and buyer of an invoice, the same for its head and for its lines."""
    some = Random(number)
    return {
        "seller_id": some.choice([*world.numbers, None]),
        "buyer_id": some.choice([*world.numbers, ""]),
    }


def rows(dice: Dice, world: World) -> Rows:
    if dice.often(0.5):  # by itself, for one invoice of unknown goods leaves its parties undecided
        return goods(dice, world)
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


def goods(dice: Dice, world: World) -> Rows:
    """Invoices whose lines tell of goods (`invoice_line`), large ones among them."""
    return [
        {
            "invoice_code": "3702",
            "invoice_number": f"{n}",
            "kind": dice.one(KINDS),
            **parties(n, world),
            "issued_on": dice.day(0.05, MONTHS),
            "amount": dice.amount(LARGE, 0.1),
            "tax": dice.amount(["0", "17000"], 0.1),
            "state": dice.one(["normal", "normal", "void", "reversed", None]),
            "goods_code": dice.one(CATEGORIES),
        }
        for n in dice.some(10)
    ]


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
