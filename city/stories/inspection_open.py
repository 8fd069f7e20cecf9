"""M02: an inspection case, or an assessment open for more than 90 days."""

from __future__ import annotations

from city.cast import BOTH, LOCAL, STATE, Cast
from city.stories.saying import opened


def play(cast: Cast) -> None:
    twice = cast.firm("m02_both_bureaus")
    for bureau in BOTH:
        cast.inspection(twice, bureau, cast.ago(200))
    opened(cast, twice, "inspection")

    today = cast.firm("m02_filed_today")
    cast.inspection(today, LOCAL, cast.day)
    opened(cast, today, "inspection")

    for closed in (cast.ago(30), cast.day):
        cast.inspection(cast.firm("m02_closed"), STATE, cast.ago(400), closed)

    again = cast.firm("m02_one_closed_one_open")
    cast.inspection(again, STATE, cast.ago(800), cast.ago(500))
    cast.inspection(again, STATE, cast.ago(90))
    opened(cast, again, "inspection")

    cast.assessment(cast.firm("m02_assessed_90_days"), STATE, cast.ago(90))
    long = cast.firm("m02_assessed_91_days")
    cast.assessment(long, LOCAL, cast.ago(91))
    opened(cast, long, "assessment")
    for ended in (cast.ago(2), cast.day):
        cast.assessment(cast.firm("m02_assessment_ended"), STATE, cast.ago(300), ended)

    wins = cast.firm("m02_inspection_wins", old_at=(STATE,))
    cast.assessment(wins, STATE, cast.ago(150))
    cast.inspection(wins, LOCAL, cast.ago(20))
    opened(cast, wins, "inspection")

    rep = cast.person("m02_other_enterprise_free")
    inspected = cast.firm("m02_other_enterprise_free", rep)
    cast.firm("m02_other_enterprise_free", rep)
    cast.inspection(inspected, STATE, cast.ago(60))
    opened(cast, inspected, "inspection")
