"""The chart of premium in arrears by side, with each side's account and the age of what it owes beneath it (R16)."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.models import Agreement
from jincheng_insurance.web.charts import Stack, stack_chart
from jincheng_insurance.web.formats import day, yuan
from premiums.models import Side
from premiums.selectors.fund import SideAccount
from riskpool.list_links import ListLinks
from riskpool.pictures import Figure, Picture

ZERO = Decimal("0.00")
# Days since it became due, the last ones without an end.
AGES = (
    (0, 30, gettext_lazy("up to 30 days")),
    (31, 90, gettext_lazy("31 to 90 days")),
    (91, None, gettext_lazy("over 90 days")),
)
Accounts = Mapping[int, Sequence[SideAccount]]


def arrears_picture(
    pool: Sequence[Agreement], accounts: Accounts, links: ListLinks, *, on: datetime.date
) -> Picture:
    """A bar for each county of what city and county owe; what was paid beyond what is due draws none."""
    title = _("Premium in arrears")
    keys = [_("Owed at %(side)s") % {"side": side.label} for side in Side]
    stacks = []
    for agreement in pool:
        owed = [max(ZERO, account.arrears) for account in accounts[agreement.pk]]
        stacks.append(
            Stack(agreement.county.name, [(amount, yuan(amount)) for amount in owed], yuan(sum(owed, ZERO)))
        )
    every = [account for agreement in pool for account in accounts[agreement.pk]]
    rows = [_row(agreement, account, links, on) for agreement in pool for account in accounts[agreement.pk]]
    sums = (sum(amounts, ZERO) for amounts in zip(*(_amounts(account, on) for account in every), strict=True))
    foot = [_("Total"), *map(yuan, sums), ""] if every else []
    unit = _("(yuan)")
    money = (_("Due"), _("Set off"), _("Paid"), _("Arrears"))
    head = [
        _("County and side"),
        *(f"{word} {unit}" for word in money),
        *(str(label) for _first, _last, label in AGES),
        _("Oldest due on"),
    ]
    return Picture(title, stack_chart(title=title, keys=keys, stacks=stacks), head, rows, foot)


def _row(agreement: Agreement, account: SideAccount, links: ListLinks, on: datetime.date) -> list[Any]:
    url = links.account(agreement, account.side)
    named = f"{agreement.county.name} · {account.side.label}"
    figures = [Figure(yuan(amount), url) for amount in _amounts(account, on)]
    return [named, *figures, day(account.unpaid_since)]


def _amounts(account: SideAccount, on: datetime.date) -> list[Decimal]:
    ages = [
        sum((amount for due, amount in account.unpaid if _aged((on - due).days, first, last)), ZERO)
        for first, last, _label in AGES
    ]
    return [account.due, account.carried, account.paid, account.arrears, *ages]


def _aged(days: int, first: int, last: int | None) -> bool:
    return max(days, 0) >= first and (last is None or days <= last)
