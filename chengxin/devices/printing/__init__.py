"""The ticket printer (号票打印机): what a slip says, its bytes, and whether it came out.

    slip ─▶ layout ─▶ as_text | as_picture ─▶ printer ══ lines ══▶ the paper
                                                └─ jobs: a number is printed once

`escpos` names the bytes, `lines` the ways to them (serial, TCP 9100, device file).
"""
