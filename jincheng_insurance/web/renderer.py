"""Draws Django's forms with the product's own field, form and formset templates."""

from pathlib import Path

from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Engine
from django.utils.functional import cached_property


class FormRenderer(DjangoTemplates):
    """`settings.FORM_RENDERER`. Finds the project's templates first, then Django's own for the widgets."""

    form_template_name = "web/forms/form.html"
    formset_template_name = "web/forms/formset.html"
    field_template_name = "web/forms/field.html"

    @cached_property
    def engine(self) -> Engine:
        return Engine(
            {
                "NAME": "web-forms",
                "APP_DIRS": True,
                "DIRS": [settings.BASE_DIR / "templates", Path(forms.__file__).parent / "templates"],
                "OPTIONS": {},
            }
        )
