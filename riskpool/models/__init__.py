"""The risk pool's tables, one module a noun."""

from riskpool.models.alert import Alert
from riskpool.models.carry import CarryEntry, ExcessEntry
from riskpool.models.settlement import Settlement, SettlementDraft, SettlementLine

__all__ = ["Alert", "CarryEntry", "ExcessEntry", "Settlement", "SettlementDraft", "SettlementLine"]
