"""The risk pool's tables, one module a noun."""

from riskpool.models.alert import Alert
from riskpool.models.breakdown import LEAST_CONCERNED, Breakdown, BreakdownLine
from riskpool.models.carry import CarryEntry, ExcessEntry
from riskpool.models.settlement import Settlement, SettlementDraft, SettlementLine

__all__ = [
    "LEAST_CONCERNED",
    "Alert",
    "Breakdown",
    "BreakdownLine",
    "CarryEntry",
    "ExcessEntry",
    "Settlement",
    "SettlementDraft",
    "SettlementLine",
]
