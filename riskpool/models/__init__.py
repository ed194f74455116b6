"""The risk pool's tables, one module a noun."""

from riskpool.models.alert import Alert
from riskpool.models.breakdown import LEAST_CONCERNED, Breakdown, BreakdownLine
from riskpool.models.carry import CarryEntry, ExcessEntry
from riskpool.models.duty import OPEN, SECTIONS, Duty, DutyEvent, DutyPaper
from riskpool.models.notice import MOST_TRIES, Notice
from riskpool.models.settlement import Settlement, SettlementDraft, SettlementLine
from riskpool.models.suspension import Suspension, SuspensionPaper

__all__ = [
    "LEAST_CONCERNED",
    "MOST_TRIES",
    "OPEN",
    "SECTIONS",
    "Alert",
    "Breakdown",
    "BreakdownLine",
    "CarryEntry",
    "Duty",
    "DutyEvent",
    "DutyPaper",
    "ExcessEntry",
    "Notice",
    "Settlement",
    "SettlementDraft",
    "SettlementLine",
    "Suspension",
    "SuspensionPaper",
]
