"""A certificate on paper: PDF to keep, a picture of the page to print at a terminal.

The same certificate gives the same bytes on the same machine: no clock, no language of the page.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import segno
import typst
from django.conf import settings
from django.urls import reverse

from chengxin.people import export
from chengxin.selfservice import certificates
from chengxin.selfservice.models import Certificate

TEMPLATE = Path(__file__).with_name("certificate.typ")
DOTS = 144.0  # per inch, of the picture


def pdf(made: Certificate) -> bytes:
    return _made(made, "pdf")


def picture(made: Certificate) -> bytes:
    """The page as PNG."""
    return _made(made, "png")


def link(made: Certificate) -> str:
    """Where anybody may verify it; the code alone where the system is reached from no phone."""
    path = reverse("certificate", args=[made.code])
    return settings.PUBLIC_URL.rstrip("/") + path if settings.PUBLIC_URL else made.code


def _made(made: Certificate, form: str) -> bytes:
    tongues = [certificates.words_of(made, tongue) for tongue in ("zh", "en")]
    drawn = io.BytesIO()
    segno.make(link(made), error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    told = {
        "number": made.number,
        "sum": made.sha256[:16],
        "link": link(made),
        "version": made.lake_version,
        "words": [vars(one) for one in tongues],
        "qr": drawn.getvalue().decode(),
        "fonts": export.fonts(),
    }
    page = typst.compile(
        TEMPLATE.read_bytes(),
        format=form,  # type: ignore[call-overload]
        ppi=DOTS,
        sys_inputs={"data": json.dumps(told)},
    )
    assert isinstance(page, bytes)
    return page
