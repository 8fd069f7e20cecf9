"""M03: fifteen days after the conclusion was served, and one yuan or more not paid."""

from __future__ import annotations

from datetime import date

from city.cast import BOTH, LOCAL, STATE, Cast, Firm
from city.forms import Bureau
from city.stories.saying import found, relieves, violates


def play(cast: Cast) -> None:
    late, in_time = cast.ago(16), cast.ago(15)
    for story, served, due, paid, hit in (
        ("m03_sixteen_days", late, 100_000, 0, True),
        ("m03_fifteen_days", in_time, 100_000, 0, False),
        ("m03_one_yuan", late, 100_100, 100_000, True),
        ("m03_below_one_yuan", late, 100_099, 100_000, False),
        ("m03_paid", late, 100_000, 100_000, False),
        ("m03_a_million", cast.ago(200), 100_000_000, 0, True),
    ):
        firm = cast.firm(story)
        conclude(cast, firm, STATE, served, due, paid)
        if hit:
            found(cast, "M03", firm, "overdue", f"处理决定逾期未履行 {(due - paid) / 100} 元")

    both = cast.firm("m03_both_bureaus", old_at=(LOCAL,))
    for bureau in BOTH:
        conclude(cast, both, bureau, late, 60, 0)
    found(cast, "M03", both, "overdue", "国税地税合计 1.20 元")

    secured = cast.firm("m03_secured")
    case = conclude(cast, secured, STATE, late, 900_000, 0)
    relieves(cast, secured.registration[STATE], case, STATE, until=cast.day)
    ended = cast.firm("m03_guarantee_ended")
    case = conclude(cast, ended, STATE, late, 900_000, 0)
    relieves(cast, ended.registration[STATE], case, STATE, until=cast.ago(1))
    found(cast, "M03", ended, "overdue", "担保昨日到期")

    unknown = cast.firm("m03_amount_unknown")
    conclude(cast, unknown, LOCAL, late, 500_000, None)
    cast.truth.leaves("M03", cast.key(unknown), cast.key(unknown), "实缴金额不详")

    fined = cast.person("m03_person_fined")
    violates(cast, fined, cast.ago(40), stage="2", decided=late, fine=200_000, paid=0)
    found(cast, "M03", fined, "overdue", "自然人罚款逾期")
    found(cast, "M17", fined, "fine_overdue", "自然人罚款逾期")
    guaranteed = cast.person("m03_person_secured")
    violates(
        cast, guaranteed, cast.ago(40), stage="2", decided=late, fine=200_000, paid=0,
        secured_until=cast.day,
    )  # fmt: skip
    found(cast, "M17", guaranteed, "fine_overdue", "有担保的罚款仍未缴清")


def conclude(
    cast: Cast, firm: Firm, bureau: Bureau, served: date, due: int, paid: int | None
) -> str:
    """A closed case with a conclusion; tax due and paid in fen.  Returns its number."""
    case = f"鲁税稽8{cast.serial():09d}"
    cast.write(
        cast.world.post.to(bureau, "inspection"),
        cast.uuid(), case, firm.registration[bureau], cast.ago(400), served, served, served,
        due, paid, 0, 0, 0, 0,
    )  # fmt: skip
    return case
