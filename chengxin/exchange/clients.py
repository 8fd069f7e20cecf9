"""接口客户端: which program of which office may tell facts, and as which sources.

A key is shown once, when it is made; only its SHA-256 is kept.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from django.utils.translation import gettext as _

from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal, Trouble
from chengxin.exchange import arrivals
from chengxin.exchange.models import Client
from chengxin.sources import Source, all_sources
from chengxin.trace import record

_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")


def add(name: str, *, owner: str, speaks_as: Sequence[str]) -> str:
    """Register a client; its key.  The same name again gets a new key, and the old one is void."""
    if not _NAME.fullmatch(name):
        raise Trouble(f"{name} is no client's name; use 2 to 40 of a-z, 0-9 and -.")
    if not speaks_as:
        raise Trouble(f"Say as which sources {name} may speak: --source police_case.")
    if unknown := sorted(set(speaks_as) - (set(all_sources()) - arrivals.OWN)):
        raise Trouble(f"There is no source {', '.join(unknown)}; see docs/tables.md.")
    key = secrets.token_urlsafe(32)
    with record.of("client.add", place="exchange") as trace:
        Client.objects.update_or_create(
            name=name,
            defaults={
                "owner": owner,
                "key_digest": digest(key.encode()),
                "sources": sorted(set(speaks_as)),
                "active": True,
            },
        )
        trace.detail |= {"client": name, "sources": sorted(set(speaks_as))}
    return key


def stop(name: str) -> None:
    """Its key opens nothing any more; what it told stays."""
    with record.of("client.stop", place="exchange") as trace:
        trace.detail["client"] = name
        if not Client.objects.filter(name=name, active=True).update(active=False):
            raise Trouble(f"There is no active client {name}; see `chengxin client list`.")


def known_by(authorization: str) -> Client:
    """Whose key this is (`Authorization: Bearer <key>`); refuses an unknown one."""
    scheme, _space, key = authorization.partition(" ")
    client = None
    if scheme.lower() == "bearer" and key:
        client = Client.objects.filter(key_digest=digest(key.encode()), active=True).first()
    if client is None:
        raise Refusal("client_unknown", _("接口密钥无效或已停用，请向税务机关数据管理员索取"))
    return client


def speaks_as(client: Client, table: str, source: str = "") -> Source:
    """As which source a client tells rows of a table; refuses what is not its own."""
    sources = [
        one
        for name in client.sources
        if (one := all_sources().get(name)) and one.table == table and source in ("", name)
    ]
    match sources:
        case [one]:
            return one
        case []:
            raise Refusal("not_yours", _("没有该数据表的报送权限"))
        case _:
            names = "、".join(one.name for one in sources)
            raise Refusal("which_source", _("请用 source 参数写明数据来源：%s") % names)
