"""The scheme's document (晋市乡振中心〔2025〕6号) as code: pure functions on frozen values, rules R1 to
R24, each with its section (§). Amounts are yuan as Decimal; no clock, no database, no input or output."""
