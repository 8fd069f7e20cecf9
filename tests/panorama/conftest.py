"""Findings of several days, offices and outcomes, of the cast."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.offices.models import Jurisdiction
from chengxin.people.models import Enterprise
from chengxin.risk import cases, inquiries, judging
from chengxin.risk.control_models import OF_A_SAMPLE
from chengxin.risk.models import Alert, Control, RankingRun
from tests.risk.conftest import finding, night

__all__ = ["finding", "night"]


@pytest.fixture
def firms(enterprise) -> list[Enterprise]:
    """Six makers of Yangxin; the last two are managed by the local bureau."""
    return [
        enterprise(
            f"91371622MA3F1Q2W{n}A", f"阳信县第{n}厂", branch="local_branch" if n > 3 else "branch"
        )
        for n in range(6)
    ]


@pytest.fixture
def world(night, finding, firms, wang, li, qian) -> dict[str, Alert]:
    """Every way a finding can go, today; the first hard fact of 60 days ago, ended 20 days ago."""
    night(
        "A04 M09 M07",
        *(finding("A04", firm.key, band="excess") for firm in firms),
        finding("M09", firms[0].key),
        finding("M09", wang.key),
        finding("M09", li.key),
        finding("M07", firms[5].key, levels={}),
    )
    suspected = list(Alert.objects.filter(indicator="A04").order_by("subject"))
    cases.take(suspected[0], officer=qian)
    inquiries.ask(suspected[0], "请说明开票与申报差额", 5, officer=qian)
    judging.confirm(suspected[1], "更正申报补税", officer=qian)
    judging.explain(suspected[2], "红字发票", officer=qian)
    judging.leave(suspected[3], "账册被水浸", officer=qian)
    cases.take(suspected[4], officer=qian)
    old = Alert.objects.get(indicator="M09", subject=wang.key)
    Alert.objects.filter(pk=old.pk).update(
        state=Alert.State.CLEARED,
        first_seen=now() - timedelta(days=60),
        closed_at=now() - timedelta(days=20),
    )
    return {"old": old, "asked": suspected[0], "confirmed": suspected[1]}


@pytest.fixture
def drawn(zhang, qian) -> str:
    """Chance drew 张冒名 for a control sample; nothing was found about him.  His key."""
    told = {"as_of": localdate(), "lake_version": 1}
    sample = Control.objects.create(
        bureau="state", region="371622", seed=1, population=9, fingerprint="0", hits=0, size=1,
        drawn_by=qian, **told,
    )  # fmt: skip
    case = Alert.objects.create(
        indicator=OF_A_SAMPLE, kind=Alert.Kind.CONTROL, control=sample, subject=zhang.key, value=0,
        findings=[], due_on=localdate(), **told,
    )  # fmt: skip
    managed = Jurisdiction.objects.filter(about=zhang.key).values_list("office", flat=True)
    case.offices.add(*managed)
    return str(zhang.key)


@pytest.fixture
def ran():
    """A night was run so many days ago."""

    def make(*days: int) -> None:
        for back in days:
            moment = now() - timedelta(days=back)
            RankingRun.objects.create(
                day=moment.date(), lake_version=1, scheme="0123456789ab", began_at=moment
            )

    return make
