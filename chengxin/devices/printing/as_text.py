"""A slip as text that the printer sets with its own Chinese font, and a QR that it draws itself."""

from __future__ import annotations

from chengxin.devices.printing import escpos
from chengxin.devices.printing.as_picture import qr_rows
from chengxin.devices.printing.slip import COLUMNS, AnySlip, Line, Qr, Rule, layout

MODULE = {58: 6, 80: 8}  # dots: 0.75 and 1 mm, for a scanner at arm's length


def can_be_text(slip: AnySlip, paper: int) -> bool:
    """Whether a printer's font has every character: those of two bytes (GBK), no rarer ones."""
    try:
        for part in layout(slip, paper):
            if isinstance(part, Line):
                part.text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def as_text(slip: AnySlip, paper: int, *, draws_qr: bool) -> bytes:
    """The whole slip; `draws_qr`: the printer knows QR codes, else one is sent as a picture."""
    sent = escpos.RESET + escpos.CHINESE
    for part in layout(slip, paper):
        match part:
            case Line(text, big, bold, align):
                sent += escpos.align(align) + escpos.bold(bold) + escpos.size(big, big)
                sent += text.encode("gb18030") + b"\n"
            case Rule():
                sent += escpos.bold(False) + escpos.size(1, 1) + b"-" * COLUMNS[paper] + b"\n"
            case Qr(data):
                sent += escpos.align(escpos.CENTRE) + escpos.feed(1)  # quiet above it
                if draws_qr:
                    sent += escpos.qr(data.encode(), MODULE[paper])
                else:
                    sent += escpos.picture(qr_rows(data, MODULE[paper]))
                sent += b"\n"
    return sent + escpos.size(1, 1) + escpos.feed(1) + escpos.CUT
