"""More than a hundred hostile or broken files, of every kind that is read: each is read, or refused with a text, soon,
within the reader's memory, and the process that asked lives on."""

import resource
import time
from pathlib import Path

from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import read_rows
from jincheng_insurance.sheets.texts import SHEET_ERRORS
from tests.sheets import hostile

MEGABYTE_OF_KB = 1024
READ_WELL = {
    "good.xlsx",
    "good.xls",
    "good.csv",
    "old0.xls",
    "raw5.xlsx",
    "csv.csv",
    "formula.csv",
    "blank.csv",
}
EXPECTED = {
    "page.csv": "web_page",
    "page.xls": "web_page",
    "wide page.xlsx": "web_page",
    "xml.xls": "web_page",
    "csv.xls": "plain_text",
    "csv.xlsx": "plain_text",
    "nothing.csv": "empty_file",
    "noise.xls": "not_a_workbook",
    "locked.xls": "encrypted",
    "flagged.csv": "encrypted",
    "raw0.xlsx": "too_much_memory",
    "raw1.xlsx": "stray_cells",
    "raw8.xlsx": "document_type",
    "raw9.xlsx": "macros",
    "raw10.xlsx": "external_links",
    "raw11.xlsx": "too_many_parts",
    "raw12.xlsx": "packed_too_tight",
    "old1.xls": "encrypted",
    "old2.xls": "external_links",
    "old3.xls": "macros",
    "old4.xls": "macros",
    "nul.csv": "not_a_workbook",
    "open.csv": "text_row",
    "wide.csv": "stray_cells",
    "long.csv": "too_many_rows",
    "mixed.csv": "text_encoding",
    "control.csv": "not_a_workbook",
    "mark.csv": "not_a_workbook",
}


def test_a_hundred_hostile_files_cost_a_clear_text_each(tmp_path: Path) -> None:
    outcomes: dict[str, str] = {}
    slowest = 0.0
    for name, content in hostile.many(seed=2026):
        path = tmp_path / name
        path.write_bytes(content)
        began = time.monotonic()
        outcomes[name] = outcome_of(path)
        slowest = max(slowest, time.monotonic() - began)
        path.unlink()
    assert len(outcomes) >= 100
    assert slowest < 20
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1000 * MEGABYTE_OF_KB
    assert {name for name in READ_WELL if outcomes[name] != "read"} == set()
    assert {name: outcomes[name] for name in EXPECTED} == EXPECTED


def outcome_of(path: Path) -> str:
    """What became of a file: read, or the code of a refusal, which has a text without holes."""
    refused: SheetError | None = None
    try:
        for row in read_rows(path):
            assert len(row.values) <= 1000
            assert len(row.sheet) <= 100
            assert row.sheet.isprintable()
    except SheetError as error:
        refused = error
    if refused is None:
        return "read"
    assert refused.code in SHEET_ERRORS
    assert "%(" not in str(refused)
    return refused.code
