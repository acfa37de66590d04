"""Tables as text, CSV, Markdown and LaTeX: the same columns in four notations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resviz.core.ops import dims
from resviz.core.registry import Registry
from resviz.export import notation
from resviz.export.tex import latex_text
from resviz.views.tables import Row, Totals

Table = Callable[[str, Sequence[Row], Totals], str]
"""A notation: from title, rows and totals to the file's text."""

TABLES: Registry[Table] = Registry("table format")


@dataclass(frozen=True)
class Grid:
    """A header, the rows below it, and a last line with the sums."""

    header: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...]


HEADER = ("part", "kind", "output", "parameters", "share", "MACs", "share of MACs", "activations", "receptive field")
NUMERIC = (False, False, True, True, True, True, True, True, True)


def grid(rows: Sequence[Row], totals: Totals, separator: str = ",") -> Grid:
    """The cells as text, whole numbers in groups of three by `separator`."""

    def whole(number: int) -> str:
        return f"{number:,}".replace(",", separator)

    def share(part: int, of: int) -> str:
        return f"{100 * part / of:.2f} %" if of else "0 %"

    body = tuple(
        (r.path, r.op, dims(r.out), whole(r.params), share(r.params, totals.params), whole(r.macs),
         share(r.macs, totals.macs), whole(r.activations), whole(r.receptive_field))
        for r in rows
    )  # fmt: skip
    foot = ("total", "", "", whole(totals.params), "", whole(totals.macs), "", whole(totals.activations),
            whole(totals.receptive_field))  # fmt: skip
    return Grid(HEADER, body, foot)


def summary(totals: Totals) -> str:
    """The totals in a line."""
    return (
        f"{totals.params:,} parameters ({totals.params_shortcut:,} in shortcuts), {totals.buffers:,} buffers, "
        f"{totals.macs:,} MACs, {totals.activations:,} activations, depth {totals.depth}, {totals.units} units"
    )


@TABLES.register("text", title="Text", cite="")
def text(title: str, rows: Sequence[Row], totals: Totals) -> str:
    """Aligned columns for a terminal."""
    cells = grid(rows, totals)
    lines = [cells.header, *cells.body, cells.foot]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    rule = "  ".join("─" * width for width in widths)

    def row(line: Sequence[str]) -> str:
        return "  ".join(
            cell.rjust(width) if numeric else cell.ljust(width)
            for cell, width, numeric in zip(line, widths, NUMERIC, strict=True)
        ).rstrip()

    body = "\n".join(row(line) for line in cells.body)
    return f"{title}: {summary(totals)}\n\n{row(cells.header)}\n{rule}\n{body}\n{rule}\n{row(cells.foot)}\n"


@TABLES.register("csv", title="CSV", cite="RFC 4180")
def comma_separated(title: str, rows: Sequence[Row], totals: Totals) -> str:
    """Plain numbers for another program: no total, no separators, shapes as 64x56x56."""
    del title
    names = ("path", "op", "out", "params", "params_share", "buffers", "macs", "macs_share", "activations")
    return notation.comma_separated(((*names, "receptive_field"), *(_plain(row, totals) for row in rows)))


def _plain(r: Row, totals: Totals) -> tuple[object, ...]:
    """A row as numbers alone."""
    shares = (r.params / totals.params if totals.params else 0, r.macs / totals.macs if totals.macs else 0)
    return (r.path, r.op, "x".join(map(str, r.out)), r.params, f"{shares[0]:.6f}", r.buffers, r.macs,
            f"{shares[1]:.6f}", r.activations, r.receptive_field)  # fmt: skip


@TABLES.register("markdown", title="Markdown", cite="GitHub Flavored Markdown")
def markdown(title: str, rows: Sequence[Row], totals: Totals) -> str:
    """A pipe table with the total in bold."""
    cells = grid(rows, totals)
    foot = [f"**{cell}**" if cell else "" for cell in cells.foot]
    columns = [notation.RIGHT if numeric else notation.LEFT for numeric in NUMERIC]
    lines = [f"### {title}", "", summary(totals), "", *notation.piped(cells.header, columns, [*cells.body, foot])]
    return "\n".join(lines) + "\n"


@TABLES.register("latex", title="LaTeX", cite="booktabs")
def latex(title: str, rows: Sequence[Row], totals: Totals) -> str:
    """A table environment; needs the package booktabs."""
    cells = grid(rows, totals, separator="\\,")

    def row(line: Sequence[str]) -> str:
        return notation.ruled_row(cell if cell.replace("\\,", "").isdigit() else latex_text(cell) for cell in line)

    caption = f"{latex_text(title)}: {latex_text(summary(totals))}"
    columns = "".join("r" if numeric else "l" for numeric in NUMERIC)
    parts = ([row(cells.header)], [*map(row, cells.body)], [row(cells.foot)])
    return "\n".join(notation.booktabs(caption, columns, parts)) + "\n"
