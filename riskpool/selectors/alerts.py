"""Reading the alerts fired (R20, R21)."""

from django.db.models import QuerySet

from enrollment.models import PolicyYear
from jincheng_insurance.access.models import User
from riskpool.models import Alert


def alerts(actor: User, policy_year: PolicyYear) -> QuerySet[Alert]:
    return (
        Alert.objects.visible_to(actor)
        .filter(policy_year=policy_year)
        .select_related("county", "agreement__insurer")
    )


def highest_alerts(actor: User, policy_year: PolicyYear) -> list[Alert]:
    """Of each agreement the highest level that has fired, gravest first."""
    highest = alerts(actor, policy_year).order_by("agreement_id", "-level").distinct("agreement_id")
    return sorted(highest, key=lambda alert: (-alert.level, alert.county.code))
