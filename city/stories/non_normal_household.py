"""M07: the newer of registration and record decides."""

from __future__ import annotations

from city.cast import BOTH, LOCAL, STATE, Cast
from city.enterprises import NON_NORMAL, NORMAL
from city.stories.saying import at_both, found


def play(cast: Cast) -> None:
    only_status = cast.firm("m07_status_only", status=at_both(NON_NORMAL, cast.ago(50)))
    found(cast, "M07", only_status, "non_normal", "登记状态 05")

    open_record = cast.firm("m07_open_record", status=at_both(NORMAL, cast.ago(300)))
    cast.non_normal(open_record, STATE, cast.ago(40))
    found(cast, "M07", open_record, "non_normal", "登记状态 03 之后又有未解除的认定")

    later = cast.firm("m07_later_lifting", status={STATE: (NON_NORMAL, cast.ago(200))})
    cast.non_normal(later, STATE, cast.ago(200), cast.ago(20))

    normal_again = cast.firm("m07_row_is_newer", status={STATE: (NORMAL, cast.ago(10))})
    cast.non_normal(normal_again, STATE, cast.ago(150))

    lifted = cast.firm("m07_lifted", status=at_both(NORMAL, cast.ago(30)))
    for bureau in BOTH:
        cast.non_normal(lifted, bureau, cast.ago(100), cast.ago(30))

    tie = cast.firm("m07_tie", status={LOCAL: (NON_NORMAL, cast.ago(25))})
    cast.non_normal(tie, LOCAL, cast.ago(80), cast.ago(25))
    found(cast, "M07", tie, "non_normal", "同日的状态 05 与解除记录，以 05 为准")

    one = cast.firm("m07_one_bureau", status={LOCAL: (NON_NORMAL, cast.ago(70))}, old_at=(LOCAL,))
    cast.non_normal(one, LOCAL, cast.ago(70))
    cast.non_normal(one, STATE, cast.ago(400), cast.ago(350))
    found(cast, "M07", one, "non_normal", "地税认定为非正常户")

    again = cast.firm("m07_again", status={STATE: (NON_NORMAL, cast.ago(65))})
    cast.non_normal(again, STATE, cast.ago(500), cast.ago(450))
    cast.non_normal(again, STATE, cast.ago(65))
    found(cast, "M07", again, "non_normal", "解除后再次认定")

    local_only = cast.firm(
        "m07_local_only", at=(LOCAL,), status={LOCAL: (NON_NORMAL, cast.ago(33))}
    )
    cast.non_normal(local_only, LOCAL, cast.ago(33))
    found(cast, "M07", local_only, "non_normal", "只在地税登记")
