"""Many cases of one indicator in one query: a query on Spark takes its time, however few its rows.

Cases of the same day and settings are put into the same tables.  Every id is marked with its case's
number, so that none meets a row of another; in what is found the mark says whose it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Case = dict[str, Any]
MARK = re.compile("¤(\\d+)¤")
IDS = ("_id", "_key", "tie", "contact")


def together(cases: Iterable[Case]) -> Iterator[Case]:
    """One case for each day and setting, with the cases that are in it, by their number."""
    alike: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        alike[f"{case['as_of']} {case.get('overrides')}"].append(case)
    for some in alike.values():
        given: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for tag, case in enumerate(some):
            for table, rows in case["given"].items():
                given[table] += [_marked(tag, row) for row in rows]
        columns = ["subject_id", *some[0]["columns"]]
        yield some[0] | {"given": given, "columns": columns, "cases": dict(enumerate(some))}


def apart(found: Iterable[list[object]]) -> dict[int, list[list[object]]]:
    """What was found, by the number of the case that it belongs to."""
    by_case: dict[int, list[list[object]]] = defaultdict(list)
    for subject, *row in found:
        [tag] = MARK.findall(str(subject))
        by_case[int(tag)].append([_plain(value) for value in row])
    return by_case


def _marked(tag: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        column: re.sub("^([a-z]+:|)", rf"\1¤{tag}¤", value)
        if isinstance(value, str) and value and column.endswith(IDS)
        else value
        for column, value in row.items()
    }


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return MARK.sub("", value) if isinstance(value, str) else value
