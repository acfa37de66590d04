"""The queue: tickets go in by their numbers, the dead stand in nobody's way, and each place has one that computes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from resviz.runs import queue
from resviz.runs.queue import Places

ONE = Places("cpu", ("0",))


def quiet() -> None:
    """Nobody asks for an end."""


def test_first_come_first_served_one_a_place(tmp_path: Path) -> None:
    held = {name: queue.draw(tmp_path, "cpu", name) for name in ("b", "a", "c")}
    tickets = {name: queue.ticket(tmp_path, name) for name in held}
    assert [queue.before(path) for path in tickets.values() if path] == [0, 1, 2]
    first, second, third = (path for path in tickets.values() if path)
    two = Places("cpu", ("0", "1"))
    assert queue.enter(first, two, quiet) == "0"
    assert queue.enter(second, two, quiet) == "1"
    assert (queue.waits(first), queue.waits(third)) == (False, True)
    entered: list[str] = []
    waiting = threading.Thread(target=lambda: entered.append(queue.enter(third, two, quiet)))
    waiting.start()
    time.sleep(0.3)
    assert entered == []
    os.close(held["b"])
    waiting.join(timeout=10)
    assert entered == ["0"]


def test_a_killed_process_frees_its_place_and_its_ticket_goes(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from resviz.runs import queue; "
        "queue.draw(Path(sys.argv[1]), 'cpu', 'dead'); print('drawn', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert queue.ticket(tmp_path, "dead") is not None
        own = queue.draw(tmp_path, "cpu", "mine")
        mine = queue.ticket(tmp_path, "mine")
        assert mine is not None
        assert queue.before(mine) == 1
        other.kill()
    assert queue.before(mine) == 0
    assert queue.ticket(tmp_path, "dead") is None
    os.close(queue.draw(tmp_path, "cpu", "next"))
    assert [path.name for path in sorted((tmp_path / ".queue" / "cpu").glob("0*"))] == [
        "000000002-mine",
        "000000003-next",
    ]
    os.close(own)


def test_numbers_go_up_whatever_the_clock_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = queue.draw(tmp_path, "cpu", "first")
    monkeypatch.setattr(time, "time", lambda: 0.0)
    second = queue.draw(tmp_path, "cpu", "second")
    ahead = queue.ticket(tmp_path, "second")
    assert ahead is not None
    assert queue.before(ahead) == 1
    os.close(first)
    os.close(second)


def test_whoever_waits_can_be_stopped(tmp_path: Path) -> None:
    first, second = queue.draw(tmp_path, "cpu", "first"), queue.draw(tmp_path, "cpu", "second")
    ahead = queue.ticket(tmp_path, "second")
    assert ahead is not None

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        queue.enter(ahead, ONE, stop)
    os.close(first)
    os.close(second)


def test_a_gpu_is_a_place_and_without_one_every_second_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 5")
    assert queue.places("auto") == Places("gpu", ("2", "5"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    assert queue.places("cpu") == Places("cpu", ("0", "1", "2"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert queue.places("auto") == Places("cpu", ("0",))
