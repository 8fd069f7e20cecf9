"""An agent with forty enterprises, put into the registry of a running installation and out again.

python -m tests.flow.agent bind NUMBER NAME      forty in all, with those that he has already
python -m tests.flow.agent unbind NUMBER NAME    without those that were added
"""

from __future__ import annotations

import os
import sys

import django

from chengxin.web import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.web.settings")
database.ensure()
django.setup()

from django.utils.timezone import localdate  # noqa: E402

from chengxin.core.keys import Keys  # noqa: E402
from chengxin.people import bindings  # noqa: E402
from chengxin.people.models import Affiliation, Enterprise, Person  # noqa: E402

FIRST = ("安康", "百信", "昌达", "德顺", "恒通", "华丰", "佳和", "金石", "蓝天", "宏远")
TRADE = ("商贸", "建材", "食品", "物流")
FORTY = 40


def firms() -> list[str]:
    return [f"阳信县{first}{trade}有限公司" for trade in TRADE for first in FIRST]


def bind(number: str, name: str) -> None:
    person, _created = Person.objects.get_or_create(
        pk=Keys.load().person_id(number), defaults={"number": number, "name": name}
    )
    held = {role.enterprise_id for role in bindings.acting(person, localdate())}
    for count, firm in enumerate(firms()[: FORTY - len(held)]):
        code = f"91371622MAFORTY{count:02}X"
        made, _created = Enterprise.objects.get_or_create(
            pk=code, defaults={"credit_code": code, "name": firm}
        )
        Affiliation.objects.get_or_create(
            person=person, enterprise=made, role=Affiliation.Role.AGENT
        )


def unbind(number: str) -> None:
    Affiliation.objects.filter(
        person=Keys.load().person_id(number), enterprise__id__startswith="91371622MAFORTY"
    ).delete()


if __name__ == "__main__":
    if sys.argv[1] == "bind":
        bind(*sys.argv[2:4])
    else:
        unbind(sys.argv[2])
