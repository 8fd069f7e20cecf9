"""Who signs out sits at no window any more."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out

from chengxin.hall import attendance
from chengxin.offices.models import Officer


def listen() -> None:
    user_logged_out.connect(_signed_out, dispatch_uid="hall.signing_out")


def _signed_out(sender: Any, user: Officer | None, **_told: Any) -> None:
    if user is not None:
        attendance.go(user)
