"""What market regulation says of the background: its register and its lists (M19).

It knows an enterprise by its credit code only.  A few have gone there, or moved out, and are taxed
as normal still; some are or were in a list.
"""

from __future__ import annotations

import numpy as np

from city.dice import Bools, chosen
from city.enterprises import NORMAL, Block
from city.forms import NONE
from city.world import World

ACTIVE, REVOKED, DEREGISTERED, WITHDRAWN, MOVED_OUT = "存续", "吊销", "注销", "撤销登记", "迁出"
ABNORMAL, SERIOUS, IMPERSONATION = "经营异常名录", "严重违法失信", "冒名登记"
LIST_DAYS = 90  # M19: in the list of abnormal operation for longer
REASONS = {
    ABNORMAL: "未按规定公示年度报告",
    SERIOUS: "提交虚假材料取得登记",
    IMPERSONATION: "被反映冒用身份信息取得登记",
}
_LISTED = {ABNORMAL: 20_000, SERIOUS: 1_500, IMPERSONATION: 1_000}  # per million
_STATUSES = (ACTIVE, REVOKED, DEREGISTERED, WITHDRAWN, MOVED_OUT)
_STATUS_WEIGHTS = (9_940, 25, 15, 5, 15)


class Market:
    """Writes the register's rows and the entries of its lists."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block) -> None:
        status = self._register(block)
        listed = {kind: self._list(block, kind) for kind in _LISTED}
        truth = self._world.truth
        for place in range(len(block)):
            kinds = [kind for kind, mask in listed.items() if mask[place]]
            if status[place] != ACTIVE or kinds:
                subject = truth.enterprise_of(block.identity, place)
                truth.has_market_facts(subject, status[place], kinds)

    def _register(self, block: Block) -> list[str]:
        """Who is gone at the bureaus is gone here too; returns what is odd beside a normal tax."""
        dice, today = self._world.dice, self._world.today
        drawn = dice.pick("market status", block.index, _STATUS_WEIGHTS).tolist()
        odd = block.where(NORMAL) & self._known(block)
        status = [
            _STATUSES[place] if is_odd else ACTIVE
            for place, is_odd in zip(drawn, odd.tolist(), strict=True)
        ]
        told = [
            DEREGISTERED if gone else one
            for gone, one in zip(block.gone().tolist(), status, strict=True)
        ]
        changed = today - dice.between("market status on", block.index, 1, 800)
        is_active = np.array([one == ACTIVE for one in told], np.bool_)
        mask = self._known(block)
        self._world.post.table("market_registration").write(
            chosen(block.identity.code, mask),
            chosen(told, mask),
            np.where(is_active, block.registered, np.maximum(changed, block.registered))[mask],
        )
        return status

    def _list(self, block: Block, kind: str) -> Bools:
        """Entries of one list; returns whose counts today."""
        dice, today = self._world.dice, self._world.today
        mask = self._known(block) & dice.chance(f"in {kind}", block.index, _LISTED[kind])
        entered = today - dice.between(f"entered {kind}", block.index, 1, 900)
        is_removed = dice.chance(f"removed {kind}", block.index, 400_000)
        removed = np.minimum(entered + dice.between(f"{kind} for", block.index, 20, 400), today)
        count = int(np.count_nonzero(mask))
        self._world.post.table("market_listing").write(
            chosen(block.identity.code, mask),
            [kind] * count,
            entered[mask],
            np.where(is_removed, removed, NONE)[mask],
            [REASONS[kind]] * count,
        )
        counts: Bools = mask & ~is_removed
        return counts & (entered < today - LIST_DAYS) if kind == ABNORMAL else counts

    def _known(self, block: Block) -> Bools:
        return np.array([bool(code) for code in block.identity.code], np.bool_)
