"""Golden files: what a picture or a table was when a person last looked at it; `--refresh-golden` writes them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "draw" / "golden"

Golden = Callable[[str, str], None]
"""Compares a text with the golden file of that name."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write the golden files instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Assert that a text is its golden file's, byte for byte; with --refresh-golden it becomes it."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--refresh-golden"):
            file.write_bytes(text.encode())
        assert text.encode() == file.read_bytes(), f"{name} differs: look at it, then run pytest --refresh-golden"

    return compare
