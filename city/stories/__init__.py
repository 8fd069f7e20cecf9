"""What is planted in every county: the four stories of the front page, and each rule's edges.

One module for each indicator, under its name.  A person or enterprise that must be found stands
beside one that must not, for a day or a fen; what must be found is said where it is planted.
`cast.csv` lists everybody under the name of his story.
"""

from __future__ import annotations

from city.cast import Cast
from city.stories import (
    abnormal_vouchers,
    blacklist_responsible,
    burst_then_stop,
    business_status_abnormal,
    conclusion_not_executed,
    confirmed_false_invoicing,
    credit_grade_d,
    enterprise_arrears,
    front_page,
    goods_mismatch,
    identity_abnormal,
    inspection_open,
    invoices_exceed_returns,
    judgment_debtor,
    key_watch,
    linked_enterprise,
    linked_person_buys_vehicle,
    losing_investor_buys_home,
    lost_contact,
    non_normal_household,
    open_invoice_violation,
    open_violation,
    outlays_beyond_income,
    overdue_non_filing,
    person_arrears,
    police_case_filed,
    shared_contact,
    shares_at_low_price,
    size_mismatch,
    split_income_or_cycle,
    tax_blacklist,
    unreadable_rows,
)

STORIES = (
    front_page,
    police_case_filed,
    inspection_open,
    non_normal_household,
    enterprise_arrears,
    key_watch,
    losing_investor_buys_home,
    linked_person_buys_vehicle,
    invoices_exceed_returns,
    outlays_beyond_income,
    burst_then_stop,
    lost_contact,
    linked_enterprise,
    conclusion_not_executed,
    abnormal_vouchers,
    confirmed_false_invoicing,
    open_violation,
    credit_grade_d,
    judgment_debtor,
    business_status_abnormal,
    identity_abnormal,
    open_invoice_violation,
    overdue_non_filing,
    tax_blacklist,
    blacklist_responsible,
    shared_contact,
    split_income_or_cycle,
    person_arrears,
    size_mismatch,
    shares_at_low_price,
    goods_mismatch,
    unreadable_rows,
)


def play(cast: Cast) -> None:
    """Tell all stories."""
    for story in STORIES:
        story.play(cast)
