"""A paper (letter, sheet, list) as plain values, written once and shown three ways: as a page to print
(`web/paper.html`), as a Word document (`web/word.py`), and its lists as a workbook (`sheets/lists.py`)."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import wraps
from typing import ClassVar, ParamSpec, TypeVar

from django.utils.safestring import SafeString
from django.utils.translation import override

from jincheng_insurance.web import formats
from jincheng_insurance.web.charts import Series, Step, Threshold, line_chart, waterfall_chart

P = ParamSpec("P")
T = TypeVar("T")
Cell = str | Decimal | int | datetime.date


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, under a heading where there is one."""

    kind: ClassVar[str] = "text"
    paragraphs: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values in two columns. A value that is no text stays a number or a day in a workbook."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, Cell], ...]
    heading: str = ""

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The rows as written."""
        return [
            (name, formats.day(value) if isinstance(value, datetime.date) else shown_cell(value))
            for name, value in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column titles. A Decimal is an amount in yuan, an int a count; both stand to the right. A date is a
    day. `total` is a last row, its text in the first cells."""

    kind: ClassVar[str] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heading: str = ""
    total: tuple[Cell, ...] = ()

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers only."""
        return tuple(
            bool(self.rows) and all(is_number(row[place]) for row in self.rows)
            for place in range(len(self.columns))
        )

    @property
    def titles(self) -> list[tuple[str, bool]]:
        return list(zip(self.columns, self.numeric, strict=True))

    @property
    def shown(self) -> list[list[tuple[str, bool]]]:
        """The rows as written, each cell with whether it is a number."""
        return [shown_cells(row) for row in self.rows]

    @property
    def shown_total(self) -> list[tuple[str, bool]]:
        return shown_cells(self.total)


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over `labels` with bounds across: the series by name, None where a line has a gap. Drawn on the page, and
    Word's own chart in a Word document. The figures belong in a table beneath."""

    kind: ClassVar[str] = "chart"
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal | None, ...]], ...]
    bounds: tuple[Threshold, ...] = ()
    unit: str = ""
    heading: str = ""

    @property
    def drawing(self) -> SafeString:
        """As SVG."""
        return line_chart(
            title=self.heading,
            series=[Series(name, list(values), end_label=name) for name, values in self.series],
            labels=self.labels,
            thresholds=self.bounds,
            unit=self.unit,
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """A sum drawn step by step, on the page alone: its figures belong in a table beneath."""

    kind: ClassVar[str] = "chart"
    rows: tuple[Step, ...]
    heading: str = ""

    @property
    def drawing(self) -> SafeString:
        """As SVG."""
        return waterfall_chart(title=str(self.rows[-1].label), steps=self.rows)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Where parties sign, each with a line for the day."""

    kind: ClassVar[str] = "signatures"
    parties: tuple[str, ...]


Block = Text | Facts | Table | Chart | Steps | Signatures


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `file_name` has no ending and no personal data; `large` asks for big type; `closing` (who issues
    it, and when) stands at the right under the last block; `language` is what its words are in; `posted` is what hangs
    in public, where whose copy it is has no place."""

    title: str
    file_name: str
    blocks: tuple[Block, ...]
    number: str = ""
    large: bool = False
    closing: tuple[str, ...] = field(default=())
    language: str = "zh-hans"
    posted: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Table))


def is_number(cell: Cell) -> bool:
    return isinstance(cell, Decimal | int)


def shown_cell(cell: Cell) -> str:
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return formats.yuan(cell)
    return formats.count(cell) if isinstance(cell, int) else cell


def shown_cells(row: tuple[Cell, ...]) -> list[tuple[str, bool]]:
    return [(shown_cell(cell), is_number(cell)) for cell in row]


def in_chinese(make: Callable[P, T]) -> Callable[P, T]:
    """For makers of papers: their words are Chinese whatever language the reader's pages are in, since what goes to
    villagers and offices has one wording."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        with override("zh-hans"):
            return make(*args, **kwargs)

    return made
