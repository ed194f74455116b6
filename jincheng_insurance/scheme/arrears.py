"""How old a side's arrears are (R16): what is paid settles the oldest due first."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from jincheng_insurance.scheme.money import ZERO


def unpaid_dues(
    dues: Iterable[tuple[datetime.date, Decimal]], settled: Decimal
) -> tuple[tuple[datetime.date, Decimal], ...]:
    """What of each due is still unpaid, the oldest first, by the day it became due (R16, §5). `settled` yuan were paid
    or set off against all of them. A negative due (a refund) settles as a payment does.

    >>> spring, autumn = datetime.date(2026, 1, 1), datetime.date(2026, 9, 1)
    >>> unpaid_dues([(autumn, Decimal("300")), (spring, Decimal("700"))], Decimal("800"))
    ((datetime.date(2026, 9, 1), Decimal('200.00')),)
    """
    owed = sorted(dues)
    left = settled - sum((amount for _, amount in owed if amount < 0), ZERO)
    unpaid = []
    for day, amount in owed:
        if amount <= 0:
            continue
        taken = min(amount, max(left, ZERO))
        left -= taken
        if taken < amount:
            unpaid.append((day, amount - taken))
    return tuple(unpaid)
