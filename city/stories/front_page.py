"""The four stories of the front page, and the demo's other people."""

from __future__ import annotations

from datetime import timedelta

from city.cast import BOTH, LOCAL, STATE, WHOLE, Cast
from city.enterprises import NON_NORMAL
from city.stories.saying import accuses, at_both, bought, found, loses, opened, owing


def play(cast: Cast) -> None:
    honest = cast.person("honest", "王守信")
    cast.firm("honest", honest, name="阳信县守信梨果有限公司", general=True)

    impersonator = cast.person("impersonator", "张冒名")
    cast.firm("impersonator", name="阳信县清河商贸有限公司", tax_handler=impersonator)

    accused = cast.person("police", "赵立案")
    handler = cast.person("police", "李办税")
    dark = cast.firm(
        "police", accused, name="阳信县黑水贸易有限公司", tax_handler=handler, general=True
    )
    cast.police(accused, crime="205", filed=cast.ago(17))
    accuses(cast, accused, dark)

    investor = cast.person("investor", "李投资")
    weaving = cast.firm("investor", investor, name="阳信县常亏织造有限公司")
    leather = cast.firm("investor", name="阳信县常亏皮革有限公司", tax_handler=investor)
    cast.invests(investor, weaving, 8_000, bureaus=BOTH)
    cast.invests(investor, leather, 6_000, bureaus=BOTH)
    loses(cast, weaving)
    loses(cast, leather)
    cast.home(320_000_000, (investor, WHOLE))
    for back in (1, 2, 3):
        cast.income(investor, 6_000_000, tax_year=cast.day.year - back)
    bought(cast, investor, "high", weaving, leather)

    agent = cast.person("agent", "周代理")
    agency = cast.firm("agent", agent, name="阳信县周到税务代理有限公司")
    for _ in range(40):
        cast.firm("agent", tax_handler=agent, agent=agency.known_as)

    watched = cast.firm("watched", name="阳信县重点物资有限公司")
    cast.watch(watched, cast.ago(60), cast.day + timedelta(120))
    found(cast, "M15", watched, "watched", "频繁变更法定代表人，列入重点监控")

    indebted = cast.firm("owing", name="阳信县拖欠建材有限公司")
    cast.owes(indebted, 6_100_000, STATE)
    cast.owes(indebted, 2_500_000, LOCAL, item="10109")
    owing(cast, indebted, "owing_50k", "欠税 86000.00 元")

    absent = cast.firm(
        "non_normal", name="阳信县失联服饰有限公司", status=at_both(NON_NORMAL, cast.ago(120))
    )
    for bureau in BOTH:
        cast.non_normal(absent, bureau, cast.ago(120))
    found(cast, "M07", absent, "non_normal", "认定为非正常户")

    everything = cast.firm(
        "two_directives", status=at_both(NON_NORMAL, cast.ago(95)), old_at=(LOCAL,)
    )
    cast.owes(everything, 7_000_000)
    cast.non_normal(everything, STATE, cast.ago(95))
    cast.inspection(everything, STATE, cast.ago(30))
    cast.watch(everything, cast.ago(10), cast.day + timedelta(10))
    owing(cast, everything, "owing_50k", "欠税 70000.00 元")
    found(cast, "M07", everything, "non_normal", "认定为非正常户")
    found(cast, "M15", everything, "watched", "列入重点监控")
    opened(cast, everything, "inspection")

    in_person = cast.person("in_person", "孙重点")
    errand = cast.person("in_person", "马经办")
    near = cast.firm("in_person", in_person, name="阳信县重点建材有限公司", tax_handler=errand)
    cast.watch(near, cast.ago(20), cast.day + timedelta(200))
    found(cast, "M15", near, "watched", "短期内频繁增量，列入重点监控")
