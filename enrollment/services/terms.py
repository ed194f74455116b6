"""The terms of a policy year: the scheme's defaults with the city's rulings, which stand still once used."""

from django.utils import timezone

from enrollment.models import PolicyYear
from enrollment.selectors import terms_of
from jincheng_insurance.scheme.terms import Terms


def use_terms(policy_year_id: int) -> Terms:
    """The terms of a year for a decision or statement. From now on they can't be changed (trigger
    `policy_term_stands_once_used`)."""
    PolicyYear.objects.filter(pk=policy_year_id, terms_used_at=None).update(terms_used_at=timezone.now())
    return terms_of(policy_year_id)
