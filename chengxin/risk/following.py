"""Ask the worker to see what a new fact changes.

The task itself is the exchange's (`exchange.tasks.follow`), which stands above this package.
"""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

FOLLOW = "exchange.follow"  # the worker's task


def ask() -> None:
    """In the caller's transaction; asked twice before the worker looks, it looks once.

    Whoever is killed before this is found by the worker's next look at the inbox.
    """
    try:
        with transaction.atomic():
            app.configure_task(FOLLOW, queueing_lock="follow").defer()
    except AlreadyEnqueued:
        pass
