"""Which cells of a table of people are left out, so that no cell or difference tells fewer than three (R25)."""

from collections.abc import Sequence

from riskpool.models import LEAST_CONCERNED

MISSING_TOGETHER = 2


def few(number: int) -> bool:
    """Somebody, but too few to be shown."""
    return 0 < number < LEAST_CONCERNED


def withheld(rows: Sequence[Sequence[int]], *, sums_of_columns: bool) -> set[tuple[int, int]]:
    """The cells, as row and column, to leave out of a table that is shown with the sums of its rows, and of its columns
    where `sums_of_columns`: those of one or two, and as many others that wherever a sum is known at least two cells are
    missing from it, of at least three together. No sum that is shown may itself be of one or two.

    >>> sorted(withheld([[40, 2, 7], [30, 9, 5]], sums_of_columns=True))
    [(0, 1), (0, 2), (1, 1), (1, 2)]
    """
    places = [[(row, column) for column in range(len(cells))] for row, cells in enumerate(rows)]
    lines = [*places, *map(list, zip(*places, strict=True) if sums_of_columns else ())]
    value = {(row, column): rows[row][column] for line in places for row, column in line}
    # Where a sum is 0 every cell is known to be 0: such a cell hides nothing.
    known = {cell for line in lines if not sum(map(value.__getitem__, line)) for cell in line}
    lines = [[cell for cell in line if cell not in known] for line in lines]
    hidden = {cell for cell, number in value.items() if few(number)}
    while telling := [line for line in lines if _tells([value[cell] for cell in line if cell in hidden])]:
        others = [cell for cell in telling[0] if cell not in hidden]
        if not others:
            return set(value) - known
        hidden.add(min(others, key=lambda cell: (not value[cell], value[cell])))
    return hidden


def _tells(missing: Sequence[int]) -> bool:
    """Whether what is missing from a line whose sum is shown can be told from that sum."""
    return bool(missing) and (len(missing) < MISSING_TOGETHER or sum(missing) < LEAST_CONCERNED)
