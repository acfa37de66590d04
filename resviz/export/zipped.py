"""The parts of a ZIP, which slides, workbooks and torch's files are, also of one that is damaged."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BEGINS = b"PK"
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError)
"""What Python raises on an archive that is damaged, has a password, or is packed in a way that it does not know."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an archive: its name, and its content, or None where that cannot be read."""

    name: str
    content: bytes | None


def parts(archive: Path | BinaryIO, most: int) -> Iterator[Part]:
    """Every part, with nothing in it where it has more than `most` bytes; of no archive one that cannot be read."""
    try:
        found = zipfile.ZipFile(archive)
    except UNREADABLE:
        yield Part("", None)
        return
    with found:
        for entry in found.infolist():
            yield Part(entry.filename, _content(found, entry) if entry.file_size <= most else b"")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    try:
        return archive.read(entry)
    except UNREADABLE:
        return None
