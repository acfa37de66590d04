"""A file appears whole under its name, or what was there stays: it is written beside and renamed."""

from __future__ import annotations

import json
import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write the file; raises OSError, which names it.

    What is no ordinary file, such as /dev/stdout, is written to as it is, and a link stays one.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def write_json(path: Path, value: object) -> None:
    """Write the value as JSON that people can read."""
    write(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            # without this a machine that goes down can leave the new name with nothing behind it
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
