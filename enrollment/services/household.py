"""The row that insures a roster household: what every way of enrolling one checks (R1-R3, R17)."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import MONITORED, Agreement, InsuredHousehold, RosterHousehold
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require


def insure_household(
    *, agreement: Agreement, household: RosterHousehold, cover_from: datetime.date, actor: User
) -> InsuredHousehold:
    """Insure a roster household, as yet without persons, under an agreement the caller has locked. Refused before the
    listing date of a monitored household (R2), outside the year, twice, or under another county's agreement."""
    require(actor, Act.ENROL, agreement)
    require(actor, Act.ENROL, household)
    year = agreement.policy_year_id
    if household.county_id != agreement.county_id:
        raise Refused(_("This household belongs to another county's agreement."), field="code", rule="R17")
    if cover_from.year != year:
        raise Refused(_("Cover must begin within the policy year."), field="cover_from", rule="R3")
    if household.category in MONITORED and (household.listed_on is None or cover_from < household.listed_on):
        raise Refused(
            _("Cover of a monitored household can't begin before it was listed on %(day)s."),
            field="cover_from",
            rule="R2",
            day=household.listed_on,
        )
    try:
        with transaction.atomic():
            return InsuredHousehold.objects.create(
                agreement=agreement,
                policy_year_id=year,
                county_id=household.county_id,
                roster_household=household,
                category=household.category,
                cover_from=cover_from,
                cover_to=datetime.date(year, 12, 31),
                enrolled_by=actor,
            )
    except IntegrityError as error:
        if "insured_household_once_a_year" not in str(error):
            raise
        raise Refused(_("This household is already insured for the policy year."), field="code") from error
