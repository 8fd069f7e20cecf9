"""经办统计: every figure is a count of traces."""

from __future__ import annotations

from datetime import date, timedelta

from chengxin.oversight import figures

DAY = date(2017, 8, 18)


def test_row_counts_what_the_officer_did(did, auditor, zhao, wang, factory):
    did(zhao, "ticket.start", wang)
    did(zhao, "item.finish", wang)
    did(zhao, "item.finish", wang)
    did(zhao, "item.begin", wang, outcome="restricted")
    did(zhao, "directive.override", wang)
    did(zhao, "number.reveal", wang)
    did(zhao, "dossier.export", factory)

    (row,) = figures.of(auditor, DAY, DAY).rows

    assert (row.officer, row.lines) == (zhao, 7)
    assert (row.served, row.items, row.refused, row.approved) == (1, 2, 1, 1)
    assert (row.looks, row.revealed, row.taken, row.ungrounded) == (2, 1, 1, 0)


def test_looks_without_ground_come_first(did, auditor, zhao, qian, wang, li):
    for _ in range(3):
        did(zhao, "ticket.start", wang, place="hall:yangxin/window:3")
    did(qian, "dossier.open", li)

    told = figures.of(auditor, DAY, DAY).rows
    assert [(row.officer, row.ungrounded) for row in told] == [(qian, 1), (zhao, 0)]


def test_every_day_has_its_count_also_without_a_line(did, auditor, zhao, wang):
    did(zhao, "ticket.start", wang, days=-2)
    did(zhao, "item.begin", wang, days=-2, outcome="restricted")
    did(zhao, "ticket.start", wang)

    told = figures.of(auditor, DAY - timedelta(days=2), DAY)

    assert [(one.lines, one.refused) for one in told.days] == [(2, 1), (0, 0), (1, 0)]
    assert (told.total, told.most) == (3, 2)
    assert [one.bar.height for one in told.days] == ["100.000", "0.000", "50.000"]


def test_day_ends_at_local_midnight(did, auditor, zhao, wang):
    did(zhao, "ticket.start", wang, days=0.49)  # 23:46
    did(zhao, "ticket.start", wang, days=0.51)  # 00:14 of the next day

    assert [row.lines for row in figures.of(auditor, DAY, DAY).rows] == [1]


def test_auditor_of_another_county_counts_nothing(did, sun, zhao, wang):
    did(zhao, "ticket.start", wang)

    assert figures.of(sun, DAY, DAY).rows == []
