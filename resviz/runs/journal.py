"""A file of rows, one JSON object a line, that is only ever appended to and can be read while it is written."""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Row = dict[str, object]

TAIL = 8192
"""Bytes from the end in which the last row is looked for first; rows of a curve have about 250."""


class Journal:
    """The writing end. Each row reaches the operating system at once, and the disk at `sync`.

    A line that was torn, because a process was killed or the disk was full, is ended before the next row.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._torn = _is_torn(path)

    def write(self, row: Row) -> None:
        """Append a row; raises ValueError for numbers that JSON does not have, and OSError where it does not fit."""
        line = json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        whole = b"\n" + line if self._torn else line
        self._torn = True
        written = self._file.write(whole)
        if written != len(whole):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._file.name)
        self._torn = False

    def sync(self) -> None:
        os.fsync(self._file.fileno())


def _is_torn(path: Path) -> bool:
    """Whether the file's last line has no end."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def finite(numbers: Mapping[str, object]) -> Row:
    """The numbers, null in place of those that JSON does not have."""
    return {
        name: None if isinstance(number, float) and not math.isfinite(number) else number
        for name, number in numbers.items()
    }


def read(path: Path, since: int = 0) -> tuple[list[Row], int]:
    """The rows that begin at byte `since` or later, and the byte to go on from.

    A line that is still being written, or that a killed process tore, is left for later; a whole line that is no
    JSON object, or does not say its "kind", is passed over.
    """
    try:
        with path.open("rb") as file:
            file.seek(since)
            whole = file.read()
    except FileNotFoundError:
        return [], since
    end = whole.rfind(b"\n") + 1
    return list(_parsed(whole[:end].splitlines())), since + end


def last(path: Path) -> Row | None:
    """The last whole row, from the end of the file if it is there; None where there is none."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    for since in (max(0, size - TAIL), 0):
        rows, _ = read(path, since)
        if rows:
            return rows[-1]
    return None


def _parsed(lines: Iterable[bytes]) -> Iterator[Row]:
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("kind"), str):
            yield row
