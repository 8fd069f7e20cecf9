"""评价屏: which browser stands before the citizen at which window.

    manager ──invite──▶ code (ten minutes) ──typed on the tablet──▶ pair ──▶ token in its browser

The code comes from the hall manager and not from the officer at the window, so that nobody pairs a
browser of his own with his window and grades himself.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.hall.models import Screen, Window
from chengxin.offices.models import Officer
from chengxin.trace import record
from chengxin.trace.models import Trace

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another
LENGTH = 8
GOOD_FOR = timedelta(minutes=10)
GUESSES = 30  # wrong codes in the whole installation within GOOD_FOR
SEEN = timedelta(seconds=10)  # not written more often


def invite(window: Window, *, officer: Officer) -> str:
    """A code with which one screen joins the window, once; it is kept nowhere."""
    with record.of("screen.invite", officer=officer, place=window.place):
        code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
        Screen.objects.create(
            window=window, code=digest(code.encode()), until=now() + GOOD_FOR, invited_by=officer
        )
    return code


def pair(code: str) -> tuple[Screen, str]:
    """The screen behind `code` and its token, which only its browser keeps; the screen that was at
    the window before is ended."""
    with record.of("screen.pair") as trace:
        _few_guesses()
        typed = code.upper().replace(" ", "").replace("-", "")
        found = (
            Screen.objects.select_for_update(of=["self"])
            .select_related("window__hall")
            .filter(code=digest(typed.encode()), paired_at=None, ended_at=None, until__gt=now())
            .first()
        )
        if found is None:
            raise Refusal("code_unknown", _("配对码无效或已过期，请向大厅管理人员索取"))
        trace.place = found.place
        _active(found.window).update(ended_at=now())
        token = secrets.token_urlsafe(32)
        found.token, found.paired_at, found.seen_at = digest(token.encode()), now(), now()
        found.save(update_fields=["token", "paired_at", "seen_at"])
    return found, token


def end(window: Window, *, officer: Officer) -> None:
    """The window has no screen any more: it was taken away, or somebody else has it."""
    with record.of("screen.end", officer=officer, place=window.place) as trace:
        if not _active(window).update(ended_at=now()):
            trace.drop()


def of_window(window: Window) -> Screen | None:
    """The screen that is paired with the window."""
    return _active(window).select_related("window__hall").first()


def by_token(token: str) -> Screen | None:
    """The screen whose browser holds `token`, and noted that it was here."""
    if not token:
        return None
    found = (
        Screen.objects.select_related("window__hall")
        .filter(token=digest(token.encode()), ended_at=None)
        .first()
    )
    if found and (found.seen_at is None or now() - found.seen_at > SEEN):
        found.seen_at = now()
        found.save(update_fields=["seen_at"])
    return found


def _active(window: Window) -> QuerySet[Screen]:
    return Screen.objects.filter(window=window, paired_at__isnull=False, ended_at=None)


def _few_guesses() -> None:
    wrong = Trace.objects.filter(
        action="screen.pair", outcome="code_unknown", at__gt=now() - GOOD_FOR
    )
    if wrong.count() >= GUESSES:
        raise Refusal("too_many_tries", _("配对码输错次数过多，请稍后再试"))
