"""Safe reading of workbooks: rows come out of a throw-away process (`reader.py`), so that no workbook,
however hostile, can take memory or the process away from whoever reads it."""

import contextlib
import datetime
import fcntl
import marshal
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from jincheng_insurance.sheets.problems import SheetError

MEGABYTE = 1024 * 1024
MAX_FILE = 20 * MEGABYTE
MAX_WAIT_SECONDS = 55
MAX_FRAME = 32 * MEGABYTE
PIPE_SIZE = MEGABYTE
SUFFIXES = (".xlsx", ".xls", ".csv", ".txt", ".tsv")
LENGTH = struct.Struct("<Q")
READER = Path(__file__).with_name("reader.py")
DATE_PARTS = 3
AS_IT_STANDS = "--as-it-stands"
OUT_OF_MEMORY_SIGNALS = (signal.SIGABRT, signal.SIGKILL)


class SheetRow(NamedTuple):
    """One row that holds anything: its sheet, its Excel row number (from 1), and its values from column A
    on: str, float, bool, date or datetime, "" where empty."""

    sheet: str
    row: int
    values: tuple[Any, ...]


class RowStream(Iterator[SheetRow]):
    """The rows of all sheets of a workbook, as they are read.

    `total` is how many rows the sheets have, blank ones included, and `done` how many of them have passed:
    both are known before the first row. `merged` are the merged ranges of the sheet the last row came from: top, left,
    bottom, right, from 0. Raises SheetError, at once or on the way. Close it, or use it in a
    `with`, when not reading to the end.
    """

    def __init__(self, path: str | os.PathLike[str], *, as_it_stands: bool = False) -> None:
        check_size(path)
        self.total = 0
        self.merged: list[tuple[int, int, int, int]] = []
        self._passed_sheets = 0
        self._passed_rows = 0
        self._opening = ""
        self._process = start_reader(path, as_it_stands=as_it_stands)
        self._deadline = time.monotonic() + MAX_WAIT_SECONDS
        self._rows = self._stream()
        try:
            self._read_totals()
        except BaseException:
            self.close()
            raise

    @property
    def done(self) -> int:
        return self._passed_sheets + self._passed_rows

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SheetRow:
        return next(self._rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_process"):
            self.close()

    def close(self) -> None:
        """End the reading process, whatever it is doing."""
        if self._process.stdout is not None:
            self._process.stdout.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _read_totals(self) -> None:
        while True:
            message = self._receive()
            if message[0] == "totals":
                self.total = message[1]
                return
            self._opening = message[1]

    def _stream(self) -> Iterator[SheetRow]:
        sheet, height = "", 0
        new = tuple.__new__
        try:
            while True:
                message = self._receive()
                kind = message[0]
                if kind == "rows":
                    for number, values in message[1]:
                        self._passed_rows = number
                        yield new(SheetRow, (sheet, number, tuple(values)))
                elif kind == "dated":
                    for number, values in message[1]:
                        self._passed_rows = number
                        yield SheetRow(sheet, number, tuple(map(value_of, values)))
                elif kind == "sheet":
                    self._passed_sheets += height
                    self._passed_rows = 0
                    _, sheet, height, self.merged = message
                else:
                    self._passed_sheets, self._passed_rows = self.total, 0
                    return
        finally:
            self.close()

    def _receive(self) -> tuple[Any, ...]:
        (length,) = LENGTH.unpack(self._take(LENGTH.size))
        if length > MAX_FRAME:
            raise SheetError("reader_died")
        try:
            message: tuple[Any, ...] = marshal.loads(self._take(length))  # nosec B302
        except (ValueError, EOFError, TypeError) as error:
            raise SheetError("reader_died") from error
        if message[0] == "refused":
            raise SheetError(message[1], message[2])
        self._deadline = time.monotonic() + MAX_WAIT_SECONDS
        return message

    def _take(self, length: int) -> bytearray:
        """Exactly `length` bytes of the reader; SheetError when it has died or keeps us waiting."""
        if self._process.stdout is None or self._process.stdout.closed:
            raise SheetError("reader_died")
        pipe = self._process.stdout.fileno()
        taken = bytearray(length)
        view = memoryview(taken)
        while view:
            if not select.select([pipe], [], [], max(0.0, self._deadline - time.monotonic()))[0]:
                raise SheetError("too_slow")
            got = os.readv(pipe, [view])
            if not got:
                raise self._death()
            view = view[got:]
        return taken

    def _death(self) -> SheetError:
        """Why the reader stopped writing."""
        status = -self._process.wait()
        if status == signal.SIGXCPU:
            return SheetError("too_slow")
        if status in OUT_OF_MEMORY_SIGNALS:
            return SheetError("too_much_memory")
        return SheetError("reader_died")


def read_rows(path: str | os.PathLike[str], *, as_it_stands: bool = False) -> RowStream:
    """The rows of every sheet of the workbook (.xlsx, .xls) or table in plain text (.csv, .txt, .tsv) at `path`, blank
    ones left out. Titles merged over several columns are repeated in each, unless it is read `as_it_stands`.
    SheetError when it can't be read."""
    return RowStream(path, as_it_stands=as_it_stands)


def suffix_of(file_name: str) -> str:
    """The ending of a file's name, where it is one of those that are read; else "". A reader has to be given it: only
    under the name of one is plain text taken for a table."""
    ending = os.path.splitext(file_name)[1].lower()
    return ending if ending in SUFFIXES else ""


def check_size(path: str | os.PathLike[str]) -> None:
    try:
        size = os.stat(path).st_size
    except OSError as error:
        raise SheetError("no_file") from error
    if not size:
        raise SheetError("empty_file")
    if size > MAX_FILE:
        raise SheetError("file_too_large", {"megabytes": -(-size // MEGABYTE), "limit": MAX_FILE // MEGABYTE})


def start_reader(path: str | os.PathLike[str], *, as_it_stands: bool = False) -> "subprocess.Popen[bytes]":
    """The reading process, with an environment that holds none of our secrets, and no words on standard
    error: they might repeat what stands in the workbook."""
    process = subprocess.Popen(
        [sys.executable, "-I", str(READER), os.path.abspath(path), *([AS_IT_STANDS] if as_it_stands else [])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        bufsize=0,
        start_new_session=True,
    )
    if process.stdout is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # the user's share of pipe memory is used up: it is only slower
            fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    return process


def value_of(value: Any) -> Any:
    """A value as the reader meant it: tuples are dates."""
    if isinstance(value, tuple):
        day = datetime.date(*value[:DATE_PARTS])
        if len(value) > DATE_PARTS:
            return datetime.datetime.combine(day, datetime.time(*value[DATE_PARTS:]))
        return day
    return value
