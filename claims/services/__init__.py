"""What writes to claims, by noun: intake, bills, decisions, payment. The loss ledger is written by `ledger` alone."""
