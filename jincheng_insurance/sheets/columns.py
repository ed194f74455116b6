"""Which column of a sheet holds what: the header row is found by its titles, however they are spaced,
bracketed or spread over two rows."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from jincheng_insurance.sheets.problems import letter
from jincheng_insurance.sheets.reading import SheetRow

HEADER_ROWS = 20
FEWEST_TITLES = 3
LONGEST_TITLE = 60
TOLD = -1
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")


class Column(NamedTuple):
    """A field and the titles it is known by, the one to prefer first, as `key_of` makes them."""

    field: str
    titles: tuple[str, ...]
    required: bool = False


class Placed(NamedTuple):
    """Where a field stands in a sheet: columns from the left (A is 0), Excel letters, title as written, and
    the alias it was known by."""

    offset: int
    letter: str
    title: str
    known_as: str


class Layout(NamedTuple):
    """The header of one sheet: its Excel row, where each known field stands, and titles nobody knows."""

    sheet: str
    row: int
    fields: Mapping[str, Placed]
    unknown: tuple[str, ...]

    def missing(self, columns: Iterable[Column]) -> tuple[str, ...]:
        """The preferred titles of required columns the sheet doesn't have."""
        return tuple(
            column.titles[0] for column in columns if column.required and column.field not in self.fields
        )


def column(field: str, *titles: str, required: bool = False) -> Column:
    """A column known by `titles`, the preferred one first."""
    return Column(field, titles, required)


def key_of(title: str) -> str:
    """A title stripped to its letters and digits, full-width ones narrowed.

    >>> key_of(" 县(市、区、旗)\\n")
    '县市区旗'
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", title))).lower()


def keys_of(title: str) -> tuple[str, ...]:
    """What a title may be known by: all of it, or what stands outside its brackets.

    >>> keys_of("姓名（必填）*")
    ('姓名必填', '姓名')
    """
    narrowed = unicodedata.normalize("NFKC", title)
    return tuple(dict.fromkeys(filter(None, (key_of(narrowed), key_of(BRACKETED.sub("", narrowed))))))


class TitleTable:
    """Columns found by title. Where two titles of a sheet mean the same field, the preferred alias wins. `told` are
    titles, as `key_of` makes them, that somebody has given a field, or "" for none: they win over every alias."""

    def __init__(self, columns: Sequence[Column], told: Mapping[str, str] | None = None) -> None:
        self.columns = tuple(columns)
        self._known: dict[str, tuple[int, str]] = {}
        for one in columns:
            for rank, title in enumerate(one.titles):
                self._known.setdefault(key_of(title), (rank, one.field))
        self._known.update({key: (TOLD, field) for key, field in (told or {}).items()})

    def find(self, title: str) -> tuple[int, str] | None:
        """(rank of the alias, field, "" for a title to pass over), or None for a title nobody knows."""
        for key in keys_of(title):
            if key in self._known:
                return self._known[key]
        return None

    def layout(self, rows: Sequence[SheetRow]) -> Layout | None:
        """The best header among the first rows of one sheet, or None. A header's titles may be spread over
        two rows: a group above, its parts below."""
        best: Layout | None = None
        above: SheetRow | None = None
        for row in rows:
            if row.row > HEADER_ROWS:
                break
            for titles in titles_of(row, above):
                found = self._place(row, titles)
                if len(found.fields) >= FEWEST_TITLES and (
                    best is None or len(found.fields) > len(best.fields)
                ):
                    best = found
            above = row
        return best

    def layout_of(self, header: SheetRow) -> Layout:
        """Where the fields stand if this row is the header, however few of its titles are known."""
        return self._place(header, [(title_in(value),) for value in header.values])

    def _place(self, row: SheetRow, titles: Sequence[tuple[str, ...]]) -> Layout:
        fields: dict[str, tuple[int, Placed]] = {}
        unknown: list[str] = []
        for index, variants in enumerate(titles):
            for title in variants:
                known = self.find(title)
                if known is not None:
                    rank, field = known
                    if field and (field not in fields or rank < fields[field][0]):
                        fields[field] = rank, Placed(index, letter(index), tidy(variants[0]), key_of(title))
                    break
            else:
                if variants and variants[0]:
                    unknown.append(tidy(variants[0]))
        return Layout(
            row.sheet, row.row, {field: placed for field, (_, placed) in fields.items()}, tuple(unknown)
        )


def titles_of(row: SheetRow, above: SheetRow | None) -> Iterable[Sequence[tuple[str, ...]]]:
    """The titles a row may mean: its own; or joined with those of the row above, whose groups they part."""
    own = [title_in(value) for value in row.values]
    yield [(title,) for title in own]
    if above is None or above.row != row.row - 1:
        return
    joined: list[tuple[str, ...]] = []
    for index, title in enumerate(own):
        group = title_in(above.values[index]) if index < len(above.values) else ""
        if title and group and title != group:
            joined.append((f"{group} {title}", title, group + title))
        else:
            joined.append((title or group,))
    yield joined


def title_in(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST_TITLE else ""


def tidy(title: str) -> str:
    """A title in one line, without what can't be printed or stored."""
    return " ".join("".join(one if one.isprintable() else " " for one in title).split())
