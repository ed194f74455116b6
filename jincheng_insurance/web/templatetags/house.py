"""What every template may use: figures and days as people write them, icons, chips, rules, form problems."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BaseFormSet
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

from jincheng_insurance.web import formats
from jincheng_insurance.web.rules import TITLES
from jincheng_insurance.web.terms import TERMS

register = template.Library()

CHIP_ICONS = {
    "neutral": "circle-dashed",
    "info": "circle-dot",
    "wait": "clock",
    "good": "circle-check",
    "warn": "triangle-alert",
    "high": "trending-up",
    "bad": "circle-x",
}
LEVEL_TONES = ((120, "over"), (100, "high"), (80, "warn"))


@register.filter
def yuan(value: Decimal | int | None) -> str:
    """1234.5 → "1,234.50"; None → a dash. Say the unit in the heading or after it."""
    return formats.yuan(value)


@register.filter
def count(value: int | None) -> str:
    """64545 → "64,545"."""
    return formats.count(value)


@register.filter
def quantity(value: Decimal) -> str:
    """Decimal("1200.50") → "1,200.5"."""
    return formats.quantity(value)


@register.filter
def percent(ratio: Decimal | None) -> str:
    """Decimal("0.832") → "83.20%"; None → "not applicable"."""
    return formats.percent(ratio)


@register.filter
def day(value: datetime.date | None) -> str:
    return formats.day(value)


@register.filter
def moment(value: datetime.datetime | None) -> str:
    return formats.moment(value)


@register.filter
def exact_moment(value: datetime.datetime | None) -> str:
    return formats.exact_moment(value)


@register.filter
def chip(label: str, tone: str = "neutral") -> SafeString:
    """A status with its icon: `{{ claim.get_state_display|chip:"good" }}`; tones are CHIP_ICONS' keys."""
    known = tone if tone in CHIP_ICONS else "neutral"
    css = "info" if known == "wait" else known
    return format_html('<span class="chip {}">{}{}</span>', css, icon(CHIP_ICONS[known], 14), label)


@register.filter
def rule(name: str) -> SafeString:
    """The badge of a rule, its subject as title; several, as in "R7 R8" or a list, become several badges."""
    names = name.replace(",", " ").split() if isinstance(name, str) else list(name)
    badges = (
        format_html('<abbr class="rule" title="{}">{}</abbr>', TITLES.get(one, ""), one)
        for one in names
        if formats.is_rule(one)
    )
    return mark_safe(" ".join(badges))  # each part was escaped by format_html  # nosec B308 B703


@register.filter
def tone(level: int | None) -> str:
    """The tone of an alert level: 120 "over", 100 "high", 80 "warn", none ""."""
    return next((name for bound, name in LEVEL_TONES if level is not None and level >= bound), "")


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """A lucide icon that only decorates: screen readers skip it, so the text beside it must say the same."""
    return _drawn(name, size)


@cache  # a page shows dozens, of the same few, and each takes as long to draw as a row of a list
def _drawn(name: str, size: int) -> SafeString:
    drawing = lucide(name, size=size, aria_hidden="true", focusable="false")
    return mark_safe(  # nosec B308 B703
        drawing.replace("<svg", '<svg class="icon"', 1)
    )  # the library's own file, no outside text


@register.simple_tag(takes_context=True)
def term(context: Context, name: str, label: str = "") -> SafeString:
    """A term of web/terms.py where it occurs, as `label` or its own word: a button that shows its sentence, by mouse,
    keyboard and touch, without script. Not within a link. KeyError for a term that there is none of."""
    known = TERMS[name]
    request: HttpRequest | None = getattr(context, "request", None)
    place = "term"
    if request is not None:
        number = request.META["terms_shown"] = request.META.get("terms_shown", 0) + 1
        place = f"term-{'part-' if 'HX-Request' in request.headers else ''}{number}"
    return format_html(
        '<button type="button" class="term" popovertarget="{place}">{word}</button>'
        '<span class="tip" id="{place}" popover>{says} {rules}</span>',
        place=place,
        word=label or known.word,
        says=known.says,
        rules=rule(known.rules),
    )


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """This page's query string with some values changed, as "?page=2&…"; an empty value takes the key out."""
    request: HttpRequest = context["request"]
    values = request.GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            values.pop(key, None)
        else:
            values[key] = str(value)
    return "?" + values.urlencode()


@dataclass(frozen=True)
class Problem:
    """One thing to correct, and where on the page it is."""

    anchor: str
    label: str
    message: str


@register.simple_tag
def problems(*forms: object) -> list[Problem]:
    """What is wrong in these forms, formsets and lists of them, in the order of the page. Else is skipped.
    A form among several says by its attribute `whose` which one it is."""
    return [problem for form in forms for problem in _problems_of(form)]


def _problems_of(form: object) -> Iterator[Problem]:
    if isinstance(form, BaseFormSet):
        if form.is_bound:
            yield from (Problem("", "", str(error)) for error in form.non_form_errors())
            for one in form.forms:
                yield from _problems_of(one)
    elif isinstance(form, list | tuple):
        for one in form:
            yield from _problems_of(one)
    elif isinstance(form, BaseForm) and form.is_bound:
        whose = getattr(form, "whose", "")
        yield from (Problem("", whose, str(error)) for error in form.non_field_errors())
        for field in form:
            anchor = field.auto_id if field.use_fieldset else field.id_for_label
            label = f"{whose} {field.label}" if whose else str(field.label)
            yield from (Problem(str(anchor), label, str(error)) for error in field.errors)


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | None]:
    """The page numbers worth offering, None where some are left out."""
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [number if isinstance(number, int) else None for number in shown]
