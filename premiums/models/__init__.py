"""The premium's tables, one module a noun."""

from premiums.models.fund import FundEntry, Side
from premiums.models.statement import PremiumStatement, StatementLine

__all__ = ["FundEntry", "PremiumStatement", "Side", "StatementLine"]
