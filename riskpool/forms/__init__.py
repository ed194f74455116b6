"""Forms of the risk pool, by noun."""
