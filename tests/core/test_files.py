"""A file appears whole, or what was there stays."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from resviz.core import files


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may have more than 1,000 bytes."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("small_files")
def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "figure.svg"
    files.write(file, b"good")
    with pytest.raises(OSError, match="File too large") as refused:
        files.write(file, b"x" * 5000)
    assert refused.value.filename == str(file)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("figure.svg", b"good")]


def test_a_folder_that_is_not_there_is_named_by_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as refused:
        files.write(tmp_path / "no" / "x.svg", b"")
    assert refused.value.filename == str(tmp_path / "no" / "x.svg")


def test_a_link_stays_a_link_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    files.write(tmp_path / "link", b"one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"one"
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    files.write(tmp_path / "pipe", b"two")
    assert os.read(reading, 10) == b"two"
    os.close(reading)


def test_json_is_for_people(tmp_path: Path) -> None:
    files.write_json(tmp_path / "x.json", {"title": "ResNeXt 32×4d"})
    assert (tmp_path / "x.json").read_text("utf-8") == '{\n "title": "ResNeXt 32×4d"\n}'
    assert json.loads((tmp_path / "x.json").read_bytes()) == {"title": "ResNeXt 32×4d"}
