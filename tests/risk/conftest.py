"""Findings as the night prints them, of the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chengxin.indicators.scan import Finding
from chengxin.offices.models import Officer, Role
from chengxin.people.models import Enterprise
from chengxin.risk import alerts
from chengxin.risk.models import Alert

DAY = date(2017, 8, 18)
BLOCKED = {"INV": "block", "INV-AUTH": "block", "*": "legal_rep"}
LIMITED = {"INV-AUTH": "legal_rep", "DEREG": "legal_rep", "REG-CHG": "legal_rep"}


@pytest.fixture
def finding() -> Callable[..., Finding]:
    def make(indicator: str, subject: str, acted_on: str = "", **told: Any) -> Finding:
        analysis = indicator.startswith("A")
        usual: dict[str, Any] = {
            "name": indicator.lower(),
            "kind": "analysis" if analysis else "monitoring",
            "version": "0" * 12,
            "value": Decimal(1),
            "band": "normal" if analysis else "filed",
            "evidence": {"filed_on": "2017-08-01"},
            "params": {},
            "as_of": DAY,
            "lake_version": 1,
            "because": "涉及待核实事项，请联系主管税务机关",
            "levels": LIMITED if analysis else BLOCKED,
        }
        return Finding(
            indicator=indicator, subject=subject, acted_on=acted_on or subject, **(usual | told)
        )

    return make


@pytest.fixture
def night() -> Callable[..., dict[str, int]]:
    """Hand over one night's complete result for the indicators named."""

    def run(indicators: str, *findings: Finding, version: int = 1) -> dict[str, int]:
        return alerts.receive_all(
            findings, as_of=DAY, lake_version=version, indicators=indicators.split()
        )

    return run


@pytest.fixture
def losing(enterprise, li, offices) -> list[Enterprise]:
    """李投资's two enterprises that only lose money."""
    return [
        enterprise("91371622MA3E1Q2W3A", "阳信县甲木业有限公司", (li, "01")),
        enterprise("91371622MA3E1Q2W3B", "阳信县乙木业有限公司", (li, "06"), branch="local_branch"),
    ]


@pytest.fixture
def suspicion(finding, li, losing) -> Callable[..., list[Finding]]:
    """李投资 bought an expensive home."""

    def make(contract: str = "WQ-2017-0001", **told: Any) -> list[Finding]:
        evidence = {"contract_no": contract, "own_price": 2400000}
        return [
            finding("A01", li.key, factory.key, **({"evidence": evidence} | told))
            for factory in losing
        ]

    return make


@pytest.fixture
def task(night, suspicion) -> Alert:
    """李投资's home, to be verified; of middling priority, so that one officer closes it."""
    night("A01", *suspicion())
    return Alert.objects.get()


@pytest.fixture
def grave(night, suspicion) -> Alert:
    """The same in the high band: a second officer has to agree."""
    night("A01", *suspicion(band="high"))
    return Alert.objects.get()


@pytest.fixture
def xu(officer) -> Officer:
    """徐管户: tax administrator of the local bureau's branch, which manages one of the two."""
    return officer("xu", "徐管户", "local_branch", Role.FIELD)
