"""The file of rows: read while it is written, and after whatever happened to its last line."""

from __future__ import annotations

from pathlib import Path

import pytest

from resviz.runs.journal import TAIL, Journal, last, read


def test_rows_come_back_and_reading_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    journal = Journal(path)
    journal.write({"kind": "k", "a": 1})
    first, at = read(path)
    journal.write({"kind": "k", "a": 2, "text": "é\n"})
    journal.sync()
    second, end = read(path, at)
    assert (first, second) == ([{"kind": "k", "a": 1}], [{"kind": "k", "a": 2, "text": "é\n"}])
    assert end == path.stat().st_size
    assert read(path, end) == ([], end)


def test_a_torn_last_line_is_left_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b'{"kind": "k", "a": 1}\n{"kind": "k", "a": 2, "b"')
    found, at = read(path)
    assert found == [{"kind": "k", "a": 1}]
    assert last(path) == {"kind": "k", "a": 1}
    with path.open("ab") as file:
        file.write(b": 3}\n")
    assert read(path, at)[0] == [{"kind": "k", "a": 2, "b": 3}]


def test_a_line_that_is_no_row_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b'{"kind": "k", "a": 1}\n\n[1]\n{"a": 7}\n{"kind": "k", "a": \xff\n{"kind": "k", "a": 2}\n')
    assert read(path)[0] == [{"kind": "k", "a": 1}, {"kind": "k", "a": 2}]


def test_the_last_row_is_found_however_long_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    assert last(path) is None
    journal = Journal(path)
    for i in range(1000):
        journal.write({"kind": "k", "i": i})
    assert last(path) == {"kind": "k", "i": 999}
    long = {"kind": "k", "text": "x" * 2 * TAIL}
    journal.write(long)
    assert last(path) == long


def test_numbers_that_json_does_not_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Journal(tmp_path / "rows").write({"loss": float("nan")})
