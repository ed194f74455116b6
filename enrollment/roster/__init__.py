"""A monitoring roster as a workbook: its columns, the cleaning of its cells, and the checking of its rows.
Pure: no database, no clock."""
