"""Pages of the premium, by noun."""
