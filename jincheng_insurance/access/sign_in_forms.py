"""The forms of signing in and of one's own account."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.locks import opens_at
from jincheng_insurance.access.models import User
from jincheng_insurance.access.second_factors import confirmed_factor
from jincheng_insurance.audit.context import client_address

PROOF = "proof"
CODE = {"autocomplete": "one-time-code", "spellcheck": "false"}


class SignInForm(AuthenticationForm):
    """Name and password. What is wrong with them isn't said: who has a name here is nobody else's business."""

    error_messages = {
        "invalid_login": _("Name or password is wrong. Both are case-sensitive."),
        "inactive": _("Name or password is wrong. Both are case-sensitive."),
    }

    def get_invalid_login_error(self) -> forms.ValidationError:
        if self.request is None or not getattr(self.request, "axes_locked_out", False):
            return super().get_invalid_login_error()
        until = opens_at(name=self.data.get("username", ""), address=client_address(self.request))
        return forms.ValidationError(
            _("Too many failed attempts: locked until %(time)s. In a hurry, ask your security officer."),
            code="locked",
            params={"time": f"{timezone.localtime(until):%H:%M}"},
        )


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("One-time code"), max_length=40, widget=forms.TextInput(attrs=CODE | {"inputmode": "numeric"})
    )


class SecondStepForm(forms.Form):
    """The second step of signing in: recovery codes have letters."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        help_text=_("The six digits your app shows now, or one of your recovery codes."),
        widget=forms.TextInput(attrs=CODE | {"autofocus": True}),
    )


class PasswordForm(forms.Form):
    """A new password, twice, and the one so far."""

    old = forms.CharField(
        label=_("Password so far"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password once more"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("The two new passwords differ."))
        return given


class ProofForm(forms.Form):
    """The password again, or a code from whom has a second factor."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_code = confirmed_factor(user) is not None
        self.fields[PROOF] = forms.CharField(
            label=_("One-time code") if self.by_code else _("Password"),
            strip=False,
            max_length=128,
            help_text=SecondStepForm.base_fields["code"].help_text if self.by_code else "",
            widget=forms.TextInput(attrs=CODE)
            if self.by_code
            else forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
