"""Issuing premium statements: counts are frozen, shares split, and the due booked to the fund ledger (R15, R18)."""

import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement
from enrollment.services.terms import use_terms
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.premium import premium_due
from jincheng_insurance.web.background import enqueue
from premiums.models import FundEntry, PremiumStatement, Side
from premiums.selectors import unstated

LINES = """
INSERT INTO premiums_statementline (statement_id, insured_household_id, persons, amount)
SELECT %(statement)s, i.id, count(p.id), %(household)s + %(person)s * count(p.id)
FROM enrollment_insuredhousehold i LEFT JOIN enrollment_insuredperson p ON p.insured_household_id = i.id
LEFT JOIN premiums_statementline l ON l.insured_household_id = i.id
WHERE i.agreement_id = %(agreement)s AND l.id IS NULL
GROUP BY i.id
"""


@transaction.atomic(durable=True)
def issue_statement(
    *, agreement: Agreement, actor: User, issued_on: datetime.date | None = None
) -> PremiumStatement:
    """Freeze what is due for all insured households of an agreement that stand on no statement yet; the first such
    statement of the year, or a supplementary one. Refused when there is nobody to state."""
    agreement = (
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("county")
        .get(pk=agreement.pk)
    )
    require(actor, Act.ISSUE_STATEMENT, agreement)
    today = timezone.localdate()
    issued_on = issued_on or today
    if issued_on > today:
        raise Refused(_("A statement can't be dated in the future."), field="issued_on")
    counts = unstated(agreement)
    if not counts.households:
        raise Refused(_("Every insured household already stands on a statement."))
    terms = use_terms(agreement.policy_year_id)
    due = premium_due(
        terms=terms, households=counts.households, persons=counts.persons, county=str(agreement.county.code)
    )
    earlier = PremiumStatement.objects.filter(agreement=agreement).count()
    kinds = PremiumStatement.Kind
    statement = PremiumStatement.objects.create(
        number=f"BF{agreement.policy_year_id}-{agreement.county.code}-{earlier + 1:03d}",
        agreement=agreement,
        policy_year_id=agreement.policy_year_id,
        county_id=agreement.county_id,
        kind=kinds.SUPPLEMENTARY if earlier else kinds.FIRST,
        households=counts.households,
        persons=counts.persons,
        due=due.due,
        city_share=due.city,
        county_share=due.county,
        breakdown=due.breakdown.to_data(),
        terms=terms.to_data(),
        issued_on=issued_on,
        issued_by=actor,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            LINES,
            {
                "statement": statement.pk,
                "agreement": agreement.pk,
                "household": terms.household_premium,
                "person": terms.person_premium,
            },
        )
    for side, share in ((Side.CITY, due.city), (Side.COUNTY, due.county)):
        FundEntry.objects.create(
            agreement=agreement,
            policy_year_id=agreement.policy_year_id,
            county_id=agreement.county_id,
            side=side,
            kind=FundEntry.Kind.DUE,
            amount=share,
            on=issued_on,
            statement=statement,
            booked_by=actor,
        )
    record(
        "issue_statement",
        actor=actor,
        on=statement,
        facts={"households": counts.households, "persons": counts.persons, "due": due.due},
    )
    enqueue("riskpool.evaluate_agreement", agreement.pk)
    return statement
