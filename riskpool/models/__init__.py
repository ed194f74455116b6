"""The risk pool's tables, one module a noun."""

from riskpool.models.alert import Alert
from riskpool.models.breakdown import LEAST_CONCERNED, Breakdown, BreakdownLine

__all__ = ["LEAST_CONCERNED", "Alert", "Breakdown", "BreakdownLine"]
