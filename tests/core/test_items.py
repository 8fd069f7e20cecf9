from chengxin.core.items import GROUPS, ITEMS

# 4.0: "Never block: filing, payment, lifting of non-normal status, arrears payment, appeals,
# identity dispute."
NEVER = {"file_vat", "file_cit", "file_other", "pay", "lift_non_normal", "objection"}


def test_what_the_law_lets_nobody_refuse_is_marked():
    assert {code for code in NEVER if not ITEMS[code].never_refused} == set()
    assert all(item.never_refused for item in ITEMS.values() if {"FILE", "PAY"} & {*item.groups})


def test_all_forty_two_lines_of_the_catalogue_are_there_in_both_languages():
    assert {item.number for item in ITEMS.values()} == set(range(1, 43))
    assert all(item.title and item.title_en for item in ITEMS.values())
    assert all(group.title and group.title_en for group in GROUPS.values())
