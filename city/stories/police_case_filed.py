"""M01: an open case of a tax crime."""

from __future__ import annotations

from city.cast import LOCAL, Cast
from city.people import FOREIGN_PERMIT, HMT_PERMIT, old_number
from city.stories.saying import accuses, found


def play(cast: Cast) -> None:
    two = cast.person("m01_two_enterprises")
    first, second = cast.firm("m01_two_enterprises", two), cast.firm("m01_two_enterprises", two)
    elsewhere = cast.firm("m01_handler_elsewhere", tax_handler=two, finance_officer=two)
    cast.invests(two, elsewhere, 5_000)
    cast.police(two, crime="201", stage="移送审查起诉")
    accuses(cast, two, first, second)

    # The same name, born the same week, is another person.
    cast.firm("m01_homonym", cast.namesake("m01_homonym", two))

    today = cast.person("m01_filed_today")
    cast.police(today, filed=cast.day)
    accuses(cast, today, cast.firm("m01_filed_today", today))

    enterprise = cast.firm("m01_enterprise")
    cast.police(enterprise, crime="205-1")
    found(cast, "M01", enterprise, "filed", "单位被立案")

    both = cast.person("m01_person_and_enterprise")
    theirs = cast.firm("m01_person_and_enterprise", both)
    cast.police(both)
    cast.police(theirs)
    accuses(cast, both, theirs)
    found(cast, "M01", theirs, "filed", "单位被立案")

    again = cast.person("m01_one_ended_one_open")
    cast.police(again, filed=cast.ago(700), stage="不起诉", ended=cast.ago(400))
    cast.police(again, crime="209", filed=cast.ago(5))
    accuses(cast, again, cast.firm("m01_one_ended_one_open", again))

    old = cast.person("m01_old_number", old_at=(LOCAL,))
    cast.police(old, number=old_number(old.number))
    accuses(cast, old, cast.firm("m01_old_number", old))

    for kind in (HMT_PERMIT, FOREIGN_PERMIT):
        foreigner = cast.person("m01_permit", kind=kind)
        cast.police(foreigner, crime="204")
        accuses(cast, foreigner, cast.firm("m01_permit", foreigner))

    old_firm = cast.firm("m01_old_taxpayer_number", old_at=(LOCAL,))
    cast.police(old_firm, number=old_firm.taxpayer[LOCAL])
    found(cast, "M01", old_firm, "filed", "单位被立案，公安按旧税号报送")

    for stage, ended in (
        ("撤案", cast.ago(90)),
        ("不起诉", cast.ago(1)),
        ("判决执行完毕", cast.day),
    ):
        cleared = cast.person("m01_cleared")
        cast.firm("m01_cleared", cleared)
        cast.police(cleared, filed=cast.ago(300), stage=stage, ended=ended)

    other = cast.person("m01_other_crime")
    cast.firm("m01_other_crime", other)
    cast.police(other, crime="266")
