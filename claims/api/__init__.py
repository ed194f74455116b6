"""Claims over the API: who is covered, reports, bills, reserves, and the steps of a claim's life."""
