"""What the offices agreed to send: the headings of every source, and its encoding."""

from __future__ import annotations

from pathlib import Path

HEADINGS = dict(
    line.split(" ", 1)
    for line in Path(__file__).with_name("headings.txt").read_text("utf-8").splitlines()
)
# Beside the state bureau's extracts
CHINESE_ENCODING = {
    "bank_account",
    "blacklist",
    "electricity_bill",
    "exit_ban",
    "invoice_abnormal",
    "invoice_ledger",
    "invoice_ledger_line",
    "market_change",
    "market_listing",
    "market_officer",
    "market_registration",
    "market_shareholder",
    "paid_in_capital",
    "police_identity",
    "real_estate_registry",
    "real_estate_transfer",
    "social_insurance",
    "social_insurance_payment",
}
# CSV in UTF-8 that begins with its mark
BYTE_ORDER_MARK = {"administrative_penalty", "administrative_permit", "personal_income"}
