"""The cast.  Everyone who writes a test, a demo page or a document uses these people.

Their numbers are made up: a birthday and a sequence that fit the check digit, nothing more.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.utils import translation

from chengxin.core.identifiers import resident_check_digit
from chengxin.core.keys import Keys
from chengxin.hall.models import Hall, Window
from chengxin.offices.models import Jurisdiction, Office, Officer, OfficerRole, Role
from chengxin.people.models import Affiliation, Enterprise, Person


@pytest.fixture(autouse=True)
def _fast_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _chinese_again() -> Iterator[None]:
    """The language that a test's last page was asked for in ends with the test."""
    yield
    translation.deactivate()


_emptied: list[str] = []  # by tests of this process: the trigger stays off behind them


@pytest.fixture(autouse=True)
def _traces_may_be_emptied_between_tests(request) -> None:
    """Tests with threads empty every table behind them; whoever comes later finds the trigger."""
    marked = request.node.get_closest_marker("django_db")
    if marked is None:
        return
    if marked.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        _emptied.append(request.node.nodeid)
        _trigger("DISABLE")
    elif _emptied:
        request.getfixturevalue("db")
        _trigger("ENABLE")  # within the test's own transaction


def _trigger(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE trace_trace {how} TRIGGER never_emptied")


def number(first17: str) -> str:
    return first17 + resident_check_digit(first17)


@pytest.fixture
def offices(db) -> dict[str, Office]:
    """阳信县 of both bureaus with one branch each, under 滨州市; 无棣县 as the neighbour."""

    def office(code: str, name: str, level: str, region: str, above: Office | None) -> Office:
        bureau = {"1": "state", "2": "local"}[code[0]]
        return Office.objects.create(
            code=code, name=name, bureau=bureau, level=level, region=region, above=above
        )

    city = office("13716000000", "滨州市国家税务局", "city", "3716", None)
    county = office("13716220000", "阳信县国家税务局", "county", "371622", city)
    local = office("23716220000", "阳信县地方税务局", "county", "371622", None)
    neighbour = office("13716230000", "无棣县国家税务局", "county", "371623", city)
    return {
        "city": city,
        "county": county,
        "local": local,
        "branch": office("13716220100", "阳信县国税局第一分局", "branch", "371622", county),
        "local_branch": office("23716220100", "阳信县地税局第一分局", "branch", "371622", local),
        "neighbour": neighbour,
        "neighbour_branch": office(
            "13716230100", "无棣县国税局第一分局", "branch", "371623", neighbour
        ),
    }


@pytest.fixture
def officer(offices) -> Callable[..., Officer]:
    def make(username: str, full_name: str, office: str, *roles: str) -> Officer:
        made = Officer.objects.create_user(
            username, full_name=full_name, office=offices[office], password="yangxin-2017"
        )
        for role in roles:
            OfficerRole.objects.create(officer=made, role=role)
        return made

    return make


@pytest.fixture
def zhao(officer) -> Officer:
    """赵窗口: officer at window 3."""
    return officer("zhao", "赵窗口", "county", Role.WINDOW)


@pytest.fixture
def qian(officer) -> Officer:
    """钱科长: risk officer and section head."""
    return officer("qian", "钱科长", "county", Role.RISK, Role.SECTION_HEAD)


@pytest.fixture
def field(officer) -> Officer:
    """周管户: tax administrator of the first branch."""
    return officer("zhou", "周管户", "branch", Role.FIELD)


@pytest.fixture
def leader(officer) -> Officer:
    """吴局长: county leader."""
    return officer("wu", "吴局长", "county", Role.LEADER)


@pytest.fixture
def auditor(officer) -> Officer:
    """郑监察: discipline office."""
    return officer("zheng", "郑监察", "county", Role.AUDITOR)


@pytest.fixture
def sun(officer) -> Officer:
    """孙外人: officer of another county with every role there."""
    return officer("sun", "孙外人", "neighbour", *Role.values)


@pytest.fixture
def person(offices) -> Callable[..., Person]:
    """Make a person of Yangxin known to the registry."""

    def make(name: str, first17: str, phone: str = "", branch: str = "branch") -> Person:
        keys, resident = Keys.load(), number(first17)
        made = Person.objects.create(
            pk=keys.person_id(resident),
            name=name,
            number=resident,
            phone=phone,
            name_token=keys.token("name", name),
            state=Person.State.VERIFIED,
        )
        Jurisdiction.objects.create(about=made.key, office=offices[branch])
        return made

    return make


@pytest.fixture
def wang(person) -> Person:
    """王守信: honest, identified, no directives."""
    return person("王守信", "37232319850315113")


@pytest.fixture
def li(person) -> Person:
    """李投资: investor."""
    return person("李投资", "37232319790612241")


@pytest.fixture
def zhang(person) -> Person:
    """张冒名: impersonator."""
    return person("张冒名", "37232319900908331")


@pytest.fixture
def enterprise(offices) -> Callable[..., Enterprise]:
    """Make an enterprise of Yangxin with roles: enterprise("甲厂", wang="01")."""

    def make(
        code: str, name: str, *bound: tuple[Person, str], branch: str = "branch"
    ) -> Enterprise:
        made = Enterprise.objects.create(pk=code, credit_code=code, name=name)
        Jurisdiction.objects.create(about=made.key, office=offices[branch])
        for someone, role in bound:
            Affiliation.objects.create(person=someone, enterprise=made, role=role)
        return made

    return make


@pytest.fixture
def factory(enterprise, wang) -> Enterprise:
    """守信食品: 王守信 is its legal representative and tax handler."""
    return enterprise("91371622MA3D1Q2W3P", "阳信县守信食品有限公司", (wang, "01"), (wang, "03"))


@pytest.fixture
def hall(offices) -> Hall:
    return Hall.objects.create(
        code="yangxin", name="阳信县联合办税服务厅", office=offices["county"]
    )


@pytest.fixture
def window(hall) -> Window:
    return Window.objects.create(hall=hall, number=3, serves="enterprise,personal,enrolment")


@pytest.fixture
def nonce() -> uuid.UUID:
    return uuid.uuid4()
