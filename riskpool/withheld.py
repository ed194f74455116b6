"""Which cells of a table of people are left out, so that no cell or difference tells fewer than three (R25)."""

from collections.abc import Sequence

from riskpool.models import LEAST_CONCERNED


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
    lines = [*places, *(zip(*places, strict=True) if sums_of_columns else ())]
    hidden = {(row, column) for line in places for row, column in line if few(rows[row][column])}
    growing = True
    while growing:
        growing = False
        for line in lines:
            missing = [rows[row][column] for row, column in line if (row, column) in hidden]
            if not missing or (len(missing) > 1 and sum(missing) >= LEAST_CONCERNED):
                continue
            others = [cell for cell in line if cell not in hidden]
            if others:
                hidden.add(min(others, key=lambda cell: (not rows[cell[0]][cell[1]], rows[cell[0]][cell[1]])))
                growing = True
    return hidden
