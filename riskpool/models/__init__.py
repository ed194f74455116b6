"""The risk pool's tables, one module a noun."""

from riskpool.models.alert import Alert

__all__ = ["Alert"]
