"""Identity numbers against an independent check digit: real people pass, slips don't, and 200,000 take a moment."""

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.scheme.identity import (
    IDENTITY_ERROR_CODES,
    IdentityError,
    check_identity_number,
    problem,
)

TODAY = datetime.date(2026, 5, 20)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check_digit(first: str) -> str:
    """The standard's weights, unlike the way the program reckons."""
    rest = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11
    return first + "10X98765432"[rest]


numbers = st.builds(
    lambda county, birth, order: with_check_digit(f"{county}{birth:%Y%m%d}{order:03}"),
    st.sampled_from(["140502", "140511", "140521", "142427", "110101"]),
    st.dates(datetime.date(1901, 1, 1), TODAY),
    st.integers(0, 999),
)


@given(numbers)
def test_a_right_number_says_birth_sex_and_county(text: str) -> None:
    read = check_identity_number(text, today=TODAY)
    assert (read.text, read.county_prefix) == (text, text[:6])
    assert f"{read.birth_date:%Y%m%d}" == text[6:14]
    assert read.sex == ("female" if int(text[16]) % 2 == 0 else "male")
    assert problem(text) is None


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_place_is_always_noticed(text: str, place: int, sign: str) -> None:
    wrong = text[:place] + sign + text[place + 1 :]
    if wrong != text:
        assert problem(wrong, today=TODAY) in IDENTITY_ERROR_CODES


@given(numbers, st.integers(0, 16))
def test_two_neighbours_changed_over_are_always_noticed(text: str, place: int) -> None:
    wrong = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if wrong != text:
        assert problem(wrong, today=TODAY) is not None


def test_the_born_before_the_county_had_its_code_are_people_too() -> None:
    assert problem(with_check_digit("14050219491001001")) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("1" * 17, "length"),
        ("1" * 19, "length"),
        ("11010119900307017x", "characters"),
        ("1101011990030701X7", "characters"),
        ("１1010119900307017７", "characters"),
        ("110101199003070178", "check_digit"),
        (with_check_digit("11010119900230017"), "birth_date"),
        (with_check_digit("11010118991231017"), "birth_date"),
        (with_check_digit("11010120260521017"), "birth_in_future"),
    ],
)
def test_a_number_that_cannot_be_right_says_why_and_not_what(text: str, code: str) -> None:
    with pytest.raises(IdentityError) as refused:
        check_identity_number(text, today=TODAY)
    assert (refused.value.code, str(refused.value)) == (code, code)


def test_who_is_born_today_has_a_number() -> None:
    assert problem(with_check_digit("11010120260520017"), today=TODAY) is None
    assert problem(with_check_digit("11010120260521017"), today=None) is None


def test_two_hundred_thousand_numbers_take_a_moment() -> None:
    text = with_check_digit("14050219491001001")
    start = time.process_time()
    for _ in range(200_000):
        check_identity_number(text, today=TODAY)
    assert time.process_time() - start < 1.5
