"""How long the page of pictures takes in process, over a county of made-up rows: p50, p95 as JSON.

    python -m bench.pictures [--persons 200000] [--pages 40]

So many persons, three enterprises to ten of them, twelve branches of both bureaus, an alert to
every tenth subject open and as many ended within a year, a directive for each hard fact.  The
middlewares, the queries and the template are in the time, the network is not.  Each way of asking
is measured, the first look after a night apart; that each number is its list counted is shown by
`tests/panorama`.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import time

from bench.own_database import own_database

WAYS = {
    "all": "",
    "by_office": "by=office",
    "nights": "period=30",
    "one_bureau": "bureau=local",
    "one_office": "office=13716220100",
    "persons": "who=person",
    "one_indicator": "indicator=A04",
}
SUBJECTS = """
CREATE TEMP TABLE everybody AS
SELECT CASE WHEN n <= %(persons)s THEN 'person:' ELSE 'enterprise:' END || lpad(n::text, 26, '0')
    AS about, n FROM generate_series(1, %(all)s) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--pages", type=int, default=40)
    asked = parser.parse_args()
    with own_database():
        make(asked.persons)
        told = {name: measure(query, asked.pages) for name, query in WAYS.items()}
    json.dump({"persons": asked.persons, **told}, sys.stdout)
    sys.stdout.write("\n")


def make(persons: int) -> None:
    from django.db import connection
    from django.utils.timezone import now

    from chengxin.indicators.catalogue import all_indicators
    from chengxin.offices.models import Officer
    from chengxin.risk.models import RankingRun
    from chengxin.web import demo

    demo.make_offices()
    demo.make_officers()
    RankingRun.objects.bulk_create(
        RankingRun(day=now().date(), lake_version=1, scheme="0" * 12) for _ in range(3)
    )
    officer = Officer.objects.get(username="zhou").pk
    codes = [(one.code, one.subject[0]) for one in all_indicators()]
    kinds = {"M": "monitoring", "A": "analysis"}
    with connection.cursor() as cursor:
        cursor.execute(SUBJECTS, {"persons": persons, "all": persons * 13 // 10})
        cursor.execute("ANALYZE everybody")
        for bureau in "12":  # of the local bureau all, of the state bureau three in four
            cursor.execute(
                "INSERT INTO offices_jurisdiction (about, office_id) "
                "SELECT about, %s || '3716220' || (1 + n %% 6) || '00' FROM everybody "
                "WHERE %s = '2' OR n %% 4 > 0",
                [bureau, bureau],
            )
        for place, (code, _subject) in enumerate(codes):
            for ended in (False, True):
                cursor.execute(
                    "INSERT INTO risk_alert (indicator, kind, subject, band, value, because, "
                    "because_en, findings, facts, as_of, lake_version, priority, industry, state, "
                    "urged, first_seen, closed_at, grounds, proposed, held_by_id) "
                    "SELECT %(code)s, %(kind)s, about, 'normal', 1, '', '', '[]', '', now(), 1, "
                    "1 + n %% 4, '', %(state)s, 0, now() - (n %% 360) * interval '1 day', "
                    "CASE WHEN %(ended)s THEN now() - (n %% 360) * interval '12 hours' END, '', "
                    "'', CASE WHEN n %% 3 = 0 THEN %(officer)s::bigint END FROM everybody "
                    "WHERE (n / 7) %% (10 * %(many)s) = %(place)s",
                    {
                        "code": code, "kind": kinds[code[0]], "ended": ended, "officer": officer,
                        "state": "cleared" if ended else "open", "many": len(codes),
                        "place": place,
                    },
                )  # fmt: skip
        cursor.execute(
            "INSERT INTO risk_alert_offices (alert_id, office_id) SELECT a.id, j.office_id "
            "FROM risk_alert AS a JOIN offices_jurisdiction AS j ON j.about = a.subject"
        )
        cursor.execute(
            "INSERT INTO risk_directive (about, subject, indicator, band, source, alert_id, "
            "levels, reason, reason_en, valid_from, until, release_needed, lifted_because) "
            "SELECT subject, subject, indicator, band, 'finding', id, '{}', '', '', now(), now(), "
            "false, '' FROM risk_alert WHERE kind = 'monitoring' AND state = 'open'"
        )
        for table in ("offices_jurisdiction", "risk_alert", "risk_alert_offices", "risk_directive"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def measure(query: str, pages: int) -> dict[str, float]:
    from django.test import Client

    from chengxin.offices.models import Officer
    from chengxin.panorama import administered

    logging.getLogger("chengxin.request").setLevel(logging.ERROR)  # one line of JSON and no more
    client = Client(headers={"host": "localhost"})
    client.force_login(Officer.objects.get(username="qian"))
    administered.forget()
    times = []
    for _page in range(pages + 1):
        began = time.perf_counter()
        answer = client.get(f"/panorama/?{query}")
        assert answer.status_code == 200, answer.status_code
        times.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(times[1:], n=100)
    return {
        "first_ms": round(times[0], 1), "least_ms": round(min(times), 1),
        "p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1),
    }  # fmt: skip


if __name__ == "__main__":
    main()
