"""Where figures that count claims, households or premium lead: to the lists and accounts they count."""

from urllib.parse import urlencode

from django.urls import reverse

from enrollment.models import Agreement
from jincheng_insurance.access.models import Region
from riskpool.forms.pool import ReachForm


class ListLinks:
    """Addresses of the lists that the figures of a reach count. Each names its county, if only as none, so that the
    workplace doesn't narrow the list behind a figure."""

    def __init__(self, form: ReachForm) -> None:
        self.year = {"year": str(form.policy_year.pk)}
        self.narrowed = {name: str(key) for name, key in form.chosen().items()}
        self.reach = self.year | {"county": ""} | self.narrowed

    def claims(self, **wanted: str) -> str:
        """The claims of all that is shown, narrowed further as `wanted` says."""
        return f"{reverse('claims:list')}?{urlencode(self.reach | wanted)}"

    def households(self, place: Region | None = None, **wanted: str) -> str:
        """The insured households of a county or township, or of all that are shown."""
        chosen = {{"county": "place"}.get(name, name): key for name, key in self.reach.items()}
        where = chosen if place is None else self.year | {"place": str(place.pk)}
        return f"{reverse('enrollment:insured')}?{urlencode(where | wanted)}"

    def account(self, agreement: Agreement, side: str) -> str:
        """One side's account of an agreement's premium."""
        return f"{reverse('premiums:ledger', args=[agreement.pk])}?{urlencode({'side': side})}"

    def statements(self) -> str:
        return f"{reverse('premiums:list')}?{urlencode(self.year)}"

    def query(self) -> str:
        """What another page of the same reach needs to hold."""
        return urlencode(self.reach)
