"""The fields take what people type and refuse what would do harm; problems lead to their place."""

import datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import translation

from jincheng_insurance.scheme.identity import IDENTITY_ERROR_CODES
from jincheng_insurance.web.forms import (
    CodeField,
    CountField,
    DateField,
    IdentityNumberField,
    QuantityField,
    TelephoneField,
    YuanField,
)
from jincheng_insurance.web.renderer import FormRenderer

GOOD_NUMBER = "11010519491231002X"  # the example printed in GB 11643-1999


class SampleForm(forms.Form):
    default_renderer = FormRenderer

    amount = YuanField(label="Amount", help_text="All <of> it")
    on = DateField(label="Day", required=False)
    agree = forms.BooleanField(label="Compared", required=False)
    care = forms.ChoiceField(
        label="Care", widget=forms.RadioSelect, choices=[("i", "in"), ("o", "out")], required=False
    )


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.5", "1234.5"),
        ("１２３４．５０", "1234.50"),
        (" 1,234.50 ", "1234.50"),
        ("1，234，567", "1234567"),
        ("￥1 234.50元", "1234.50"),
        ("12。5", "12.5"),
        ("0", "0"),
        (".5", "0.5"),
    ],
)
def test_an_amount_is_taken_as_meant(typed: str, amount: str) -> None:
    with translation.override("zh-hans"):
        assert YuanField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-1",
        "1e3",
        "12,5",
        "1,23,456",
        "1.005",
        "10000000",
        "9" * 400,
        "一百",
        "1.2.3",
        "0x10",
        "",
    ],
)
def test_an_amount_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        YuanField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "number"), [("１２．５", "12.5"), (" 1 200 ", "1200"), ("1，200", "1200"), (".5", "0.5")]
)
def test_a_pasted_quantity_is_taken_as_meant(typed: str, number: str) -> None:
    assert QuantityField().clean(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["NaN", "1e3", "12,5", "1.005", "3元", "三"])
def test_a_quantity_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        QuantityField().clean(typed)


@pytest.mark.parametrize("typed", ["Ｆ０００１－２", " F0001 -2 ", "Ｆ0001-2"])
def test_a_number_on_a_paper_is_made_plain(typed: str) -> None:
    assert CodeField(max_length=8).clean(typed) == "F0001-2"


def test_an_amount_above_its_own_limit_is_refused() -> None:
    with pytest.raises(ValidationError):
        YuanField(max_value=Decimal(20000)).clean("20000.01")


@pytest.mark.parametrize(
    "typed",
    [
        *("2026-03-01", "2026/3/1", "2026.3.1", "20260301", "２０２６-０３-０１"),
        *("2026年3月1日", "2026年03月01日", "２０２６ 年 ３ 月 １ 日"),
    ],
)
def test_a_day_may_be_typed_in_several_ways(typed: str) -> None:
    assert DateField().clean(typed) == datetime.date(2026, 3, 1)


@pytest.mark.parametrize("typed", ["2026年2月30日", "3月1日", "someday"])
def test_a_day_that_cannot_be_read_is_refused_with_an_example(typed: str) -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="2026年3月1日"):
        DateField().clean(typed)


def test_a_day_is_put_back_into_the_browsers_calendar() -> None:
    with translation.override("zh-hans"):
        assert 'value="2026-03-01"' in SampleForm(initial={"on": datetime.date(2026, 3, 1)}).as_div()


@pytest.mark.parametrize(
    "typed",
    [GOOD_NUMBER, GOOD_NUMBER.lower(), " 110105 19491231 002x ", "１１０１０５19491231００２Ｘ"],
)
def test_an_identity_number_is_normalised(typed: str) -> None:
    assert IdentityNumberField().clean(typed) == GOOD_NUMBER


@pytest.mark.parametrize(
    "typed", ["110105194912310021", "11010519491331002X", "1101051949", "ABCDEFGHIJKLMNOPQR", ""]
)
def test_a_wrong_identity_number_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        IdentityNumberField().clean(typed)
    assert not typed or typed not in str(refused.value)


def test_every_reason_an_identity_number_can_be_wrong_has_its_words() -> None:
    assert set(IDENTITY_ERROR_CODES) <= set(IdentityNumberField().error_messages)


def test_the_browser_is_asked_not_to_remember_an_identity_number() -> None:
    assert IdentityNumberField().widget.attrs["autocomplete"] == "off"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13903561234", "13903561234"),
        ("１３９ ０３５６ １２３４", "13903561234"),
        ("+86 139-0356-1234", "13903561234"),
        ("0356-2065678", "0356-2065678"),
    ],
)
def test_a_telephone_is_normalised(typed: str, number: str) -> None:
    assert TelephoneField().clean(typed) == number


@pytest.mark.parametrize(
    ("typed", "count"), [("12,345", 12345), ("１２，３４５", 12345), (" 12 345 ", 12345), ("0", 0)]
)
def test_a_pasted_count_is_taken_as_meant(typed: str, count: int) -> None:
    assert CountField().clean(typed) == count


@pytest.mark.parametrize("typed", ["1,2", "-1", "1.5", "many"])
def test_what_is_no_count_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        CountField().clean(typed)


@pytest.mark.parametrize("typed", ["12345", "139035612345", "1390356123a"])
def test_a_wrong_telephone_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TelephoneField().clean(typed)
    assert typed not in str(refused.value)


def test_a_field_in_error_says_so_at_its_place_and_to_screen_readers() -> None:
    html = SampleForm({"amount": "NaN"}).as_div()
    assert 'id="id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html


def test_hints_are_escaped_and_required_is_marked_once() -> None:
    html = SampleForm().as_div()
    assert "All &lt;of&gt; it" in html
    assert html.count('class="req"') == 1


def test_the_summary_leads_to_every_field_in_error() -> None:
    html = render_to_string("web/error_summary.html", {"form": SampleForm({"amount": "x", "care": "z"})})
    assert 'href="#id_amount"' in html
    assert 'href="#id_care"' in html
    assert 'id="id_care"' in SampleForm().as_div()


def test_a_form_nobody_sent_has_no_summary() -> None:
    assert render_to_string("web/error_summary.html", {"form": SampleForm()}).strip() == ""


def test_rows_of_a_formset_are_drawn_with_their_numbers_and_an_empty_one_to_copy() -> None:
    made = forms.formset_factory(SampleForm, extra=2, renderer=FormRenderer())(prefix="bills")
    html = str(made)
    assert html.count("<legend") == 3 + 3  # a row's own, and its choice of care
    assert "bills-__prefix__-amount" in html.split("<template>")[1]
    assert "bills-__prefix__" not in html.split("<template>", maxsplit=1)[0]
