"""A chart as a file of each format, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from resviz.draw import chart
from resviz.draw.raster import RasterError

DOCUMENT = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
    "mark": "line",
    "encoding": {"x": {"field": "x", "type": "quantitative", "title": "epochs"}, "y": {"field": "y"}},
}


def test_each_format_is_read_by_its_reader(tmp_path: Path) -> None:
    for ending in chart.WRITERS:
        chart.save(tmp_path / f"chart{ending}", DOCUMENT)
    assert "epochs" in (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "epochs" in PdfReader(tmp_path / "chart.pdf").pages[0].extract_text()
    assert Image.open(tmp_path / "chart.png").size[0] > 600


def test_another_ending_and_another_document_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RasterError, match="ends in no format of charts"):
        chart.save(tmp_path / "chart.gif", DOCUMENT)
    with pytest.raises(RasterError, match="this chart cannot be drawn"):
        chart.svg({"mark": 3})
