"""Folders as people name them."""

from __future__ import annotations

from pathlib import Path

from resviz.core.knob import SpecError, quoted


def expanded(text: str) -> Path:
    """The absolute path of a text that may begin with ~ or ~user; raises SpecError where there is no such user."""
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise SpecError(f"{quoted(text)!r} begins with a user that this machine does not know: write a path") from None
