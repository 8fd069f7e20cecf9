"""What stands around the walk of docs/adding-a-source.md, run as a program in its installation.

python -m tests.flow.walk offices               the county's offices, so that somebody manages the enterprise
python -m tests.flow.walk dossier ENTERPRISE    its page, as its risk officer sees it
"""  # noqa: E501

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.web.settings")
django.setup()

from django.test import Client  # noqa: E402

from chengxin.offices.models import Office, Officer, OfficerRole, Role  # noqa: E402
from chengxin.web import serve  # noqa: E402


def offices() -> None:
    serve.migrate()
    county = Office.objects.create(
        code="13716220000", name="阳信县国家税务局", bureau="state", level="county", region="371622"
    )
    Office.objects.create(
        code="13716220100", name="第一分局", bureau="state", level="branch", region="371622",
        above=county,
    )  # fmt: skip
    officer = Officer.objects.create_user("qian", full_name="钱科长", office=county)
    OfficerRole.objects.create(officer=officer, role=Role.RISK)


def dossier(enterprise: str) -> str:
    client = Client(SERVER_NAME="localhost")
    client.force_login(
        Officer.objects.get(username="qian"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    page = client.get(f"/enterprises/{enterprise}/")
    assert page.status_code == 200, page.status_code
    return " ".join(page.content.decode().split())


if __name__ == "__main__":
    if sys.argv[1] == "offices":
        offices()
    else:
        sys.stdout.write(dossier(sys.argv[2]) + "\n")
