"""The lock: there is no moment in which a run that is being started looks dead, and none in which a dead one lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from resviz.runs.lock import claim, held


def test_a_lock_is_held_until_its_descriptor_is_closed_and_claimed_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not held(path)
    descriptor = claim(path)
    assert held(path)
    os.close(descriptor)
    assert not held(path)
    with pytest.raises(FileExistsError):
        claim(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]


def test_a_child_that_inherits_the_lock_holds_it_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = claim(path)
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = subprocess.Popen(sleeper, pass_fds=(descriptor,))
    os.close(descriptor)
    assert held(path)
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, but a zombie still
    assert not held(path)
    child.wait()
