"""Alerts: compare what the ledgers say with what was alerted, and latch each level passed (R20, R21)."""

from django.db import transaction

from claims.services.steps import locked_agreement
from enrollment.selectors import terms_of
from jincheng_insurance.audit.services import record
from riskpool.models import Alert
from riskpool.selectors.ratio import agreement_ratio
from riskpool.services.duties import owe_duties


@transaction.atomic(durable=True)
def evaluate_agreement(*, agreement_id: int) -> list[Alert]:
    """Fire the levels that an agreement's ratio exceeds and that haven't fired this year, each with its duties; returns
    those fired now.
    The agreement is locked, so two evaluations at once fire a level once; falling back below re-fires nothing."""
    agreement = locked_agreement(agreement_id)
    ratio = agreement_ratio(agreement)
    fired = set(Alert.objects.filter(agreement=agreement).values_list("level", flat=True))
    new = []
    terms = terms_of(agreement.policy_year_id)
    for level in ratio.passed_levels(terms):
        if int(level) in fired:
            continue
        alert = Alert.objects.create(
            agreement=agreement,
            policy_year_id=agreement.policy_year_id,
            county_id=agreement.county_id,
            level=int(level),
            incurred=ratio.incurred,
            net_premium=ratio.net_premium,
        )
        record(
            "fire_alert",
            actor=None,
            on=alert,
            facts={"level": alert.level, "incurred": alert.incurred, "net_premium": alert.net_premium},
        )
        owe_duties(alert, terms=terms)
        new.append(alert)
    return new
