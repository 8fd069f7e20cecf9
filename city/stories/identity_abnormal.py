"""M20: an identity that police, halls or the person himself put in doubt."""

from __future__ import annotations

from datetime import date

from city.cast import Cast, Firm, Person

NINE = 9 * 60 * 60


def play(cast: Cast) -> None:
    lost = cast.person("m20_card_lost")
    own, share = cast.firm("m20_card_lost", lost), cast.firm("m20_card_lost")
    cast.invests(lost, share, 3_000)
    card(cast, lost, "挂失", cast.ago(-900))
    found(cast, lost, own)
    notified(cast, lost, share)

    for story, state, valid_to in (
        ("m20_dead", "死亡", None),
        ("m20_cancelled", "注销", None),
        ("m20_out_yesterday", "有效", cast.ago(1)),
    ):
        person = cast.person(story)
        card(cast, person, state, valid_to)
        found(cast, person)
    card(cast, cast.person("m20_last_day"), "有效", cast.day)

    thrice = cast.person("m20_three_mismatches")
    for days in (30, 3, 0):
        event(cast, thrice, "比对不一致", cast.ago(days))
    found(cast, thrice)
    twice = cast.person("m20_third_too_old")
    for days in (31, 3, 0):
        event(cast, twice, "比对不一致", cast.ago(days))
    verified = cast.person("m20_verified_by_two")
    for days in (5, 4, 3):
        event(cast, verified, "比对不一致", cast.ago(days))
    event(cast, verified, "双人核实", cast.ago(2))

    for story, seconds in (("m20_two_halls", 600), ("m20_two_halls_later", 601)):
        person = cast.person(story)
        event(cast, person, "比对一致", cast.ago(50))
        event(cast, person, "比对一致", cast.ago(50), second=NINE + seconds, hall="H2")
        if seconds == 600:
            found(cast, person)

    for story, closed in (("m20_appeal", False), ("m20_appeal_closed", True)):
        person, number = cast.person(story), f"S{cast.serial():06d}"
        event(cast, person, "申诉登记", cast.ago(20), appeal=number)
        if closed:
            event(cast, person, "申诉办结", cast.day, appeal=number)
        else:
            found(cast, person)

    old = cast.person("m20_template_old")
    event(cast, old, "人像采集", cast.ago(1_830))
    key = cast.key(old)
    cast.truth.finds("M20", key, key, "template_old", "人像采集已逾五年")


def card(cast: Cast, person: Person, state: str, valid_to: date | None) -> None:
    table = cast.world.post.table("police_identity")
    cast.write(table, person.name, person.number, state, valid_to)


def event(
    cast: Cast,
    person: Person,
    kind: str,
    day: date,
    *,
    second: int = NINE,
    hall: str = "H1",
    appeal: str = "",
) -> None:
    cast.write(
        cast.world.post.table("identity_event"),
        f"E9{cast.serial():08d}", person.name, person.number, kind, day, str(second),
        f"{hall}-01", hall, "", appeal,
    )  # fmt: skip


def found(cast: Cast, person: Person, *firms: Firm) -> None:
    subject = cast.key(person)
    for acted_on in (subject, *map(cast.key, firms)):
        cast.truth.finds("M20", subject, acted_on, "unverified", "身份未通过核验")


def notified(cast: Cast, person: Person, firm: Firm) -> None:
    reason = "投资人身份未通过核验"
    cast.truth.finds("M20", cast.key(person), cast.key(firm), "investor_unverified", reason)
