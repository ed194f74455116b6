"""Turning a service's refusal into an answer: at the form's field where there is one, else as a message."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.web.rule_texts import rule_text


@contextmanager
def refusals_shown(request: HttpRequest, form: forms.BaseForm | None = None) -> Iterator[None]:
    """Within it, a refusal of the service or of a rule becomes an error of `form`, or a message of the next page."""
    try:
        yield
    except Refused as refusal:
        _show(request, form, refusal.field, str(refusal))
    except RuleError as error:
        _show(request, form, None, rule_text(error))


def _show(request: HttpRequest, form: forms.BaseForm | None, field: str | None, text: str) -> None:
    if form is None:
        messages.error(request, text)
    else:
        form.add_error(field if field in form.fields else None, text)
