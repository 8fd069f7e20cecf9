"""大厅设置: what the hall manager decides for his hall; what was changed from what stands in the trace."""  # noqa: E501

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chengxin.hall.models import Hall
from chengxin.offices.models import Officer
from chengxin.trace import record

FIELDS = ("daily_limit", "slots", "leap", "redress_days", "shows_officer", "name_en")


def change(hall: Hall, told: Mapping[str, Any], *, officer: Officer) -> list[str]:
    """Set the fields of `FIELDS` in `told`, from now on; the names of those that changed.

    What is under way stays: a number that was given, a half hour that was booked, a day by which a
    bad grade is to be answered.
    """
    with record.of("hall.set", officer=officer, place=hall.place) as trace:
        held = Hall.objects.select_for_update().get(pk=hall.pk)
        changed = [name for name in FIELDS if name in told and getattr(held, name) != told[name]]
        if not changed:
            trace.drop()
            return []
        trace.detail["before"] = {name: getattr(held, name) for name in changed}
        trace.detail["after"] = {name: told[name] for name in changed}
        for name in changed:
            setattr(held, name, told[name])
        held.save(update_fields=changed)
    return changed
