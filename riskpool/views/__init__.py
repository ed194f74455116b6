"""Pages of the risk pool, by noun."""
