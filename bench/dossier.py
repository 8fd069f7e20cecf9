"""How long a dossier takes over HTTP, with everything in it: p50, p95 and pages a second as JSON.

    flock /tmp/heavy python -m bench.dossier [--persons 200000] [--pages 400] [--clients 4]

The demo's county is made and served as `chengxin serve --demo` does it, one web process with the
embedded PostgreSQL beside it.  A risk officer signs in and opens persons and enterprises drawn from
all that the lake knows something of, each once; every look leaves its trace.  First one page after
the other (how long somebody waits), then several at once (how many the server gives).  The busiest
subjects are measured on their own: they have the longest pages.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import httpx

from chengxin.lake import sorted_rows
from tools import demo_server, walk

COUNTY = "371622"
OFFICER = "qian"  # risk officer of the county: sees every section


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--home", type=Path, help="a folder to keep the county in, or that has one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as own:
        home = asked.home or Path(own)
        demo_server.PATIENCE = 3600.0
        began = time.monotonic()
        with demo_server.running(home, persons=asked.persons) as address:
            opened = time.monotonic() - began
            told = measure(home, address, asked.pages, asked.clients)
            json.dump({"persons": asked.persons, "opened_s": round(opened), **told}, sys.stdout)
            sys.stdout.write("\n")


def measure(home: Path, address: str, pages: int, clients: int) -> dict[str, float]:
    drawn, busiest = subjects(home, 2 * pages)
    with httpx.Client(base_url=address, timeout=60) as client:
        sign_in(client)
        for about in busiest[:20]:  # warm
            took(client, about)
        alone = [took(client, about) for about in drawn[:pages]]
        longest = [took(client, about) for about in busiest[20:120]]
        began = time.perf_counter()
        with ThreadPoolExecutor(clients) as several:
            together = list(several.map(lambda about: took(client, about), drawn[pages:]))
        seconds = time.perf_counter() - began
    return {
        "pages": len(alone), "p50_ms": middle(alone, 50), "p95_ms": middle(alone, 95),
        "busiest_p50_ms": middle(longest, 50), "busiest_p95_ms": middle(longest, 95),
        "clients": clients, "together_p95_ms": middle(together, 95),
        "pages_per_s": round(len(together) / seconds, 1),
    }  # fmt: skip


def subjects(home: Path, count: int) -> tuple[list[str], list[str]]:
    """(so many drawn at random, the ones with the most rows) of the county's that have a row."""
    [file] = sorted(home.glob("warehouse/*/by_subject/count.arrow"))[-1:]
    lines = duckdb.connect()
    lines.register("told", sorted_rows.dataset(file.with_suffix("")))
    rows = lines.execute(
        "SELECT about, sum(rows) FROM told WHERE about IN (SELECT subject_key "
        f"FROM read_parquet('{file.parents[1]}/jurisdiction.parquet') "
        f"WHERE substring(office, 2, 6) = '{COUNTY}') GROUP BY about ORDER BY 2 DESC, 1"
    ).fetchall()
    keys = [about for about, _rows in rows]
    return random.Random(1).sample(keys, min(count, len(keys))), keys[:120]


def sign_in(client: httpx.Client, officer: str = OFFICER) -> None:
    page = client.get("/account/login/").text
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    told = {"login": officer, "password": walk.PASSWORD, "csrfmiddlewaretoken": found[1]}
    answer = client.post("/account/login/", data=told, headers={"Referer": str(client.base_url)})
    assert answer.status_code == 302, answer.status_code


def took(client: httpx.Client, about: str) -> float:
    kind, _colon, pk = about.partition(":")
    room = {"person": "people", "enterprise": "enterprises"}[kind]
    began = time.perf_counter()
    answer = client.get(f"/{room}/{pk}/")
    assert answer.status_code == 200, (about, answer.status_code)
    return (time.perf_counter() - began) * 1000


def middle(times: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(times, n=100)[percent - 1], 1)


if __name__ == "__main__":
    main()
