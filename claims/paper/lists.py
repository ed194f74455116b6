"""Lists of many claims: what was paid, for the offices, and what is posted in the villages (R28)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from claims.paper.words import coverage_name
from jincheng_insurance.web.capitals import capitals
from jincheng_insurance.web.formats import day, mask_name, yuan
from jincheng_insurance.web.paper import Facts, Paper, Signatures, Table, Text, in_chinese

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment as the list has it, below zero where it was taken back; no account, no identity number."""

    number: str
    batch: str
    place: str
    name: str
    coverage: str
    amount: Decimal
    paid_on: datetime.date
    reference: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What a village may read of one grant: the place, the name (masked when the list is made), coverage, amount."""

    place: str
    name: str
    coverage: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """A county and the days a list covers, both included."""

    county: str
    first: datetime.date
    last: datetime.date

    @property
    def text(self) -> str:
        return _("%(first)s to %(last)s") % {"first": day(self.first), "last": day(self.last)}

    @property
    def stamp(self) -> str:
        return f"{self.county}-{self.first:%Y%m%d}-{self.last:%Y%m%d}"


@in_chinese
def payment_list(period: Period, rows: Sequence[Paid]) -> Paper:
    """支付清单: each payment of a county and period, with the sum in figures and capitals."""
    columns = (
        _("No."),
        _("Claim number"),
        _("Batch number"),
        _("Address"),
        _("Insured person"),
        _("Coverage"),
        _("Paid on"),
        _("Bank reference"),
        _("Amount (yuan)"),
    )
    cells = tuple(
        (
            str(place),
            row.number,
            row.batch,
            row.place,
            row.name,
            coverage_name(row.coverage),
            row.paid_on.isoformat(),
            row.reference,
            row.amount,
        )
        for place, row in enumerate(rows, 1)
    )
    total = sum((row.amount for row in rows), ZERO)
    return Paper(
        title=_("List of payments"),
        number=f"{period.county}　{period.text}",
        file_name=f"{_('List of payments')}-{period.stamp}",
        blocks=(
            Table(columns, cells, total=(_("Total"), "", "", "", "", "", "", "", total)),
            Facts(
                (
                    (_("Number of payments"), str(len(rows))),
                    (_("Total"), _("%(amount)s yuan") % {"amount": yuan(total)}),
                    (_("In capitals"), _in_capitals(total)),
                )
            ),
            Signatures((_("Made by"), _("Checked by"))),
        ),
    )


def _in_capitals(total: Decimal) -> str:
    """The sum in capitals; where more came back than was paid, 负 stands before it."""
    return _("Renminbi %(amount)s") % {"amount": ("负" if total < 0 else "") + capitals(abs(total))}


@in_chinese
def posting(period: Period, rows: Sequence[Posted]) -> Paper:
    """公示: village, masked name, coverage and amount, and nothing else (R28). Names are masked here, so that no caller
    can forget to."""
    opening = _(
        "Under the Jincheng poverty-prevention insurance the following payments were approved in %(county)s,"
        " %(period)s. They are posted for everybody to examine."
    )
    return _posting(
        opening % {"county": period.county, "period": period.text},
        rows,
        number=f"{period.county}　{period.text}",
        stamp=period.stamp,
    )


@in_chinese
def batch_posting(
    county: str, number: str, rows: Sequence[Posted], *, paid_on: datetime.date | None = None
) -> Paper:
    """公示 of what one payment batch is going to pay, to be posted before it is released; or, once all of it is paid,
    of what it paid until `paid_on` (R28)."""
    opening = (
        _(
            "Under the Jincheng poverty-prevention insurance the following payments were made in %(county)s until"
            " %(day)s (batch %(number)s). They are posted for everybody to examine."
        )
        if paid_on
        else _(
            "Under the Jincheng poverty-prevention insurance the following payments are going to be made in %(county)s"
            " (batch %(number)s). They are posted for everybody to examine."
        )
    )
    return _posting(
        opening % {"county": county, "number": number, "day": day(paid_on)},
        rows,
        number=f"{county}　{number}",
        stamp=f"{county}-{number}",
    )


def _posting(opening: str, rows: Sequence[Posted], *, number: str, stamp: str) -> Paper:
    cells = tuple((row.place, mask_name(row.name), coverage_name(row.coverage), row.amount) for row in rows)
    closing = _("Whoever knows that something is not right may tell the village committee or the insurer.")
    return Paper(
        title=_("Public posting of payments"),
        number=number,
        file_name=f"{_('Public posting of payments')}-{stamp}",
        blocks=(
            Text((opening,)),
            Table((_("Village"), _("Name"), _("Coverage"), _("Amount (yuan)")), cells),
            Text((closing,)),
        ),
        posted=True,
    )
