"""The risk pool's tables, one module a noun."""

from riskpool.models.alert import Alert
from riskpool.models.duty import OPEN, SECTIONS, Duty, DutyEvent, DutyPaper
from riskpool.models.notice import MOST_TRIES, Notice
from riskpool.models.suspension import Suspension, SuspensionPaper

__all__ = [
    "MOST_TRIES",
    "OPEN",
    "SECTIONS",
    "Alert",
    "Duty",
    "DutyEvent",
    "DutyPaper",
    "Notice",
    "Suspension",
    "SuspensionPaper",
]
