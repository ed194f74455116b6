"""Pages of claims: intake, assessment, decision."""
