"""The workbook of allocations and payments: its columns, how it is read, the empty one, and what is said about it."""
