"""What a carry-forward is set off against, and who paid how much, from the fund ledger (R16, R23)."""

import datetime

from django.db.models import Q, Sum

from enrollment.models import Agreement
from jincheng_insurance.scheme.money import ZERO, Shares
from premiums.models import FundEntry, Side


def due_shares(agreement: Agreement) -> Shares:
    """What either side is to bear of an agreement's premium, less refunds, whether or not it has been paid."""
    return _shares(Q(agreement=agreement, kind=FundEntry.Kind.DUE))


def contributed_shares(county_id: int, *, until: datetime.date) -> Shares:
    """What either side has paid for a county in all years, by entries dated up to `until`."""
    return _shares(Q(county=county_id, kind=FundEntry.Kind.PAID, on__lte=until))


def _shares(wanted: Q) -> Shares:
    sums = dict(FundEntry.objects.filter(wanted).values_list("side").annotate(Sum("amount")))
    return Shares(sums.get(Side.CITY.value, ZERO), sums.get(Side.COUNTY.value, ZERO))
