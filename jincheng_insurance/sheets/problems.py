"""What can be wrong with a workbook as a whole (`SheetError`) or with one of its cells (`Problem`)."""

from typing import Any, Literal, NamedTuple

from jincheng_insurance.sheets.texts import sheet_error_text

Severity = Literal["error", "warning"]
ERROR: Severity = "error"
WARNING: Severity = "warning"
LETTERS = 26


class SheetError(Exception):
    """The workbook can't be read, or not as what it was handed in for. `code` names the reason, `params`
    fill its text; `str()` is that text in the language of the reader."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params = params or {}

    def __str__(self) -> str:
        return sheet_error_text(self.code, self.params)

    def as_json(self) -> dict[str, Any]:
        """What a job keeps of it; `sheet_error_text` makes the text of it again, in any language."""
        return {"code": self.code, "params": self.params}


class Problem(NamedTuple):
    """What is wrong with one cell: its column's letter and title as written (empty where the sheet has no
    such column), a code, what the code's text needs, and what stands in the cell. Personal numbers in `params` and
    `value` are masked."""

    column: str
    title: str
    code: str
    params: dict[str, Any]
    severity: Severity
    value: str = ""

    def as_json(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Problem":
        return cls(**stored)


def letter(index: int) -> str:
    """The letters Excel gives the column at `index`, counted from 0.

    >>> letter(0), letter(26), letter(16383)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
