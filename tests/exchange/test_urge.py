"""The worker urges by itself, apart from the night."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from chengxin.exchange import tasks
from chengxin.risk.models import Alert
from tests.risk.conftest import finding, losing, night, suspicion, task

__all__ = ["finding", "losing", "night", "suspicion", "task"]


@pytest.mark.django_db
def test_worker_urges_what_is_overdue(task):
    Alert.objects.update(due_on=localdate() - timedelta(days=1))
    tasks.urge(0)
    task.refresh_from_db()
    assert task.urged == Alert.Urged.OVERDUE
