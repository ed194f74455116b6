"""The premium's tables, one module a noun."""

from premiums.models.fund import ACT_OF_SIDE, MOVED, FundEntry, Receipt, Reminder, Side
from premiums.models.imports import FundImport
from premiums.models.statement import PremiumStatement, StatementLine

__all__ = [
    "ACT_OF_SIDE",
    "MOVED",
    "FundEntry",
    "FundImport",
    "PremiumStatement",
    "Receipt",
    "Reminder",
    "Side",
    "StatementLine",
]
