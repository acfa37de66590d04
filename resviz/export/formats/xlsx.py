"""XLSX: a workbook with the stage table, and each network's costs by stage, block and operation."""

from __future__ import annotations

from resviz.export.export import Export, deferred, installed

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

EXPORT = Export(
    "xlsx", "Excel", "table", 14, ".xlsx", MIME, "the stage table and all costs, numbers as numbers",
    deferred("resviz.export.workbook", "openpyxl", "XLSX"),
    check=lambda job: installed("openpyxl", "openpyxl", "XLSX"),
)  # fmt: skip
