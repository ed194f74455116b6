"""Amounts in capitals: the rule's own examples, and any amount read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.web.capitals import capitals

VALUES = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}
GROUPS = {"万": 10**4, "亿": 10**8}
AMOUNTS = st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2)
# Amounts full of zeros, where the traps lie.
SPARSE = st.lists(st.sampled_from("0000135"), min_size=3, max_size=14).map(
    lambda digits: Decimal("".join(digits)) / 100
)


def read_back(text: str) -> Decimal:
    """What a reader understands: digits times their place, groups of four times theirs."""
    total = group = digit = Decimal(0)
    for sign in text:
        if sign in VALUES:
            digit = Decimal(VALUES[sign])
        elif sign in PLACES:
            group, digit = group + digit * PLACES[sign], Decimal(0)
        elif sign in GROUPS:
            total, group, digit = total + (group + digit) * GROUPS[sign], Decimal(0), Decimal(0)
        elif sign == "元":
            total, group, digit = total + group + digit, Decimal(0), Decimal(0)
        elif sign == "角":
            total, digit = total + digit / 10, Decimal(0)
        elif sign == "分":
            total, digit = total + digit / 100, Decimal(0)
        else:
            assert sign == "整"
    return total


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        # the examples of 支付结算办法, annex 1; 整 after 角 is free there, and written here
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # and others
        ("1859.05", "壹仟捌佰伍拾玖元零伍分"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("10", "壹拾元整"),
        ("20000", "贰万元整"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000100010", "壹拾亿零壹拾万零壹拾元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amounts_are_written_as_the_rule_has_them(amount: str, text: str) -> None:
    assert capitals(Decimal(amount)) == text
    assert read_back(text) == Decimal(amount)


@given(st.one_of(AMOUNTS, SPARSE))
def test_any_amount_reads_back_as_itself(amount: Decimal) -> None:
    assert read_back(capitals(amount)) == amount


@given(st.one_of(AMOUNTS, SPARSE))
def test_the_form_leaves_no_room_to_add_anything(amount: Decimal) -> None:
    text = capitals(amount)
    assert "零零" not in text
    assert not text.startswith("零") or text == "零元整"
    assert not any(f"零{sign}" in text.removeprefix("零元整") for sign in "元角分万亿拾佰仟整")
    assert "亿万" not in text
    assert text.endswith("分") != text.endswith("整")


@given(AMOUNTS, AMOUNTS)
def test_two_amounts_never_share_their_capitals(one: Decimal, other: Decimal) -> None:
    assert (capitals(one) == capitals(other)) == (one == other)


@pytest.mark.parametrize("amount", ["-1", "1.005", "1000000000000", "NaN", "Infinity", "-Infinity"])
def test_what_is_no_payable_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"capitals|fractions"):
        capitals(Decimal(amount))
