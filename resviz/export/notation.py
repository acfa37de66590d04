"""How a table's rows are written as CSV, in Markdown and in LaTeX, whatever the table is of."""

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


def booktabs(caption: str, columns: str, parts: Iterable[Sequence[str]], settings: Sequence[str] = ()) -> list[str]:
    """The lines of a LaTeX table with the rules of booktabs: one between the parts, whose rows are from `ruled_row`."""
    body: list[str] = []
    for part in parts:
        body += [r"    \midrule" if body else r"    \toprule", *part]
    return [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        r"  \setlength{\belowcaptionskip}{6pt}",
        rf"  \caption{{{caption}.}}",
        *(f"  {setting}" for setting in settings),
        rf"  \begin{{tabular}}{{{columns}}}",
        *body,
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]


def ruled_row(cells: Iterable[str]) -> str:
    """A row of a LaTeX table; the cells are LaTeX already."""
    return "    " + " & ".join(cells) + r" \\"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
