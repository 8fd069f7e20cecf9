"""One-time codes: six digits, five minutes, five tries, one a minute, kept as a digest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.people import codes
from chengxin.people.codes import Use
from chengxin.people.models import OneTimeCode
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

PHONE, ABOUT = "13800001111", "person:p1"


def made() -> str:
    return codes.make(PHONE, Use.MOBILE, ABOUT)


def later(**span) -> None:
    """That much time goes by."""
    for one in OneTimeCode.objects.all():
        one.made_at -= timedelta(**span)
        one.until -= timedelta(**span)
        one.save()


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06}"


def spend(digits: str, **changed) -> None:
    told = {"phone": PHONE, "use": Use.MOBILE, "about": ABOUT} | changed
    codes.spend(told["phone"], told["use"], told["about"], digits)


def test_code_has_six_digits_and_opens_once():
    digits = made()
    assert len(digits) == 6
    assert digits.isdigit()
    spend(digits)
    with pytest.raises(Refusal, match="code_over"):
        spend(digits)


def test_code_is_good_for_five_minutes():
    digits = made()
    later(seconds=299)
    assert OneTimeCode.objects.get().until > now()
    later(seconds=2)
    with pytest.raises(Refusal, match="code_over"):
        spend(digits)


def test_sixth_try_is_refused_even_with_the_right_digits():
    digits = made()
    for _ in range(5):
        with pytest.raises(Refusal, match="code_wrong"):
            spend(wrong(digits))
    with pytest.raises(Refusal, match="code_over"):
        spend(digits)


def test_second_code_comes_after_a_minute_and_ends_the_first():
    first = made()
    with pytest.raises(Refusal, match="code_just_sent"):
        made()
    later(seconds=61)
    second = made()
    if first != second:
        with pytest.raises(Refusal, match="code_wrong"):
            spend(first)
    spend(second)


def test_twenty_a_day_for_one_phone():
    for _ in range(20):
        made()
        later(minutes=2)
    with pytest.raises(Refusal, match="too_many_codes"):
        made()


@pytest.mark.parametrize(
    "changed", [{"phone": "13900002222"}, {"use": Use.VERIFY}, {"about": "person:p2"}]
)
def test_code_is_for_one_phone_one_purpose_one_person(changed):
    digits = made()
    with pytest.raises(Refusal, match="code_over"):
        spend(digits, **changed)
    spend(digits)


def test_neither_digits_nor_phone_are_kept_or_traced():
    digits = made()
    spend(digits)
    kept = str(OneTimeCode.objects.values()) + str(Trace.objects.values())
    assert digits not in kept
    assert PHONE not in kept


@pytest.mark.parametrize("phone", ["", "12345", "23800001111", "138000011112"])
def test_what_is_no_mobile_gets_no_code(phone):
    with pytest.raises(Refusal, match="wrong_mobile"):
        codes.make(phone, Use.MOBILE, ABOUT)
