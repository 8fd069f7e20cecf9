"""The hall of a simulated day before its door opens: officers, devices, and all who will come."""

from __future__ import annotations

from typing import Any

from bench.day.plan import Desk, Visitor

CODE = "bench"


def prepare(people: list[Visitor], desks: list[Desk], kiosks: int) -> dict[str, Any]:
    """The county's hall, its officers signed in, its devices with their keys, and all who come."""
    from django.test import Client

    from chengxin.core.keys import Keys
    from chengxin.devices.signing import DeviceKey
    from chengxin.hall.models import Device, Hall, Window
    from chengxin.offices.models import Jurisdiction, Office, Officer, OfficerRole, Role
    from chengxin.people.models import Affiliation, Enterprise, Person

    offices = [
        Office.objects.create(
            code=f"{line}3716220000", name=f"基准县{name}", bureau=bureau, level="county",
            region="371622",
        )
        for line, name, bureau in (("1", "国税局", "state"), ("2", "地税局", "local"))
    ]  # fmt: skip
    hall = Hall.objects.create(code=CODE, name="基准厅", office=offices[0])
    found: dict[str, Any] = {"windows": [], "kiosks": []}
    for desk in desks:
        window = Window.objects.create(hall=hall, number=desk.number, serves=desk.serves)
        officer = Officer.objects.create(
            username=f"w{desk.number}",
            full_name=f"窗口{desk.number}",
            office=offices[desk.number % 2],
        )
        OfficerRole.objects.create(officer=officer, role=Role.WINDOW)
        client = Client()
        client.force_login(officer)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        found["windows"].append((window.pk, desk, cookies))
    for number in range(1, kiosks + 1):
        key = DeviceKey.generate()
        device = Device.objects.create(
            pk=f"kiosk-{number}", hall=hall, title=f"{number}号", public_key=key.public
        )
        found["kiosks"].append((device.pk, key))
    keys = Keys.load()
    persons = [
        Person(
            pk=keys.person_id(one.number), name=one.name, number=one.number,
            name_token=keys.token("name", one.name), state=Person.State.VERIFIED,
        )
        for one in people
    ]  # fmt: skip
    Person.objects.bulk_create(persons)
    firms = [Enterprise(pk=one.enterprise, credit_code=one.enterprise, name=f"{one.name}公司")
             for one in people if one.enterprise]  # fmt: skip
    Enterprise.objects.bulk_create(firms)
    Affiliation.objects.bulk_create(
        Affiliation(person=person, enterprise_id=one.enterprise, role="03")
        for one, person in zip(people, persons, strict=True)
        if one.enterprise
    )
    subjects = [one.key for one in (*persons, *firms)]
    Jurisdiction.objects.bulk_create(
        Jurisdiction(about=about, office=offices[0]) for about in subjects
    )
    return found
