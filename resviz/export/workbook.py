"""A workbook: the stage table of the networks on its first sheet, then the costs of each by stage, block, operation."""

from __future__ import annotations

import io
import re

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from resviz.core.net import Node
from resviz.core.ops import dims
from resviz.export.export import Job
from resviz.export.stages import plain, table_of, whole_foot
from resviz.views import tables

HEADER = ("part", "kind", "output", "parameters", "buffers", "MACs", "activations", "receptive field")
LONGEST_NAME = 31
"""Letters of a sheet's name."""
WHOLE = "#,##0"
UNFIT = re.compile(r"[\\/*?:\[\]]")


def write(job: Job) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "stages"
    _stages(sheet, job)
    for i, spec in enumerate(job.specs, start=1):
        for level in tables.LEVELS:
            number = f"{i} " if len(job.specs) > 1 else ""
            name = UNFIT.sub(" ", f"{number}by {level}, {spec.title()}")[:LONGEST_NAME]
            _costs(book.create_sheet(name), spec.node(), level)
    book.custom_doc_props.append(StringProperty(name="resviz", value=job.line()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _stages(sheet: Worksheet, job: Job) -> None:
    table = table_of(job)
    sheet.append(table.header)
    for row in table.rows:
        sheet.append([plain(cell, "\n", "\n") for cell in row])
    for numbers in whole_foot(job, table):
        sheet.append(numbers)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
            cell.number_format = WHOLE
    _head(sheet)


def _costs(sheet: Worksheet, node: Node, level: str) -> None:
    """Numbers as numbers, and a last row that Excel sums itself."""
    sheet.append(HEADER)
    rows = tables.rows(node, level)
    for row in rows:
        sheet.append([row.path, row.op, dims(row.out), row.params, row.buffers, row.macs, row.activations,
                      row.receptive_field])  # fmt: skip
    end = len(rows) + 1
    sums = [f"=SUM({letter}2:{letter}{end})" for letter in "DEFG"]
    # a stage's row holds what its blocks' rows hold, and only rows beside each other are summed
    sheet.append(["total", "", "", *sums, ""])
    for cells in sheet.iter_rows(min_row=2, min_col=4):
        for cell in cells:
            cell.number_format = WHOLE
    _head(sheet)


def _head(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for i, column in enumerate(sheet.iter_cols(), start=1):
        lines = [line for cell in column for line in str(cell.value or "").splitlines() if not line.startswith("=")]
        sheet.column_dimensions[get_column_letter(i)].width = max(map(len, lines), default=8) + 3
