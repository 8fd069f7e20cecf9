"""M17: violations that are not settled, and fines that are not paid fifteen days later."""

from __future__ import annotations

from city.cast import BOTH, LOCAL, STATE, Cast
from city.stories.saying import found, violates


def play(cast: Cast) -> None:
    for story, days, band in (
        ("m17_today", 0, "open"),
        ("m17_sixty_days", 60, "open"),
        ("m17_sixty_one_days", 61, "open_long"),
    ):
        firm = cast.firm(story)
        violates(cast, firm, cast.ago(days))
        found(cast, "M17", firm, band, f"{days} 天前登记的违法违章未处理")

    for story, decided, band in (
        ("m17_fine_fifteen_days", 15, ""),
        ("m17_fine_sixteen_days", 16, "fine_overdue"),
    ):
        firm = cast.firm(story)
        violates(
            cast, firm, cast.ago(30), stage="3", decided=cast.ago(decided), fine=100_00, paid=99_99
        )
        if band:
            found(cast, "M17", firm, band, "罚款还差一分")

    settled = cast.firm("m17_settled")
    violates(
        cast, settled, cast.ago(300), stage="3", decided=cast.ago(200), fine=100_00, paid=100_00
    )
    of_invoices = cast.firm("m17_of_invoices")
    violates(cast, of_invoices, cast.ago(10), kind="04")
    found(cast, "M13", of_invoices, "open", "发票违法违章未处理")
    unpaid = cast.firm("m17_payment_unknown")
    violates(cast, unpaid, cast.ago(300), stage="3", decided=cast.ago(200), fine=100_00)
    cast.truth.leaves("M17", cast.key(unpaid), cast.key(unpaid), "罚款是否缴清不明")

    both = cast.firm("m17_both_bureaus", old_at=(STATE,))
    for bureau in BOTH:
        violates(cast, both, cast.ago(20), bureau=bureau)
    violates(
        cast, both, cast.ago(90), bureau=LOCAL, stage="2", decided=cast.ago(80), fine=50_00, paid=0
    )
    found(cast, "M17", both, "fine_overdue_long", "国税、地税各有未处理，另有罚款逾期")

    person = cast.person("m17_person")
    cast.firm("m17_person", person)
    violates(cast, person, cast.ago(70), bureau=STATE)
    found(cast, "M17", person, "open_long", "自然人违法违章未处理")
