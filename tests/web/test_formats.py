"""Figures, days and numbers are written as people read them, in both languages."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from jincheng_insurance.web import formats


def rendered(source: str, **context: object) -> str:
    return Template("{% load house %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("1027370"), "1,027,370.00"),
        (Decimal("0.005"), "0.01"),
        (Decimal("-1234.565"), "-1,234.57"),
        (Decimal(0), "0.00"),
        (None, "—"),
        (Decimal("NaN"), "—"),
    ],
)
def test_an_amount_has_commas_and_two_decimals_also_in_chinese(
    value: Decimal | int | None, written: str
) -> None:
    with translation.override("zh-hans"):
        assert rendered("{{ value|yuan }}", value=value) == written


def test_a_count_has_commas() -> None:
    with translation.override("zh-hans"):
        assert rendered("{{ value|count }}", value=64545) == "64,545"


def test_a_ratio_is_percent_with_two_decimals_and_none_is_not_applicable() -> None:
    with translation.override("en"):
        assert rendered("{{ value|percent }}", value=Decimal("0.832")) == "83.20%"
        assert rendered("{{ value|percent }}", value=None) == "not applicable"


def test_a_day_is_written_in_the_language_of_the_page() -> None:
    day = datetime.date(2026, 3, 1)
    with translation.override("zh-hans"):
        assert rendered("{{ day|day }}", day=day) == "2026年3月1日"
    with translation.override("en"):
        assert rendered("{{ day|day }}", day=day) == "2026-03-01"


def test_a_moment_is_local_to_the_minute() -> None:
    at = datetime.datetime(2026, 2, 28, 17, 5, 59, tzinfo=ZoneInfo("UTC"))
    with translation.override("zh-hans"):
        assert formats.moment(at) == "2026年3月1日 01:05"
        assert formats.day(at) == "2026年3月1日"
    with translation.override("en"):
        assert formats.moment(at) == "2026-03-01 01:05"


def test_a_chip_has_an_icon_and_its_words_escaped() -> None:
    chip = rendered('{{ label|chip:"good" }}', label="<b>paid")
    assert 'class="chip good"' in chip
    assert "<svg" in chip
    assert "&lt;b&gt;paid" in chip


def test_rule_badges_take_text_or_list_and_drop_what_is_no_rule() -> None:
    assert rendered('{{ "R7 R8"|rule }}').count("<abbr") == 2
    assert rendered("{{ x|rule }}", x=["R7", "<b>"]).count("<") == 2


def test_an_alert_level_has_its_tone() -> None:
    assert (
        rendered("{{ a|tone }} {{ b|tone }} {{ c|tone }} {{ d|tone }}", a=80, b=100, c=120, d=None)
        == "warn high over "
    )


def test_the_query_tag_keeps_the_filters() -> None:
    request = RequestFactory().get("/claims/", {"state": "open", "page": "3", "name": "a&b"})
    assert rendered("{% query page=2 %}", request=request) == "?state=open&amp;page=2&amp;name=a%26b"
    assert rendered("{% query page=None state='' %}", request=request) == "?name=a%26b"
