"""How enterprises of the background kept the rules: violations, conclusions, vouchers.

Most violations are closed and their fines paid; some are open (M17).  A few enterprises have an
open notice of false invoicing (M12), or issued or received vouchers that are not resolved (M11).
What the inspection concluded is paid (M03).
"""

from __future__ import annotations

import numpy as np

from city.dice import Bools, chosen
from city.enterprises import Block
from city.forms import NONE, Bureau
from city.world import World

INVOICE_KIND = "04"  # WFWZLX_DM: violations of invoices
KINDS = ("01", "02", "03", INVOICE_KIND, "09")
REGISTERED, DECIDED, CLOSED = "1", "2", "3"
FINE_DAYS, LONG_DAYS = 15, 60  # M17
VOUCHER_KINDS = ("01", "02", "03", "04")
OUTSIDE = "370000123456789"  # a taxpayer of another county


class Conduct:
    """Writes the background's violations, notices and vouchers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block) -> Bools:
        """Everything about a block; returns who has an open violation of invoices (M13)."""
        of_invoices = self._violations(block)
        self._proofs(block)
        self._vouchers(block)
        return of_invoices

    def _violations(self, block: Block) -> Bools:
        """Violations, one for an enterprise at most, at one bureau."""
        world, index = self._world, block.index
        dice, today = world.dice, world.today
        mask = dice.chance("violation", index, block.often(40_000, shells=200_000)) & ~block.gone()
        kind = dice.pick("violation kind", index, (25, 40, 15, 15, 5))
        registered = today - dice.between("violation registered", index, 0, 900)
        stage = dice.pick("violation stage", index, (60, 40, 900))
        decided = np.minimum(registered + dice.between("violation decided", index, 1, 40), today)
        decided = np.where(stage == 0, NONE, decided)
        fine = np.where(stage == 0, NONE, dice.between("violation fine", index, 1, 20) * 10_000)
        paid = np.where(stage == 1, 0, fine)
        local = dice.chance("violation local", index, 500_000) & block.at[Bureau.LOCAL]
        local |= ~block.at[Bureau.STATE]
        for bureau in Bureau:
            here = mask & (local == (bureau is Bureau.LOCAL))
            world.post.to(bureau, "violation").write(
                dice.uuids("violation", index[here]),
                chosen(block.registration[bureau], here),
                [KINDS[one] for one in kind[here].tolist()],
                registered[here],
                [str(one + 1) for one in stage[here].tolist()],
                decided[here],
                fine[here],
                paid[here],
            )
        unsettled = mask & (stage < 2) & (kind != KINDS.index(INVOICE_KIND))
        overdue = (stage == 1) & (decided < today - FINE_DAYS)
        for place in np.flatnonzero(unsettled).tolist():
            world.truth.unsettled(
                world.truth.enterprise_of(block.identity, place),
                overdue=bool(overdue[place]),
                long=bool(registered[place] < today - LONG_DAYS),
            )
        of_invoices: Bools = mask & (stage < 2) & (kind == KINDS.index(INVOICE_KIND))
        return of_invoices

    def _proofs(self, block: Block) -> None:
        """Notices of the state bureau; two of three are closed."""
        world, index = self._world, block.index
        dice = world.dice
        mask = dice.chance("proof", index, block.often(1_500, shells=150_000))
        mask &= block.at[Bureau.STATE] & ~block.gone()
        noticed = world.today - dice.between("proof noticed", index, 5, 900)
        closed = np.minimum(noticed + dice.between("proof length", index, 20, 300), world.today)
        is_open = dice.chance("proof open", index, 330_000)
        count = int(np.count_nonzero(mask))
        world.post.to(Bureau.STATE, "invoice_proof").write(
            [f"YZS{row:010d}" for row in index[mask].tolist()],
            chosen(block.registration[Bureau.STATE], mask),
            ["1"] * count,
            [str(1 + one) for one in dice.below("proof direction", index[mask], 2).tolist()],
            noticed[mask],
            np.where(is_open, NONE, closed)[mask],
            dice.between("proof amount", index[mask], 10_000_000, 900_000_000),
        )
        for place in np.flatnonzero(mask & is_open).tolist():
            subject = world.truth.enterprise_of(block.identity, place)
            world.truth.finds("M12", subject, subject, "proven", "已证实虚开通知未结")

    def _vouchers(self, block: Block) -> None:
        """Abnormal vouchers between an enterprise and a taxpayer of another county."""
        world, index = self._world, block.index
        dice = world.dice
        numbers = np.array([bool(code) for code in block.identity.code])
        mask = dice.chance("voucher", index, block.often(3_000, shells=150_000))
        mask &= numbers & ~block.gone()
        entered = world.today - dice.between("voucher entered", index, 1, 700)
        resolved = np.minimum(entered + dice.between("voucher length", index, 5, 90), world.today)
        is_open = dice.chance("voucher open", index, 400_000)
        issuer = dice.chance("voucher issuer", index, 400_000)
        tax = dice.between("voucher tax", index, 10_000, 8_000_000)
        table = world.post.table("invoice_abnormal")
        own, other = chosen(block.identity.code, mask), [OUTSIDE] * int(np.count_nonzero(mask))
        sells = issuer[mask].tolist()
        table.write(
            ["3700171130"] * len(own),
            [f"{row:08d}" for row in index[mask].tolist()],
            [a if first else b for first, a, b in zip(sells, own, other, strict=True)],
            [b if first else a for first, a, b in zip(sells, own, other, strict=True)],
            [VOUCHER_KINDS[row % 4] for row in index[mask].tolist()],
            tax[mask],
            entered[mask],
            np.where(is_open, NONE, resolved)[mask],
        )
        for place in np.flatnonzero(mask & is_open).tolist():
            subject = world.truth.enterprise_of(block.identity, place)
            if issuer[place] or tax[place] >= 100_000:
                band = "issuer" if issuer[place] else "receiver"
                world.truth.finds("M11", subject, subject, band, "异常凭证未处理")
