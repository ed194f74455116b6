"""What a calculation sheet says of a household's loss: its cause, what was lost, who signed for it (R12-R14)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from claims.paper.facts import LossOf
from jincheng_insurance.web.formats import day, yuan
from jincheng_insurance.web.paper import Block, Facts, Table

ZERO = Decimal("0.00")


def loss_blocks(loss: LossOf) -> tuple[Block, ...]:
    """The loss's facts, its items with their sum, and the three signatures with their days."""
    rows = (
        (_("Cause"), loss.cause),
        (_("Date of the loss"), day(loss.on)),
        (_("Place of the loss"), loss.place),
        (_("Police report"), loss.police_report),
        (_("Finding on who is responsible"), loss.finding),
        (_("Recovered from others"), _("%(amount)s yuan") % {"amount": yuan(loss.recovered)}),
    )
    items = tuple((item.kind, item.name, item.quantity, item.amount) for item in loss.items)
    signed = tuple((party, name or _("not signed yet"), day(on)) for party, name, on in loss.signatures)
    return (
        Facts(tuple((name, value) for name, value in rows if value), heading=_("Loss")),
        Table(
            (_("Kind"), _("What"), _("Quantity"), _("Assessed loss (yuan)")),
            items,
            heading=_("What was lost"),
            total=(_("Total"), "", "", sum((item.amount for item in loss.items), ZERO)),
        ),
        Table(
            (_("Party"), _("Signed by"), _("Signed on")), signed, heading=_("Signatures under the assessment")
        ),
    )
