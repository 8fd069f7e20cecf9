"""M04: published on the tax blacklist, until the publication stops."""

from __future__ import annotations

from datetime import date

from city.cast import LOCAL, Cast, Firm, Person
from city.conduct import OUTSIDE
from city.forms import ENTERPRISE, PERSON


def play(cast: Cast) -> None:
    violator = cast.person("m04_person")
    cast.firm("m04_of_a_person", violator)
    publishes(cast, violator, cast.day)
    published(cast, violator)

    firm = cast.firm("m04_enterprise", cast.person("m04_representative"), old_at=(LOCAL,))
    publishes(cast, firm, cast.ago(30), number=firm.taxpayer[LOCAL], criterion="01")
    published(cast, firm)

    last = cast.firm("m04_stops_tomorrow")
    publishes(cast, last, cast.ago(1094), cast.ago(-1))
    published(cast, last)

    for stopped in (cast.ago(5), cast.day):
        publishes(cast, cast.firm("m04_stopped"), cast.ago(1095), stopped)
    publishes(cast, cast.firm("m04_tomorrow"), cast.ago(-1))
    publishes(cast, cast.firm("m04_another_number"), cast.ago(30), number=OUTSIDE)
    elsewhere = cast.truth.enterprise(OUTSIDE)
    cast.truth.finds("M04", elsewhere, elsewhere, "published", "公布的号码不是本县纳税人")

    again = cast.firm("m04_one_stopped_one_published")
    publishes(cast, again, cast.ago(1500), cast.ago(405))
    publishes(cast, again, cast.ago(3), criterion="11")
    published(cast, again)


def publishes(
    cast: Cast,
    subject: Person | Firm,
    day: date,
    stopped: date | None = None,
    *,
    number: str = "",
    criterion: str = "05",
    violated: tuple[date | None, date | None] = (None, None),
) -> None:
    """A publication; `number` where the bureau names the subject by another one.

    `violated` are the first and last day of the violation, as far as they are told.
    """
    own = subject.number if isinstance(subject, Person) else subject.known_as
    serial = cast.serial()
    cast.write(
        cast.world.post.table("blacklist"),
        f"滨税稽案〔2017〕9{serial:06d}号", PERSON if isinstance(subject, Person) else ENTERPRISE,
        number or own, subject.name, f"滨税稽失信〔2017〕9{serial:06d}号", criterion,
        *violated, day, stopped,
    )  # fmt: skip


def published(cast: Cast, subject: Person | Firm) -> None:
    key = cast.key(subject)
    cast.truth.finds("M04", key, key, "published", "公布期内重大税收违法失信主体")
