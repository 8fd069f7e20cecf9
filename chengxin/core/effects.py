"""What a directive does at the counter, strictest first (指令等级 D1–D4, domain facts 4.0)."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """One level.  D1 ends the matter; D2 and D3 together ask for both; D4 only speaks."""

    BLOCK = "block"  # D1 阻断: not accepted until lifted
    LEGAL_REP = "legal_rep"  # D2 法人核实: accepted once the legal representative is verified
    APPROVAL = "approval"  # D3 审批: accepted after proof and a section head's approval
    REMIND = "remind"  # D4 提示: said, and accepted

    @property
    def level(self) -> str:
        return f"D{list(Effect).index(self) + 1}"


STRICTEST_FIRST = tuple(Effect)
