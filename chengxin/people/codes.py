"""短信验证码: six digits that prove that somebody holds a phone.

Good for five minutes and five tries, one a minute and twenty a day for one phone; kept only as a
keyed digest, so that a copy of the database opens nothing.  Sending it is the outbox's.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from uuid import uuid4

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.identifiers import is_mobile
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.people.models import OneTimeCode
from chengxin.trace import record

Use = OneTimeCode.Use
GOOD_FOR = timedelta(minutes=5)
TRIES = 5
PAUSE = timedelta(minutes=1)
A_DAY = 20


def make(phone: str, use: str, about: str) -> str:
    """The digits of a fresh code for this phone, in the caller's transaction; older ones end."""
    if not is_mobile(phone):
        raise Refusal("wrong_mobile", _("请输入11位手机号码"))
    token = Keys.load().phone_token(phone)
    moment = now()
    recent = OneTimeCode.objects.filter(phone_token=token)
    if recent.filter(made_at__gt=moment - PAUSE).exists():
        raise Refusal("code_just_sent", _("验证码已发送，一分钟后可以再次获取"))
    if recent.filter(made_at__gt=moment - timedelta(days=1)).count() >= A_DAY:
        raise Refusal("too_many_codes", _("今日获取验证码次数过多，请改用其他核验方式"))
    recent.filter(use=use, about=about, used_at=None).update(until=moment)
    pk, digits = uuid4(), f"{secrets.randbelow(1_000_000):06}"
    OneTimeCode.objects.create(
        pk=pk,
        use=use,
        about=about,
        phone_token=token,
        digest=_digest(str(pk), digits),
        made_at=moment,
        until=moment + GOOD_FOR,
    )
    return digits


def asked_today(use: str, about: str) -> int:
    """How many codes were made for this use and whom in a day, to whatever phone."""
    lately = OneTimeCode.objects.filter(made_at__gt=now() - timedelta(days=1))
    return lately.filter(use=use, about=about).count()


def spend(phone: str, use: str, about: str, digits: str) -> None:
    """Use the code up; a wrong one costs a try.

    Called outside any transaction: the try stays counted though the code is refused.
    """
    moment = now()
    token = Keys.load().phone_token(phone)
    with record.of("code.use", about=about if about.startswith("person:") else "") as trace:
        trace.detail["use"] = use
        newest = (
            OneTimeCode.objects.select_for_update()
            .filter(phone_token=token, use=use, about=about, used_at=None, until__gt=moment)
            .order_by("-made_at")
            .first()
        )
        left = newest is not None and newest.tries < TRIES
        right = (
            left
            and newest is not None
            and hmac.compare_digest(newest.digest, _digest(str(newest.pk), digits.strip()))
        )
        if newest is not None and left:
            newest.tries += 1
            newest.used_at = moment if right else None
            newest.save(update_fields=["tries", "used_at"])
        trace.outcome = "done" if right else ("code_wrong" if left else "code_over")
    if not left:
        raise Refusal("code_over", _("验证码已失效或尝试次数过多，请重新获取"))
    if not right:
        raise Refusal("code_wrong", _("验证码不正确"))


def _digest(pk: str, digits: str) -> str:
    return Keys.load().token("code", f"{pk}:{digits}")
