"""The demo: 阳信县 with its offices, officers, hall and devices, and one night over its deliveries.

Everything here is made up.  It exists only where CHENGXIN_DEMO is set (`chengxin serve --demo`).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from rich.progress import Progress

from chengxin.core import places
from chengxin.core.identifiers import resident_check_digit
from chengxin.core.keys import Keys
from chengxin.devices import hall_pc, simulator
from chengxin.devices.signing import DeviceKey
from chengxin.exchange import deliveries, nights
from chengxin.exchange.models import NightRun
from chengxin.hall.models import Device, Hall, ShowsOfficer, Window
from chengxin.offices.models import Office, Officer, OfficerRole, Role
from chengxin.web import environment

PASSWORD = "yangxin-2017"  # noqa: S105 (of made-up officers in a made-up county)
PERSONS = environment.env_int("CHENGXIN_DEMO_PERSONS", 20_000, low=6_000, high=2_000_000)
SEED = 20170818

# division, name, English name, level
REGIONS = (
    ("37", "山东省", "Shandong", Office.Level.PROVINCE),
    ("3716", "滨州市", "Binzhou", Office.Level.CITY),
    ("371622", "阳信县", "Yangxin", Office.Level.COUNTY),
    ("371623", "无棣县", "Wudi", Office.Level.COUNTY),
)
BRANCHES = "一二三四五六"

# work number, name, office, roles
OFFICERS = (
    ("zhao", "赵窗口", "13716220000", (Role.WINDOW,)),
    ("chen", "陈窗口", "23716220000", (Role.WINDOW,)),
    ("zhou", "周管户", "13716220100", (Role.FIELD,)),
    ("xu", "徐管户", "23716220100", (Role.FIELD,)),
    ("qian", "钱科长", "13716220000", (Role.RISK, Role.SECTION_HEAD)),
    ("lin", "林风控", "13716220000", (Role.RISK,)),
    ("wu", "吴局长", "13716220000", (Role.LEADER,)),
    ("he", "何主任", "13716220000", (Role.HALL_MANAGER,)),
    ("feng", "冯数据", "13716220000", (Role.DATA,)),
    ("zheng", "郑监察", "13716220000", (Role.AUDITOR,)),
    ("sun", "孙外人", "13716230000", (Role.WINDOW, Role.FIELD, Role.AUDITOR)),
)


# windows of one bureau alone, with the groups of items they serve; the others are joint windows
EVERY = "REG FILE PAY CURE REFUND PREF CERT CERT-NA ID NONE"
WINDOWS = {
    5: (Office.Bureau.STATE, f"{EVERY} REG-CHG DEREG QUAL EXPORT INV INV-AUTH INV-ISS"),
    6: (Office.Bureau.LOCAL, f"{EVERY} NAT"),
}
# cards on the table of props: whose it is, and the drawn face of its picture
NEWCOMER, ELDER, LAPSED = "新来客", "孙老人", "吴过期"
KIOSK, TERMINAL = "kiosk-1", "terminal-1"
CARDS = {
    "王守信": "honest",
    "张冒名": "card_owner",
    "赵立案": "representative",
    "李办税": "handler",
    "李投资": "investor",
    "周代理": "accountant",
    "孙重点": "watched",
    "马经办": "errand",
    NEWCOMER: "newcomer",
    ELDER: "elder",
    LAPSED: "visitor",
}
UNKNOWN = {  # of whom the county's deliveries know nothing: the first 17 characters
    NEWCOMER: "37162220020228775",
    ELDER: "37232319410520186",
    LAPSED: "37232319880707253",
}


def accounts() -> QuerySet[Officer]:
    if not settings.DEMO:
        return Officer.objects.none()
    return Officer.objects.select_related("office").prefetch_related("roles").order_by("pk")


def halls() -> QuerySet[Hall]:
    return Hall.objects.prefetch_related("windows", "devices")


def doors(hall: Hall | None) -> dict[str, Device | None]:
    """The hall's first kiosk and its first self-service terminal, for the front page."""
    devices = sorted(hall.devices.all(), key=lambda one: one.pk) if hall else []
    return {
        "kiosk": next((one for one in devices if not one.self_service), None),
        "terminal": next((one for one in devices if one.self_service), None),
    }


def folder() -> Path:
    return places.home() / "demo"


def ensure(progress: Progress, *, persons: int = PERSONS, day: date | None = None) -> None:
    """Make the demo once: a second start finds it and returns."""
    if NightRun.objects.exists():
        return
    from city import county  # the demo's data, not a part of the system

    day = day or localdate()
    with transaction.atomic():
        make_offices()
        make_officers()
        make_hall()
    county.write(
        folder(), persons=persons, seed=SEED, day=day, keys=Keys.load(), progress=steps(progress)
    )
    files = deliveries.files_in([folder() / "deliveries"])
    task = progress.add_task("ingest", total=len(files))
    for taken in deliveries.receive_all(files):
        if isinstance(taken, Exception):
            raise taken
        progress.advance(task)
    make_cards(day)
    nights.run(day, progress=steps(progress))


def steps(progress: Progress) -> Callable[[str, int, int], None]:
    """A callback `(what, done, total)` that moves one bar for each `what`."""
    tasks: dict[str, object] = {}

    def step(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

    return step


def make_offices() -> None:
    for prefix, bureau, title, title_en in (
        ("1", Office.Bureau.STATE, "国家税务局", "State Tax Bureau"),
        ("2", Office.Bureau.LOCAL, "地方税务局", "Local Tax Bureau"),
    ):
        for region, name, name_en, level in REGIONS:
            code = f"{prefix}{region:0<10}"
            above = {2: None, 4: region[:2], 6: region[:4]}[len(region)]
            _office(
                code, name + title, f"{name_en} {title_en}", bureau, level, region,
                f"{prefix}{above:0<10}" if above else None,
            )  # fmt: skip
            for number, word in enumerate(BRANCHES if len(region) == 6 else "", start=1):
                _office(
                    f"{code[:7]}0{number}00", f"{name}{title}第{word}税务分局",
                    f"{name_en} {title_en}, Branch {number}", bureau, Office.Level.BRANCH,
                    region, code,
                )  # fmt: skip


def _office(
    code: str, name: str, name_en: str, bureau: str, level: str, region: str, above: str | None
) -> None:
    told = {
        "name": name, "name_en": name_en, "bureau": bureau, "level": level, "region": region,
        "above_id": above,
    }  # fmt: skip
    Office.objects.update_or_create(code=code, defaults=told)


def make_officers() -> None:
    password = make_password(PASSWORD)
    for username, full_name, office, roles in OFFICERS:
        officer, _ = Officer.objects.update_or_create(
            username=username,
            defaults={"full_name": full_name, "office_id": office, "password": password},
        )
        for role in roles:
            OfficerRole.objects.get_or_create(officer=officer, role=role)


def make_hall() -> None:
    hall, _ = Hall.objects.update_or_create(
        code="yangxin",
        defaults={
            "name": "阳信县国地税联合办税服务厅",
            "name_en": "Yangxin Joint Tax Service Hall",
            "office_id": "13716220000",
            "shows_officer": ShowsOfficer.NAME,
        },
    )
    for number in range(1, 7):
        bureau, groups = WINDOWS.get(number, (Office.Bureau.JOINT, ""))
        told = {
            "serves": "enterprise,personal,enrolment", "bureau": bureau, "groups": groups.split(),
        }  # fmt: skip
        Window.objects.update_or_create(hall=hall, number=number, defaults=told)
    _device(hall, KIOSK, "一号排号机", "Kiosk 1")
    _device(hall, TERMINAL, "一号自助办税终端", "Self-service terminal 1", self_service=True)


def _device(
    hall: Hall, device_id: str, title: str, title_en: str, *, self_service: bool = False
) -> None:
    key = DeviceKey.load(hall_pc.key_file(devices_folder(), device_id))
    told = {
        "hall": hall, "title": title, "title_en": title_en, "public_key": key.public,
        "self_service": self_service,
    }  # fmt: skip
    Device.objects.update_or_create(pk=device_id, defaults=told)


def make_cards(day: date) -> None:
    """The cards on the demo's table of props: the planted people, and some who were never here,
    one of them with a card that lapsed a month ago."""
    people = {row["name"]: row["number"] for row in cast()}
    people |= {name: first + resident_check_digit(first) for name, first in UNKNOWN.items()}
    for name, face in CARDS.items():
        number = people[name]
        simulator.write_card(
            cards_folder(),
            name,
            simulator.SimulatedCard(
                layout="resident",
                name=name,
                sex=1 if int(number[16]) % 2 else 2,
                ethnicity="01",
                birth=date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}"),
                number=number,
                address="山东省滨州市阳信县阳城三路演示小区",
                issuer="阳信县公安局",
                valid_from=date(day.year - 5, 1, 1),
                valid_to=day - timedelta(days=30) if name == LAPSED else date(day.year + 15, 1, 1),
                face=face,
            ),
        )


def cards_folder() -> Path:
    return folder() / "cards"


def devices_folder() -> Path:
    """Where a hall PC keeps its key and settings; in the demo, those of the simulated one."""
    return places.home() / "devices"


def cast() -> list[dict[str, str]]:
    """The planted people of the demo county: {subject, number, name, story, enterprises}."""
    file = folder() / "truth" / "cast.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
