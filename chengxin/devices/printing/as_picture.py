"""A slip as one black and white picture, for a printer without a Chinese font."""

from __future__ import annotations

import io
import json
from functools import cache
from importlib import import_module
from pathlib import Path

import segno

from chengxin.devices.printing import escpos
from chengxin.devices.printing.slip import DOTS, AnySlip, Line, Qr, Rule, layout
from chengxin.devices.words import DeviceUnavailable, Words

TEMPLATE = Path(__file__).with_name("slip.typ")
DOTS_PER_INCH = 203.2  # 8 a millimetre
# The first set Latin half as wide as Chinese, as a printer's own font does and `layout` counts.
FONTS = (
    "Noto Sans Mono CJK SC", "SimHei", "NSimSun", "WenQuanYi Zen Hei Mono", "Noto Sans CJK SC",
    "Source Han Sans SC", "Microsoft YaHei", "WenQuanYi Zen Hei",
)  # fmt: skip


def as_picture(slip: AnySlip, paper: int) -> bytes:
    """The whole slip, drawn here; needs a Chinese font on this machine."""
    parts = [_told(part) for part in layout(slip, paper)]
    rows = rows_of(drawn(parts, DOTS[paper]))
    return escpos.RESET + escpos.picture(rows) + escpos.feed(1) + escpos.CUT


def qr_rows(data: str, module: int) -> list[bytes]:
    """A QR code of level M with its quiet zone, each module so many dots wide."""
    code = segno.make(data, error="m", micro=False)
    rows = []
    for line in code.matrix_iter(scale=module, border=4):
        dots = "".join("01"[dot] for dot in line)
        dots += "0" * (-len(dots) % 8)
        rows.append(int(dots, 2).to_bytes(len(dots) // 8))
    return rows


def qr_svg(data: str, *, border: int) -> str:
    """A QR code of level M as a drawing, with so many modules of quiet around it."""
    drawing = io.BytesIO()
    code = segno.make(data, error="m", micro=False)
    code.save(drawing, kind="svg", border=border, xmldecl=False)
    return drawing.getvalue().decode()


def drawn(parts: list[dict[str, object]], dots: int) -> bytes:
    """A PNG so many dots wide of what stands on the paper, from top to bottom."""
    typst = import_module("typst")  # a hall PC whose printer has a font never loads it
    told = {"parts": parts, "dots": dots, "fonts": _fonts()}
    png = typst.compile(
        TEMPLATE.read_bytes(),
        format="png",
        ppi=DOTS_PER_INCH,
        sys_inputs={"data": json.dumps(told)},
    )
    assert isinstance(png, bytes)
    return png


def rows_of(png: bytes) -> list[bytes]:
    """A picture's dots, eight a byte, black is 1."""
    cv2, np = import_module("cv2"), import_module("numpy")
    grey = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    return [row.tobytes() for row in np.packbits(grey < 128, axis=1)]


def _told(part: Line | Rule | Qr) -> dict[str, object]:
    match part:
        case Line(text, big, bold, align):
            where = "center" if align == escpos.CENTRE else "left"
            return {"kind": "line", "text": text, "big": big, "bold": bold, "align": where}
        case Qr(data):
            return {"kind": "svg", "svg": qr_svg(data, border=4), "wide": 0.5}
        case Rule():
            return {"kind": "rule"}


@cache
def _fonts() -> list[str]:
    families = import_module("typst").Fonts(include_system_fonts=True).families()
    if found := [name for name in FONTS if name in families]:
        return found
    raise DeviceUnavailable(
        Words(
            "本机没有中文字体，不能绘制号票，请安装 fonts-noto-cjk",
            "This machine has no Chinese font to draw tickets with; install fonts-noto-cjk.",
        )
    )
