from datetime import date

from chengxin.core.calendar import add_working_days, filing_due, is_working_day


def test_national_day_is_free_and_the_day_moved_for_it_is_not():
    assert not is_working_day(date(2017, 10, 2))
    assert is_working_day(date(2017, 9, 30))  # a Saturday worked for the holiday


def test_deadline_counts_working_days_from_the_next_day():
    assert add_working_days(date(2017, 8, 18), 1) == date(2017, 8, 21)  # Friday to Monday
    assert add_working_days(date(2017, 9, 29), 2) == date(2017, 10, 9)  # over the holiday


def test_return_is_due_on_the_fifteenth_or_the_working_day_after():
    assert filing_due(date(2017, 7, 1), date(2017, 7, 31)) == date(2017, 8, 15)
    assert filing_due(date(2017, 6, 1), date(2017, 6, 30)) == date(2017, 7, 17)  # a Saturday


def test_holidays_of_three_days_move_the_due_day():
    # 2 to 4 April 2017; the published day was 18 April
    assert filing_due(date(2017, 1, 1), date(2017, 3, 31)) == date(2017, 4, 18)


def test_return_of_a_year_is_due_at_the_end_of_may():
    assert filing_due(date(2016, 1, 1), date(2016, 12, 31)) == date(2017, 5, 31)
    assert filing_due(date(2016, 12, 1), date(2016, 12, 31)) == date(2017, 1, 16)
