"""The stage table (He et al. 2015, Table 1) in the notations of documents; cells keep their brackets and counts."""

from __future__ import annotations

from collections.abc import Iterator

from resviz.draw.ruled import Cell, Group, Ruled
from resviz.export import notation
from resviz.export.export import Job
from resviz.export.tex import latex_text
from resviz.views import tables
from resviz.views.stages import stage_table

CAPTION = "Layers at each size of feature map, units in brackets with their number"
APART = r"\addlinespace[3pt]"
"""Between brackets that would touch: the space behind a row's end is swallowed by the depth of a tall row."""


def table_of(job: Job) -> Ruled:
    """The table of the job's networks."""
    return stage_table([(spec.title(), spec.node()) for spec in job.specs])


def comma_separated(job: Job) -> str:
    """CSV (RFC 4180): a cell's groups one after the other, as [3×3, 64; 3×3, 64] ×3."""
    table = table_of(job)
    rows = (list(map(plain, row)) for row in table.rows)
    return notation.comma_separated((table.header, *rows, *whole_foot(job, table)))


def whole_foot(job: Job, table: Ruled) -> Iterator[list[str | int]]:
    """The rows below the second rule with whole numbers in place of 25.56 M, for programs that compute with them."""
    costs = [tables.costs(spec.node()) for spec in job.specs]
    for row, numbers in zip(table.foot, ([c.params for c in costs], [c.macs for c in costs]), strict=True):
        yield [*map(plain, row[: -len(numbers)]), *numbers]


def plain(cell: Cell, line: str = "; ", group: str = "; ") -> str:
    """A cell as text."""
    return group.join(part.text(line) for part in cell)


def markdown(table: Ruled, line: str) -> str:
    """A pipe table (GitHub Flavored Markdown) with line breaks in its cells, and what it carries as a comment."""
    body = [[plain(cell, "<br>", "<br>") for cell in cells] for cells in table.rows]
    foot = [[plain(cell) for cell in cells] for cells in table.foot]
    columns = [notation.LEFT, *[notation.MIDDLE] * (len(table.header) - 1)]
    return "\n".join([f"<!-- {line} -->", "", *notation.piped(table.header, columns, [*body, *foot]), ""])


def latex(table: Ruled, line: str) -> str:
    """A table environment with the rules of booktabs, brackets as in the paper."""

    def row(cells: tuple[Cell, ...]) -> str:
        return notation.ruled_row(map(_latex_cell, cells))

    rows = f"\n    {APART}\n".join(map(row, table.rows))
    parts = ([notation.ruled_row(map(latex_text, table.header))], [rows], [*map(row, table.foot)])
    columns = f"l{'c' * (len(table.header) - 1)}"
    framed = notation.booktabs(CAPTION, columns, parts, [r"\renewcommand{\arraystretch}{1.15}"])
    return "\n".join([f"% {line}", *framed, ""])


def _latex_cell(cell: Cell) -> str:
    groups = [_latex_group(group) for group in cell]
    if len(groups) == 1:
        return groups[0]
    return r"\begin{tabular}[c]{@{}c@{}}" + rf" \\ {APART} ".join(groups) + r"\end{tabular}"


def _latex_group(group: Group) -> str:
    lines = r" \\ ".join(map(latex_text, group.lines))
    if not group.times:
        stacked = len(group.lines) > 1
        return rf"\begin{{tabular}}[c]{{@{{}}c@{{}}}}{lines}\end{{tabular}}" if stacked else lines
    inner = rf"\begin{{tabular}}[c]{{@{{\,}}c@{{\,}}}}{lines}\end{{tabular}}"
    return rf"$\left[\mbox{{{inner}}}\right]\times {group.times}$"
