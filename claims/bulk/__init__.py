"""The insurer's workbook of claims, bills and payments: its columns, its reading, what each line comes to."""
