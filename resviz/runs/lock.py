"""A lock on a file that lives exactly as long as the processes that hold it, however they end.

flock(2) belongs to the open file: a child that inherits the descriptor holds the lock on after its parent closed
its own or died, so that a lock is handed to a new process without a moment in which nobody holds it. For POSIX.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from pathlib import Path

LOOKS, LOOK_SECONDS = 20, 0.02


def claim(path: Path) -> int:
    """Create `path`, which appears locked; the descriptor that holds the lock until its last copy is closed.

    Raises FileExistsError if `path` is there already, locked or not.
    """
    beside = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.link(beside, path)
    except OSError:
        os.close(descriptor)
        raise
    finally:
        beside.unlink()
    return descriptor


def reclaim(path: Path) -> int:
    """Lock `path` again after all that held it have ended; the descriptor as from `claim`.

    Raises FileNotFoundError where there is none, and BlockingIOError where it is held.
    """
    descriptor = os.open(path, os.O_RDWR)
    looks = 0
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            # somebody may just be looking whether it is held
            looks += 1
            if looks > LOOKS:
                os.close(descriptor)
                raise
            time.sleep(LOOK_SECONDS)


def held(path: Path) -> bool:
    """Whether some process holds the lock of `path`; false where there is no such file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
