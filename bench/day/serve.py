"""The web server of a simulated day: `chengxin serve` without its workers, by the hall's clock.

    CHENGXIN_BENCH_CLOCK=… CHENGXIN_HOME=… PORT=… python -m bench.day.serve

What the worker does every minute for the queue (`queue.sweep`) a thread does every minute of the
hall's time.
"""

from __future__ import annotations

import os
import threading
import time

from bench import clock

hall_clock = clock.install()  # before any model takes Django's

import django

from chengxin.web import database


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "chengxin.web.settings"
    database.ensure()
    django.setup()
    from chengxin.web import serve

    threading.Thread(target=sweep, daemon=True).start()
    serve.run(serve.port(), beside=[])


def sweep() -> None:
    from django.db import connections

    from chengxin.hall import queue

    while True:
        time.sleep(60 / hall_clock.factor)
        queue.sweep()
        connections.close_all()


if __name__ == "__main__":
    main()
