from datetime import date

from chengxin.core.calendar import add_working_days, is_working_day


def test_national_day_is_free_and_the_day_moved_for_it_is_not():
    assert not is_working_day(date(2017, 10, 2))
    assert is_working_day(date(2017, 9, 30))  # a Saturday worked for the holiday


def test_deadline_counts_working_days_from_the_next_day():
    assert add_working_days(date(2017, 8, 18), 1) == date(2017, 8, 21)  # Friday to Monday
    assert add_working_days(date(2017, 9, 29), 2) == date(2017, 10, 9)  # over the holiday
