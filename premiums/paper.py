"""Papers of the premium: a statement with its lines, and the fund ledger of an agreement."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from enrollment.models import Agreement
from jincheng_insurance.web.formats import day
from jincheng_insurance.web.paper import Cell, Facts, Paper, Signatures, Table, in_chinese
from premiums.models import PremiumStatement
from premiums.selectors.fund import Movement


@in_chinese
def statement_paper(statement: PremiumStatement, lines: Iterable[Mapping[str, Any]]) -> Paper:
    """A statement with its lines by household: code, place, persons and amounts, no names and no numbers of persons."""
    rows = tuple(
        (
            line["code"],
            line["township"] or "—",
            line["village"] or "—",
            int(line["persons"]),
            Decimal(line["for_household"]),
            Decimal(line["for_persons"]),
            Decimal(line["sum"]),
        )
        for line in lines
    )
    zero = Decimal("0.00")
    facts: list[tuple[str, Cell]] = [
        (_("County"), statement.county.name),
        (_("Insurer"), statement.agreement.insurer.name),
        (_("Agreement"), statement.agreement.number),
        (_("Kind"), statement.get_kind_display()),
        (_("Issued on"), statement.issued_on),
        (_("Households"), statement.households),
        (_("Persons"), statement.persons),
        (_("Due (yuan)"), statement.due),
        (_("City share (yuan)"), statement.city_share),
        (_("County share (yuan)"), statement.county_share),
    ]
    if statement.cancels is not None:
        facts += [(_("Cancels"), statement.cancels.number), (_("Reason"), statement.reason)]
    return Paper(
        title=_("%(county)s: premium statement for %(year)s")
        % {"county": statement.county.name, "year": statement.policy_year_id},
        file_name=statement.number,
        number=statement.number,
        blocks=(
            Facts(tuple(facts)),
            Table(
                columns=(
                    _("Household code"),
                    _("Township"),
                    _("Village"),
                    _("Persons"),
                    _("Household premium (yuan)"),
                    _("Persons' premium (yuan)"),
                    _("Premium (yuan)"),
                ),
                rows=rows,
                heading=_("Households stated"),
                total=(
                    _("Total"),
                    "",
                    "",
                    sum(row[3] for row in rows),
                    sum((row[4] for row in rows), zero),
                    sum((row[5] for row in rows), zero),
                    sum((row[6] for row in rows), zero),
                ),
            ),
            Signatures((_("Prepared by"), _("Checked by"), _("County rural revitalisation centre (seal)"))),
        ),
    )


@in_chinese
def ledger_paper(agreement: Agreement, rows: list[Movement], as_of: datetime.date) -> Paper:
    """The fund ledger of an agreement as of a day."""
    return Paper(
        title=_("%(county)s: fund ledger of the premium for %(year)s")
        % {"county": agreement.county.name, "year": agreement.policy_year_id},
        file_name=f"{agreement.number}-{as_of.isoformat()}",
        number=_("Agreement %(number)s, as of %(day)s, in yuan")
        % {"number": agreement.number, "day": day(as_of)},
        blocks=(
            Table(
                columns=(
                    _("Date"),
                    _("County"),
                    _("Side"),
                    _("Kind"),
                    _("Document number"),
                    _("Amount"),
                    _("Still owed"),
                    _("Allocated, not paid"),
                    _("Received by the insurer"),
                    _("Reason"),
                ),
                rows=tuple(_ledger_row(agreement, row) for row in rows),
            ),
        ),
    )


def _ledger_row(agreement: Agreement, row: Movement) -> tuple[Cell, ...]:
    entry = row.entry
    return (
        entry.on,
        agreement.county.name,
        entry.get_side_display(),
        entry.get_kind_display(),
        entry.statement.number if entry.statement is not None else entry.document,
        entry.amount,
        row.owed,
        row.held,
        row.receipt.amount if row.receipt is not None else "",
        entry.reason,
    )
