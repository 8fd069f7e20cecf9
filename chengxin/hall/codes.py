"""The two codes of a ticket: one opens the visit at a window, one shows a place on a phone."""

from __future__ import annotations

from uuid import UUID

from chengxin.core.keys import Keys

QR_PREFIX = "CX1-"


def qr_text(nonce: UUID) -> str:
    """What the QR code holds: "CX1-" and 26 characters that only this installation can make from
    the kiosk's own id; nothing about the person is in them."""
    return QR_PREFIX + Keys.load().token("ticket", str(nonce)).upper()


def place_text(nonce: UUID) -> str:
    """The code of the phone page: it shows a place in the queue and can give the number up or back,
    and is no use at a window; 26 characters that only this installation can make."""
    return Keys.load().token("place", str(nonce)).lower()
