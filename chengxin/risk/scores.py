"""风险评分: a night's ranking made and taken over, so that the lists show it.

    findings, what offices judged ──ranking.rank──▶ ranks.parquet ──▶ RiskScore

Made anew with every night, and soon after something changed between two nights or an office has
judged.
Making it twice from the same changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from django.db import connection
from django.utils.timezone import now

from chengxin.core import places
from chengxin.indicators.scan import Finding
from chengxin.lake.engine import DuckDB
from chengxin.ranking import scheme
from chengxin.ranking.rank import BATCH, Ranking, rank
from chengxin.risk import alerts
from chengxin.risk.models import Alert, RankingRun
from chengxin.trace import record
from chengxin.warehouse import build

_LOCK = 0x5C0E
_COLUMNS = (
    "about", "kind", "score", "own", "network", "level", "previous", "previous_level", "industry",
    "parts",
)  # fmt: skip


def renew(findings: Sequence[Finding], *, day: date, lake_version: int) -> Ranking:
    """Rank everyone by these findings, the warehouse of this lake version and what is judged."""
    with record.of("score.renew", place="night") as trace:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        began, clock = now(), time.monotonic()
        engine = DuckDB()
        try:
            build.bind(engine, places.warehouse() / str(lake_version))
            made = rank(
                engine, findings, day, lake_version, scheme.load(),
                nights=places.nights(), judged=alerts.judged(findings),
            )  # fmt: skip
        finally:
            engine.close()
        written = _take_over(made.path)
        RankingRun.objects.create(
            day=day, lake_version=lake_version, scheme=made.scheme, levels=made.levels,
            seconds=time.monotonic() - clock, began_at=began,
        )  # fmt: skip
        trace.detail |= {"day": day, "lake_version": lake_version, "written": written}
    return made


def stale(day: date, lake_version: int) -> bool:
    """Whether the newest ranking is of another day, lake version or scheme, or of before some
    office judged something."""
    last = RankingRun.objects.order_by("-pk").first()
    made_of = last and (last.day, last.lake_version, last.scheme)
    if last is None or made_of != (day, lake_version, scheme.load().version):
        return True
    judged = Alert.objects.filter(kind=Alert.Kind.ANALYSIS, closed_by__isnull=False)
    return judged.filter(closed_at__gt=last.began_at).exists()


def _take_over(ranks: Path) -> int:
    """Make the table hold exactly these rows; how many were written, moved or removed."""
    listed = ", ".join(_COLUMNS)
    others = [name for name in _COLUMNS if name != "about"]
    new = ", ".join(f"{name} = excluded.{name}" for name in others)
    differs = " OR ".join(
        f"risk_riskscore.{name} IS DISTINCT FROM excluded.{name}" for name in others
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE fresh ON COMMIT DROP AS SELECT {listed} FROM risk_riskscore LIMIT 0"  # noqa: S608
        )
        with cursor.copy("COPY fresh FROM STDIN") as copy:
            for batch in pq.ParquetFile(ranks).iter_batches(BATCH):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row([*row[:7], row[7] or "", *row[8:]])
        cursor.execute("ANALYZE fresh")
        cursor.execute(
            "DELETE FROM risk_riskscore WHERE NOT EXISTS "
            "(SELECT 1 FROM fresh WHERE fresh.about = risk_riskscore.about)"
        )
        written: int = cursor.rowcount
        cursor.execute(
            f"INSERT INTO risk_riskscore ({listed}) SELECT {listed} FROM fresh ORDER BY about "  # noqa: S608
            f"ON CONFLICT (about) DO UPDATE SET {new} WHERE {differs}"
        )
        written += cursor.rowcount
        cursor.execute("DROP TABLE fresh")
    return written
