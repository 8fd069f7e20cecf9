"""What strangers may ask from one network address: so many times within half an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal

MOST = 30  # a household or an office behind one address may be many
WITHIN = timedelta(minutes=30)


def require_few(asked: QuerySet[Any], token: str) -> None:
    """Refuse the one too many of `asked`, rows with `address` (a keyed token) and `made_at`.

    The caller holds the lock on this address, so that two at once are counted one after another.
    """
    if asked.filter(address=token, made_at__gt=now() - WITHIN).count() >= MOST:
        raise Refusal("too_many_tries", _("请求次数过多，请半小时后再试"))
