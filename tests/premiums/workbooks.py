"""Workbooks of allocations and payments as finance fills them in."""

import io
from typing import Any

from openpyxl import Workbook

TITLES = ("保险年度", "县（市、区）", "承担方", "类别", "文号", "日期", "金额（元）", "超应承担拨付")


def funding_workbook(
    *rows: tuple[Any, ...], titles: tuple[str, ...] = TITLES, name: str = "下达与拨付"
) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for row in (titles, *rows):
        sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()
