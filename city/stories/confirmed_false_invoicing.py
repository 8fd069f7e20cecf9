"""M12: a notice or conclusion of false invoicing that is not closed."""

from __future__ import annotations

from datetime import date

from city.cast import BOTH, LOCAL, STATE, Cast, Firm
from city.forms import Bureau
from city.stories.saying import found


def play(cast: Cast) -> None:
    today = cast.firm("m12_noticed_today")
    proves(cast, today, STATE, cast.day)
    found(cast, "M12", today, "proven", "当日收到已证实虚开通知单")

    for closed in (cast.ago(10), cast.day):
        proves(cast, cast.firm("m12_closed"), STATE, cast.ago(200), closed)

    both = cast.firm("m12_both_bureaus", old_at=(LOCAL,))
    for bureau in BOTH:
        proves(cast, both, bureau, cast.ago(50), direction="2")
    found(cast, "M12", both, "proven", "国税、地税均有受票通知")

    again = cast.firm("m12_one_closed_one_open")
    proves(cast, again, STATE, cast.ago(500), cast.ago(400))
    proves(cast, again, STATE, cast.ago(20), kind="2")
    found(cast, "M12", again, "proven", "稽查结论未结")


def proves(
    cast: Cast,
    firm: Firm,
    bureau: Bureau,
    noticed: date,
    closed: date | None = None,
    *,
    kind: str = "1",
    direction: str = "1",
) -> None:
    cast.write(
        cast.world.post.to(bureau, "invoice_proof"),
        f"YZS9{cast.serial():09d}", firm.registration[bureau], kind, direction, noticed, closed,
        88_000_000,
    )  # fmt: skip
