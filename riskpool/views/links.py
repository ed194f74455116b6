"""Where the figures of the risk pool lead: to the lists they are the sums of, as of the same day."""

from urllib.parse import urlencode

from django.urls import reverse

from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from riskpool.forms.pool import DayForm, PoolForm


class Links:
    """Addresses for a page looked at through `form`; "" where the actor may not follow them."""

    def __init__(self, form: DayForm, actor: User, *, agreement: Agreement | None = None) -> None:
        self.form, self.actor, self.agreement = form, actor, agreement
        year = agreement.policy_year_id if agreement is not None else form.policy_year.pk  # type: ignore[attr-defined]
        self.chosen = {"year": str(year)}
        if form.day != form.today:
            self.chosen["on"] = form.day.isoformat()

    def day(self) -> str:
        """What an agreement's page needs to hold for the same day."""
        return f"?on={self.chosen['on']}" if "on" in self.chosen else ""

    def query(self) -> str:
        """What the dashboard and its workbook need to hold for the same day, county and insurer."""
        return "?" + urlencode(self.chosen | self.reach())

    def reach(self) -> dict[str, str]:
        """The year, the county (if only as none, so that the workplace doesn't speak for it) and the insurer, for pages
        that know no day."""
        county, insurer = self.form.chosen("county"), self.form.chosen("insurer")
        reach = {"year": self.chosen["year"], "county": str(county.pk) if county else ""}
        return reach | ({"insurer": str(insurer.pk)} if insurer else {})

    def ledger(self, **narrowed: str) -> str:
        if self.agreement is not None:
            narrowed["agreement"] = str(self.agreement.pk)
        elif isinstance(self.form, PoolForm):
            narrowed |= self._of_pool(self.form)
        return f"{reverse('riskpool:ledger')}?{urlencode(self.chosen | narrowed)}"

    def _of_pool(self, form: PoolForm) -> dict[str, str]:
        """What narrows the ledger as the form narrows the pool: a county has one agreement a year."""
        if form.chosen("county") is not None:
            return {"agreement": str(form.pool.get().pk)}
        insurer = form.chosen("insurer")
        return {"insurer": str(insurer.pk)} if insurer else {}

    def paid(self) -> str:
        return self.ledger(kind="payment")

    def reserves(self) -> str:
        return self.ledger(kind="reserve")

    def premium(self) -> str:
        if not self.actor.can(Act.VIEW_PREMIUM):
            return ""
        return f"{reverse('premiums:list')}?{urlencode({'year': self.chosen['year']})}"

    def claims(self) -> str:
        """The claims of the agreement's county and year."""
        if self.agreement is None or not self.actor.can(Act.VIEW_CLAIM):
            return ""
        county = {"year": self.chosen["year"], "county": str(self.agreement.county_id)}
        return f"{reverse('claims:list')}?{urlencode(county)}"
