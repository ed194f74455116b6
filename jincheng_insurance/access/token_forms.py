"""The form of a new API token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import ApiToken, Insurer, User
from jincheng_insurance.access.tokens import insurers_of
from jincheng_insurance.web.forms import CountField


class TokenForm(forms.Form):
    """Which system uses the token, for how long, and for which insurer if not for all of the user's."""

    name = forms.CharField(
        label=_("Token name"), max_length=60, help_text=_("Which system uses it, such as “Claims system”.")
    )
    days = CountField(
        label=_("Valid for how many days"), min_value=1, max_value=ApiToken.LONGEST.days, initial=90
    )
    kind = forms.ChoiceField(
        label=_("May do"),
        choices=ApiToken.Reach.choices,
        initial=ApiToken.Reach.HANDLE,
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "A payment by a token asks for no password and no code: let it do no more than its system needs."
        ),
    )
    insurer: Any = forms.ModelChoiceField(
        label=_("Only for"), queryset=Insurer.objects.none(), required=False, empty_label=_("All my posts")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insurer"].queryset = insurers_of(user)  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """What the valid form says of the token."""
        facts = dict(self.cleaned_data)
        facts["reach"] = ApiToken.Reach(facts.pop("kind") or ApiToken.Reach.HANDLE)
        return facts
