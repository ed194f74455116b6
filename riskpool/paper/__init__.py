"""Papers of the risk pool."""
