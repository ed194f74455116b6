"""How fast and how lean a roster import is: against a plain django-import-export resource, against the floor of reading
and copying, by size, and what pages feel of it meanwhile. See bench/README.md.

python -m bench.roster [--rows 200000] [--small 20000] [--rival-rows 10000] [--runs 3]
    [--only rival floor growth pages profile]"""

import argparse
import statistics
from typing import Any

import psycopg

from bench.books import TITLES, book
from bench.house import House, house, say, show
from jincheng_insurance.embedded.servers import RUNTIME

PARTS = ("rival", "floor", "growth", "pages", "profile")
GOALS = {
    "rival": ("× faster than django-import-export, preview and import", ">=", 30.0),
    "first": ("× the floor, first import", "<=", 3.0),
    "second": ("× the floor, second import with 1 % changed", "<=", 2.0),
    "growth": ("× time per row, large against small", "<=", 1.3),
    "pages": ("× page latency during an import", "<=", 2.0),
}
Rows = list[tuple[str, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.roster", description="Measures the roster import.")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--rival-rows", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    table: Rows = []
    with house() as place:
        _own_tables(place)
        for part in PARTS:
            if part in options.only:
                table += MEASURES[part](place, options)
    show("Roster import", ("measured", "figure", "goal", "met"), table)


def rival(place: House, options: argparse.Namespace) -> Rows:
    """Our whole import of the rival's rows beside the rival's own, run by run on the same file and database."""
    path = book(options.rival_rows)
    ratios, single = [], []
    for run in range(options.runs):
        ours = _measure(place, "ours", path, part="rival", run=run)
        theirs = _measure(place, "rival", path, part="rival", run=run)
        ratios.append(theirs["seconds"] / ours["seconds"])
        single.append((theirs["seconds"] - theirs["preview"]) / ours["seconds"])
    return [
        _row("rival", ratios, options.rival_rows),
        (
            "  the same against its import alone, without the preview",
            f"{statistics.median(single):.2f}",
            "",
            "",
        ),
    ]


def floor(place: House, options: argparse.Namespace) -> Rows:
    """Floor, first import and second import of each run, in this order, on the same files and database."""
    path, changed = book(options.rows), book(options.rows, changed=True)
    first, second, peaks = [], [], []
    for run in range(options.runs):
        least = _measure(place, "floor", path, part="floor", run=run)
        ours = _measure(place, "ours", path, part="first", run=run)
        again = _measure(place, "ours", changed, part="second", run=run, empty=False)
        first.append(ours["seconds"] / least["seconds"])
        second.append(again["seconds"] / least["seconds"])
        peaks.append(max(ours["peak_mb"], again["peak_mb"]))
    return [
        _row("first", first, options.rows),
        _row("second", second, options.rows),
        (f"peak memory of the worker, {options.rows:,} rows", f"{max(peaks):,} MB", "", ""),
    ]


def growth(place: House, options: argparse.Namespace) -> Rows:
    """Time per row of the large workbook over that of the small one."""
    ratios = []
    for run in range(options.runs):
        small = _measure(place, "ours", book(options.small), part="small", run=run)
        large = _measure(place, "ours", book(options.rows), part="large", run=run)
        ratios.append((large["seconds"] / large["rows"]) / (small["seconds"] / small["rows"]))
    return [_row("growth", ratios, options.rows)]


def pages(place: House, options: argparse.Namespace) -> Rows:
    """The median page, idle and during an import, from the live application with its worker."""
    from bench.pages import compare

    _prepare(place)
    ratios = [compare(place, book(options.rows), book(options.small), run) for run in range(options.runs)]
    return [_row("pages", ratios, options.rows)]


def profile(place: House, options: argparse.Namespace) -> Rows:
    """Where one import's time goes: printed, not judged."""
    answer = _measure(place, "profile", book(options.rows), part="profile", run=0)
    print(answer["profile"])
    return []


MEASURES = {"rival": rival, "floor": floor, "growth": growth, "pages": pages, "profile": profile}


def _measure(
    place: House, work: str, path: Any, *, part: str, run: int, empty: bool = True
) -> dict[str, Any]:
    if empty:
        _prepare(place)
    place.settle()
    answer = place.run("bench.once", work, str(path))
    shown = {name: round(value, 3) for name, value in answer.items() if name != "profile"}
    say(
        bench="roster",
        part=part,
        work=work,
        run=run,
        per_second=round(answer["rows"] / answer["seconds"]),
        **shown,
    )
    return answer


def _prepare(place: House) -> None:
    """Empty tables, and the one city officer who imports."""
    from demo.posts import give_post
    from jincheng_insurance.access.models import User
    from jincheng_insurance.access.roles import Role

    place.empty()
    user = User.objects.create(username="bench")
    give_post(user, Role.CITY_OFFICER)


def _own_tables(place: House) -> None:
    from bench.rival import FLOOR, TABLE

    columns = ", ".join(f"c{number} text" for number in range(len(TITLES)))
    with psycopg.connect(place.superuser, autocommit=True) as connection:
        connection.execute(TABLE.format(role=RUNTIME))
        connection.execute(FLOOR.format(columns=columns, role=RUNTIME))


def _row(name: str, ratios: list[float], rows: int) -> tuple[str, ...]:
    """The median of the runs' ratios beside its goal."""
    text, sign, goal = GOALS[name]
    figure = statistics.median(ratios)
    met = figure >= goal if sign == ">=" else figure <= goal
    say(
        bench="roster",
        result=name,
        median=round(figure, 3),
        runs=[round(one, 3) for one in ratios],
        goal=goal,
    )
    return f"{text}, {rows:,} rows", f"{figure:.2f}", f"{sign} {goal:g}", "yes" if met else "no"


if __name__ == "__main__":
    main()
