"""Papers of claims: what stands in them, drawn from plain values (`facts.py`), and their words."""
