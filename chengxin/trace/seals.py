"""Close traces in batches into a hash chain, and check that nobody changed what was closed.

Writers of traces never wait: sealing runs beside them and takes only traces older than a minute,
so that no transaction still open can slip a smaller id in behind it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.timezone import now

from chengxin.trace.models import Seal, Trace

BATCH = 10_000
SETTLED = timedelta(minutes=1)
_LOCK = 0x5EA1


def seal() -> int:
    """Seal everything that has settled; the number of traces sealed."""
    total = 0
    while count := _seal_batch():
        total += count
    return total


def verify() -> list[str]:
    """What is wrong with the chain, in words; empty when every seal holds."""
    wrong, before, expected = [], "", 0
    for kept in Seal.objects.order_by("last"):
        traces = list(Trace.objects.filter(pk__gt=expected, pk__lte=kept.last).order_by("pk"))
        if len(traces) != kept.count:
            wrong.append(
                f"traces {kept.first}–{kept.last}: {len(traces)} of {kept.count} are there"
            )
        elif _digest(before, traces) != kept.digest:
            wrong.append(f"traces {kept.first}–{kept.last}: changed after they were sealed")
        before, expected = kept.digest, kept.last
    return wrong


def _seal_batch() -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        newest = Seal.objects.order_by("-last").first()
        after, before = (newest.last, newest.digest) if newest else (0, "")
        settled = Trace.objects.filter(pk__gt=after, at__lt=now() - SETTLED)
        traces = list(settled.order_by("pk")[:BATCH])
        if traces:
            Seal.objects.create(
                first=traces[0].pk,
                last=traces[-1].pk,
                count=len(traces),
                digest=_digest(before, traces),
            )
    return len(traces)


def _digest(before: str, traces: list[Trace]) -> str:
    chain = hashlib.sha256(before.encode())
    for trace in traces:
        line = [
            trace.pk, trace.at, trace.action, trace.outcome, trace.officer_id, trace.place,
            trace.about, trace.detail,
        ]  # fmt: skip
        chain.update(json.dumps(line, cls=DjangoJSONEncoder, sort_keys=True).encode())
    return chain.hexdigest()
