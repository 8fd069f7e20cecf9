"""What is planted in every county: the four stories of the front page, and each rule's edges.

One function for each indicator.  A person or enterprise that must be found stands beside one that
must not, for a day or a fen; what must be found is said where it is planted.  `cast.csv` lists
everybody under the name of his story.
"""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import BOTH, LOCAL, STATE, WHOLE, Cast, Firm, Person
from city.enterprises import NON_NORMAL, NORMAL
from city.forms import Bureau
from city.people import FOREIGN_PERMIT, HMT_PERMIT, old_number, with_wrong_check
from city.taxes import FINE, SURCHARGE

MILLION = 100_000_000  # yuan, in fen


def play(cast: Cast) -> None:
    """Tell all stories."""
    front_page(cast)
    police_cases(cast)
    open_cases(cast)
    non_normal(cast)
    arrears(cast)
    watchlist(cast)
    dear_homes(cast)
    unreadable_rows(cast)


def front_page(cast: Cast) -> None:
    """The demo's people."""
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
    _accuses(cast, accused, dark)

    investor = cast.person("investor", "李投资")
    weaving = cast.firm("investor", investor, name="阳信县常亏织造有限公司")
    leather = cast.firm("investor", name="阳信县常亏皮革有限公司", tax_handler=investor)
    cast.invests(investor, weaving, 8_000, bureaus=BOTH)
    cast.invests(investor, leather, 6_000, bureaus=BOTH)
    _loses(cast, weaving)
    _loses(cast, leather)
    cast.home(320_000_000, (investor, WHOLE))
    for back in (1, 2, 3):
        cast.income(investor, 6_000_000, tax_year=cast.day.year - back)
    _bought(cast, investor, "high", weaving, leather)

    agent = cast.person("agent", "周代理")
    agency = cast.firm("agent", agent, name="阳信县周到税务代理有限公司")
    for _ in range(40):
        cast.firm("agent", tax_handler=agent, agent=agency.known_as)

    watched = cast.firm("watched", name="阳信县重点物资有限公司")
    cast.watch(watched, cast.ago(60), cast.day + timedelta(120))
    _found(cast, "M15", watched, "watched", "频繁变更法定代表人，列入重点监控")

    owing = cast.firm("owing", name="阳信县拖欠建材有限公司")
    cast.owes(owing, 6_100_000, STATE)
    cast.owes(owing, 2_500_000, LOCAL, item="10109")
    _found(cast, "M09", owing, "owing_50k", "欠税 86000.00 元")

    absent = cast.firm(
        "non_normal", name="阳信县失联服饰有限公司", status=_at_both(NON_NORMAL, cast.ago(120))
    )
    for bureau in BOTH:
        cast.non_normal(absent, bureau, cast.ago(120))
    _found(cast, "M07", absent, "non_normal", "认定为非正常户")

    everything = cast.firm(
        "two_directives", status=_at_both(NON_NORMAL, cast.ago(95)), old_at=(LOCAL,)
    )
    cast.owes(everything, 7_000_000)
    cast.non_normal(everything, STATE, cast.ago(95))
    cast.inspection(everything, STATE, cast.ago(30))
    cast.watch(everything, cast.ago(10), cast.day + timedelta(10))
    _found(cast, "M09", everything, "owing_50k", "欠税 70000.00 元")
    _found(cast, "M07", everything, "non_normal", "认定为非正常户")
    _found(cast, "M15", everything, "watched", "列入重点监控")
    _opened(cast, everything, "inspection")


def police_cases(cast: Cast) -> None:
    """M01: an open case of a tax crime."""
    two = cast.person("m01_two_enterprises")
    first, second = cast.firm("m01_two_enterprises", two), cast.firm("m01_two_enterprises", two)
    elsewhere = cast.firm("m01_handler_elsewhere", tax_handler=two, finance_officer=two)
    cast.invests(two, elsewhere, 5_000)
    cast.police(two, crime="201", stage="移送审查起诉")
    _accuses(cast, two, first, second)

    # The same name, born the same week, is another person.
    cast.firm("m01_homonym", cast.namesake("m01_homonym", two))

    today = cast.person("m01_filed_today")
    cast.police(today, filed=cast.day)
    _accuses(cast, today, cast.firm("m01_filed_today", today))

    enterprise = cast.firm("m01_enterprise")
    cast.police(enterprise, crime="205-1")
    _found(cast, "M01", enterprise, "filed", "单位被立案")

    both = cast.person("m01_person_and_enterprise")
    theirs = cast.firm("m01_person_and_enterprise", both)
    cast.police(both)
    cast.police(theirs)
    _accuses(cast, both, theirs)
    _found(cast, "M01", theirs, "filed", "单位被立案")

    again = cast.person("m01_one_ended_one_open")
    cast.police(again, filed=cast.ago(700), stage="不起诉", ended=cast.ago(400))
    cast.police(again, crime="209", filed=cast.ago(5))
    _accuses(cast, again, cast.firm("m01_one_ended_one_open", again))

    old = cast.person("m01_old_number", old_at=(LOCAL,))
    cast.police(old, number=old_number(old.number))
    _accuses(cast, old, cast.firm("m01_old_number", old))

    for kind in (HMT_PERMIT, FOREIGN_PERMIT):
        foreigner = cast.person("m01_permit", kind=kind)
        cast.police(foreigner, crime="204")
        _accuses(cast, foreigner, cast.firm("m01_permit", foreigner))

    old_firm = cast.firm("m01_old_taxpayer_number", old_at=(LOCAL,))
    cast.police(old_firm, number=old_firm.taxpayer[LOCAL])
    _found(cast, "M01", old_firm, "filed", "单位被立案，公安按旧税号报送")

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


def open_cases(cast: Cast) -> None:
    """M02: an inspection case, or an assessment open for more than 90 days."""
    twice = cast.firm("m02_both_bureaus")
    for bureau in BOTH:
        cast.inspection(twice, bureau, cast.ago(200))
    _opened(cast, twice, "inspection")

    today = cast.firm("m02_filed_today")
    cast.inspection(today, LOCAL, cast.day)
    _opened(cast, today, "inspection")

    for closed in (cast.ago(30), cast.day):
        cast.inspection(cast.firm("m02_closed"), STATE, cast.ago(400), closed)

    again = cast.firm("m02_one_closed_one_open")
    cast.inspection(again, STATE, cast.ago(800), cast.ago(500))
    cast.inspection(again, STATE, cast.ago(90))
    _opened(cast, again, "inspection")

    cast.assessment(cast.firm("m02_assessed_90_days"), STATE, cast.ago(90))
    long = cast.firm("m02_assessed_91_days")
    cast.assessment(long, LOCAL, cast.ago(91))
    _opened(cast, long, "assessment")
    for ended in (cast.ago(2), cast.day):
        cast.assessment(cast.firm("m02_assessment_ended"), STATE, cast.ago(300), ended)

    wins = cast.firm("m02_inspection_wins", old_at=(STATE,))
    cast.assessment(wins, STATE, cast.ago(150))
    cast.inspection(wins, LOCAL, cast.ago(20))
    _opened(cast, wins, "inspection")

    rep = cast.person("m02_other_enterprise_free")
    inspected = cast.firm("m02_other_enterprise_free", rep)
    cast.firm("m02_other_enterprise_free", rep)
    cast.inspection(inspected, STATE, cast.ago(60))
    _opened(cast, inspected, "inspection")


def non_normal(cast: Cast) -> None:
    """M07: the newer of registration and record decides."""
    only_status = cast.firm("m07_status_only", status=_at_both(NON_NORMAL, cast.ago(50)))
    _found(cast, "M07", only_status, "non_normal", "登记状态 05")

    open_record = cast.firm("m07_open_record", status=_at_both(NORMAL, cast.ago(300)))
    cast.non_normal(open_record, STATE, cast.ago(40))
    _found(cast, "M07", open_record, "non_normal", "登记状态 03 之后又有未解除的认定")

    later = cast.firm("m07_later_lifting", status={STATE: (NON_NORMAL, cast.ago(200))})
    cast.non_normal(later, STATE, cast.ago(200), cast.ago(20))

    normal_again = cast.firm("m07_row_is_newer", status={STATE: (NORMAL, cast.ago(10))})
    cast.non_normal(normal_again, STATE, cast.ago(150))

    lifted = cast.firm("m07_lifted", status=_at_both(NORMAL, cast.ago(30)))
    for bureau in BOTH:
        cast.non_normal(lifted, bureau, cast.ago(100), cast.ago(30))

    tie = cast.firm("m07_tie", status={LOCAL: (NON_NORMAL, cast.ago(25))})
    cast.non_normal(tie, LOCAL, cast.ago(80), cast.ago(25))
    _found(cast, "M07", tie, "non_normal", "同日的状态 05 与解除记录，以 05 为准")

    one = cast.firm("m07_one_bureau", status={LOCAL: (NON_NORMAL, cast.ago(70))}, old_at=(LOCAL,))
    cast.non_normal(one, LOCAL, cast.ago(70))
    cast.non_normal(one, STATE, cast.ago(400), cast.ago(350))
    _found(cast, "M07", one, "non_normal", "地税认定为非正常户")

    again = cast.firm("m07_again", status={STATE: (NON_NORMAL, cast.ago(65))})
    cast.non_normal(again, STATE, cast.ago(500), cast.ago(450))
    cast.non_normal(again, STATE, cast.ago(65))
    _found(cast, "M07", again, "non_normal", "解除后再次认定")

    local_only = cast.firm(
        "m07_local_only", at=(LOCAL,), status={LOCAL: (NON_NORMAL, cast.ago(33))}
    )
    cast.non_normal(local_only, LOCAL, cast.ago(33))
    _found(cast, "M07", local_only, "non_normal", "只在地税登记")


def arrears(cast: Cast) -> None:
    """M09: taxes past their due day, summed over both bureaus."""
    yesterday = cast.ago(1)
    for story, fen, band in (
        ("m09_one_fen", 1, "owing"),
        ("m09_below_50k", 4_999_999, "owing"),
        ("m09_above_50k", 5_000_001, "owing_50k"),
        ("m09_below_2m", 199_999_999, "owing_50k"),
        ("m09_at_2m", 200_000_000, "owing_2m"),
    ):
        firm = cast.firm(story)
        cast.owes(firm, fen, due=yesterday)
        _found(cast, "M09", firm, band, f"欠税 {fen // 100}.{fen % 100:02d} 元")

    exactly = cast.firm("m09_at_50k_over_both", old_at=(LOCAL,))
    cast.owes(exactly, 3_000_000, STATE)
    cast.owes(exactly, 2_000_000, LOCAL, item="10109")
    _found(cast, "M09", exactly, "owing_50k", "国税 30000 元，地税 20000 元")

    cast.owes(cast.firm("m09_due_today"), 9_000_000, due=cast.day)
    cast.owes(cast.firm("m09_paid_today"), 9_000_000, paid=cast.day)
    cast.owes(cast.firm("m09_paid_late"), 9_000_000, due=cast.ago(200), paid=cast.ago(3))
    cast.owes(cast.firm("m09_surcharge_only"), 6_000_000, kind=SURCHARGE)
    cast.owes(cast.firm("m09_fine_only"), 6_000_000, kind=FINE)
    cast.owes(cast.firm("m09_refund_only"), -100_000)

    refund = cast.firm("m09_refund_beside")
    cast.owes(refund, 8_000_000)
    cast.owes(refund, -100_000)
    _found(cast, "M09", refund, "owing_50k", "欠税 80000.00 元")

    half_due = cast.firm("m09_only_what_is_due")
    cast.owes(half_due, 4_000_000, due=yesterday)
    cast.owes(half_due, 4_000_000, due=cast.day)
    _found(cast, "M09", half_due, "owing", "到期 40000.00 元，另有未到期")

    shop = cast.firm("m09_shop_by_owner", shop=True)
    cast.owes(shop, 3_500_000, STATE)
    cast.owes(shop, 1_500_000, LOCAL, item="10106")
    _found(cast, "M09", shop, "owing_50k", "个体户以业主身份证号登记，国税地税合计 50000.00 元")

    owner = cast.person("m09_owner_like_credit_code", like_credit_code=True)
    twin = cast.firm("m09_owner_like_credit_code", owner, shop=True)
    cast.owes(twin, 100_000)
    _found(cast, "M09", twin, "owing", "业主身份证号恰好也符合信用代码校验")

    old = cast.firm("m09_old_numbers_only", old_at=BOTH)
    cast.owes(old, 1_200, LOCAL, item="10109")
    _found(cast, "M09", old, "owing", "两局均为旧税号")


def watchlist(cast: Cast) -> None:
    """M15: in force, at most twelve months, with a second officer's approval."""
    later = cast.day + timedelta(90)
    for story, since, until in (
        ("m15_last_day", cast.ago(30), cast.day),
        ("m15_first_day", cast.day, later),
        ("m15_last_day_of_12_months", cast.year_ago(), later),
    ):
        firm = cast.firm(story)
        cast.watch(firm, since, until)
        _found(cast, "M15", firm, "watched", f"{since} 至 {until}")
    for story, since, until in (
        ("m15_expired", cast.ago(30), cast.ago(1)),
        ("m15_not_yet", cast.day + timedelta(1), later),
        ("m15_older_than_12_months", cast.year_ago() - timedelta(1), later),
    ):
        cast.watch(cast.firm(story), since, until)
    for second in ("", cast.watching_officer):
        cast.watch(cast.firm("m15_void"), cast.ago(20), later, second=second)

    person = cast.person("m15_person")
    cast.firm("m15_person", person)  # the watch is on the person alone
    cast.watch(person, cast.ago(20), later, groups="")
    _found(cast, "M15", person, "watched", "自然人列入重点监控")

    renewed = cast.firm("m15_renewed")
    cast.watch(renewed, cast.ago(500), cast.ago(150))
    cast.watch(renewed, cast.ago(20), later, groups="REFUND")
    _found(cast, "M15", renewed, "watched", "到期后重新列入")


def dear_homes(cast: Cast) -> None:
    """A01: behind two enterprises that only lose, and a home too dear for the income."""
    homes_by_price(cast)
    homes_by_share_and_day(cast)
    losers_by_return(cast)
    losers_by_role(cast)
    incomes(cast)


def homes_by_price(cast: Cast) -> None:
    for story, price, income, band in (
        ("a01_one_million", MILLION, 0, "normal"),
        ("a01_below_one_million", MILLION - 1, 0, ""),
        ("a01_three_times", 120_000_000, 40_000_000, "normal"),
        ("a01_below_three_times", 120_000_000, 40_000_001, ""),
        ("a01_below_high", 139_900_000, 0, "normal"),
        ("a01_high", 140_000_000, 0, "high"),
        ("a01_high_by_income", 300_000_000, 71_000_000, "high"),
        ("a01_normal_by_income", 300_000_000, 72_000_000, "normal"),
    ):
        person, first, second = _behind_two_losers(cast, story)
        cast.home(price, (person, WHOLE))
        cast.income(person, income)
        if band:
            _bought(cast, person, band, first, second)


def homes_by_share_and_day(cast: Cast) -> None:
    person, first, second = _behind_two_losers(cast, "a01_half_is_one_million")
    spouse = cast.person("a01_half_is_one_million")
    cast.home(2 * MILLION, (person, 5_000), (spouse, 5_000))
    cast.income(person, 0)
    _bought(cast, person, "normal", first, second)

    for story, share in (("a01_half_is_less", 5_000), ("a01_share_unknown", None)):
        person, *_ = _behind_two_losers(cast, story)
        cast.home(199_000_000, (person, share), (cast.person(story), share))
        cast.income(person, 0)

    person, first, second = _behind_two_losers(cast, "a01_signed_a_year_ago")
    cast.home(130_000_000, (person, WHOLE), signed=cast.year_ago())
    cast.income(person, 0)
    _bought(cast, person, "normal", first, second)

    person, *_ = _behind_two_losers(cast, "a01_signed_before")
    cast.home(130_000_000, (person, WHOLE), signed=cast.year_ago() - timedelta(1))
    cast.income(person, 0)

    person, first, second = _behind_two_losers(cast, "a01_dearer_home_decides")
    cast.home(110_000_000, (person, WHOLE))
    cast.home(260_000_000, (person, WHOLE), signed=cast.day)
    cast.income(person, 0)
    _bought(cast, person, "high", first, second)


def losers_by_return(cast: Cast) -> None:
    last, before = cast.day.year - 1, cast.day.year - 2
    for story, returns, found in (
        ("a01_profit_zero", ((before, 0, 100), (last, 0, 100)), True),
        ("a01_loses_by_taxable_income", ((before, 500, 0), (last, 800, -100)), True),
        ("a01_mixed_losses", ((before, -500, 100), (last, 100, -500)), False),
        ("a01_one_return", ((last, -500, -500),), False),
        ("a01_last_return_missing", ((before - 1, -5, -5), (before, -5, -5)), True),
        ("a01_profit_at_last", ((before - 1, -5, -5), (before, -5, -5), (last, 9, 9)), False),
    ):
        person = cast.person(story)
        losing, judged = cast.firm(story, person), cast.firm(story, person)
        _loses(cast, losing)
        for tax_year, profit, income in returns:
            cast.annual_return(judged, tax_year, profit * 100, income * 100)
        cast.home(150_000_000, (person, WHOLE))
        cast.income(person, 0)
        if found:
            _bought(cast, person, "high", losing, judged)

    # One enterprise with two registrations is one enterprise, its returns told twice are two.
    person = cast.person("a01_same_enterprise_in_both", old_at=(LOCAL,))
    same = cast.firm("a01_same_enterprise_in_both", old_at=(LOCAL,))
    cast.invests(person, same, 5_000, bureaus=BOTH)
    for bureau in BOTH:
        _loses(cast, same, bureau)
    cast.home(150_000_000, (person, WHOLE))
    cast.income(person, 0)


def losers_by_role(cast: Cast) -> None:
    for story, share, until, found in (
        ("a01_share_10_percent", 1_000, None, True),
        ("a01_share_below_10_percent", 999, None, False),
        ("a01_share_missing", None, None, False),
        ("a01_share_sold", 6_000, cast.ago(30), False),
        ("a01_share_ends_later", 6_000, cast.day + timedelta(30), True),
    ):
        person = cast.person(story)
        own, other = cast.firm(story, person), cast.firm(story)
        cast.invests(person, other, share, until=until)
        _loses(cast, own)
        _loses(cast, other)
        cast.home(160_000_000, (person, WHOLE))
        cast.income(person, 0)
        if found:
            _bought(cast, person, "high", own, other)

    person, first, second = _behind_two_losers(cast, "a01_one_of_three_earns")
    cast.annual_return(cast.firm("a01_one_of_three_earns", person), cast.day.year - 1, 900)
    cast.home(160_000_000, (person, WHOLE))
    cast.income(person, 0)
    _bought(cast, person, "high", first, second)

    # A tax handler of two losing enterprises is no investor.
    handler = cast.person("a01_tax_handler")
    for _ in range(2):
        _loses(cast, cast.firm("a01_tax_handler", tax_handler=handler))
    cast.home(300_000_000, (handler, WHOLE))
    cast.income(handler, 0)

    mixed = cast.person("a01_mistyped_investor")
    own, other = cast.firm("a01_mistyped_investor", mixed), cast.firm("a01_mistyped_investor")
    cast.invests(mixed, other, 7_000, mistyped=True)
    _loses(cast, own)
    _loses(cast, other)
    cast.home(160_000_000, (mixed, WHOLE))
    cast.income(mixed, 0)


def incomes(cast: Cast) -> None:
    person, first, second = _behind_two_losers(cast, "a01_income_of_two_payers")
    payer = cast.firm("a01_income_of_two_payers")
    cast.home(120_000_000, (person, WHOLE))
    cast.income(person, 20_000_000, payer=payer.known_as)
    cast.income(person, 19_999_999)
    _bought(cast, person, "normal", first, second)

    person, first, second = _behind_two_losers(cast, "a01_older_income")
    cast.home(150_000_000, (person, WHOLE))
    cast.income(person, 90_000_000, tax_year=cast.day.year - 4)
    cast.income(person, 0, tax_year=cast.day.year - 3)
    _bought(cast, person, "high", first, second)

    for story in ("a01_undecided", "a01_undecided_older_income"):
        person, first, second = _behind_two_losers(cast, story)
        cast.home(150_000_000, (person, WHOLE))
        if story == "a01_undecided_older_income":
            cast.income(person, 90_000_000, tax_year=cast.day.year - 4)
        for firm in (first, second):
            cast.truth.leaves(
                "A01", cast.key(person), cast.key(firm), "近三年没有个人所得税申报记录"
            )


def unreadable_rows(cast: Cast) -> None:
    """Rows with a wrong or missing number: rejected, and the rest of the delivery stands."""
    person, *_ = _behind_two_losers(cast, "mistyped_home")
    cast.home(180_000_000, (person, WHOLE), mistyped=True)
    cast.income(person, 0)
    cast.mistyped_income(cast.person("mistyped_income"))
    stranger = cast.person("mistyped_natural_person")
    cast.mistyped_natural_person(stranger, with_wrong_check(stranger.number))
    cast.mistyped_natural_person(stranger, "")


def _behind_two_losers(cast: Cast, story: str) -> tuple[Person, Firm, Firm]:
    """Somebody who represents one losing enterprise and holds 40 % of another."""
    person = cast.person(story)
    first, second = cast.firm(story, person), cast.firm(story)
    cast.invests(person, second, 4_000)
    _loses(cast, first)
    _loses(cast, second)
    return person, first, second


def _loses(cast: Cast, firm: Firm, bureau: Bureau = STATE) -> None:
    for back, profit in ((2, -8_000_000), (1, -3_500_000)):
        cast.annual_return(firm, cast.day.year - back, profit, bureau=bureau)


def _at_both(status: str, since: date) -> dict[Bureau, tuple[str, date]]:
    return dict.fromkeys(BOTH, (status, since))


def _found(cast: Cast, indicator: str, subject: Person | Firm, band: str, because: str) -> None:
    cast.truth.finds(indicator, cast.key(subject), cast.key(subject), band, because)


def _accuses(cast: Cast, person: Person, *represents: Firm) -> None:
    subject = cast.key(person)
    cast.truth.police_filed(subject, [subject, *map(cast.key, represents)])


def _opened(cast: Cast, firm: Firm, band: str) -> None:
    because = "稽查案件未结" if band == "inspection" else "纳税评估超过 90 天未结"
    cast.truth.finds("M02", cast.key(firm), cast.key(firm), band, because)
    cast.truth.finds("M02", cast.key(firm), cast.key(firm.legal_rep), band, because)


def _bought(cast: Cast, person: Person, band: str, *losers: Firm) -> None:
    for firm in losers:
        because = "两户连续亏损企业的投资人购入高价住房"
        cast.truth.finds("A01", cast.key(person), cast.key(firm), band, because)
