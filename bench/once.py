"""One measured piece of work in a process of its own, so that its peak memory is its own too:

python -m bench.once ours|floor|rival|profile WORKBOOK     (in the environment that bench.house makes)"""

import cProfile
import json
import pstats
import resource
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import django
import psutil
from django.conf import settings

KILOBYTE = 1024
TOP = 25


def ours(path: Path) -> dict[str, Any]:
    """The whole import through the public services: keep the file, read, check, seal, stage, compare, apply."""
    from enrollment.models import RosterImport
    from enrollment.services import roster
    from jincheng_insurance.access.models import User

    actor = User.objects.get(username="bench")
    data = path.read_bytes()
    start = time.perf_counter()
    uploaded = roster.upload_roster(data=data, file_name=path.name, actor=actor)
    sent = time.perf_counter()
    roster.check_import(import_id=uploaded.pk)
    checked = time.perf_counter()
    uploaded.refresh_from_db()
    roster.request_apply(roster_import=uploaded, actor=actor)
    roster.apply_import(import_id=uploaded.pk)
    applied = time.perf_counter()
    uploaded.refresh_from_db()
    if uploaded.state != RosterImport.State.APPLIED:
        raise SystemExit(f"the import ended as {uploaded.state}: {uploaded.failure}")
    return {
        "seconds": applied - start,
        "upload": sent - start,
        "check": checked - sent,
        "apply": applied - checked,
        "rows": uploaded.accepted + uploaded.warned,
        "rejected": uploaded.rejected,
    }


def floor(path: Path) -> dict[str, Any]:
    """The least an import can be: calamine reads, COPY writes the raw rows into one table."""
    from django.db import connection, transaction
    from python_calamine import CalamineWorkbook

    start = time.perf_counter()
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    read = time.perf_counter()
    places = ", ".join(f"c{place}" for place in range(len(rows[0])))
    statement = f"COPY bench_floor ({places}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows[1:]:
            copy.write_row(row)
    end = time.perf_counter()
    return {"seconds": end - start, "read": read - start, "copy": end - read, "rows": len(rows) - 1}


def rival(path: Path) -> dict[str, Any]:
    """The same workbook through a plain django-import-export ModelResource into a flat table of the same fields, in its
    two steps: the preview (a dry run), then the import."""
    import tablib

    from bench.rival import BenchPerson, BenchResource

    start = time.perf_counter()
    dataset = tablib.Dataset().load(path.read_bytes(), format="xlsx")
    read = time.perf_counter()
    person = BenchResource()
    person.import_data(dataset, dry_run=True, use_transactions=True)
    previewed = time.perf_counter()
    result = person.import_data(dataset, dry_run=False, use_transactions=True)
    end = time.perf_counter()
    if result.has_errors() or result.has_validation_errors():
        errors = [str(error.error) for error in result.base_errors]
        raise SystemExit(
            f"the rival refused rows: {errors} {result.row_errors()[:1]} {result.invalid_rows[:1]}"
        )
    return {
        "seconds": end - start,
        "read": read - start,
        "preview": previewed - read,
        "import": end - previewed,
        "rows": BenchPerson.objects.count(),
    }


def profile(path: Path) -> dict[str, Any]:
    """`ours` under cProfile: where the time goes, by a function's own time."""
    profiler = cProfile.Profile()
    profiler.enable()
    answer = ours(path)
    profiler.disable()
    text = StringIO()
    pstats.Stats(profiler, stream=text).strip_dirs().sort_stats("tottime").print_stats(TOP)
    return answer | {"profile": text.getvalue()}


def main() -> None:
    work = {"ours": ours, "floor": floor, "rival": rival, "profile": profile}[sys.argv[1]]
    if work is rival:  # whose library asks for the app of its model
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "bench"]
    django.setup()
    before = psutil.Process().memory_info().rss
    answer = work(Path(sys.argv[2]))
    # Linux counts the peak in kilobytes; the reader is a child of its own.
    answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KILOBYTE
    answer["reader_peak_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // KILOBYTE
    answer["start_mb"] = before // KILOBYTE**2
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
