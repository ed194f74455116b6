"""Pages of the roster and of the insured."""
