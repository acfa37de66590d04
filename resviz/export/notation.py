"""How a table's rows are written as CSV and in Markdown, whatever the table is of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

LEFT, MIDDLE, RIGHT = ":--", ":-:", "--:"
"""How a column of Markdown is aligned."""


def comma_separated(rows: Iterable[Sequence[object]]) -> str:
    """CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def piped(header: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a pipe table (GitHub Flavored Markdown)."""
    return [_row(header), f"|{'|'.join(columns)}|", *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
