"""A chart, which is a Vega-Lite document, as a file: its ending says the format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import vl_convert

from resviz.core import files
from resviz.draw import raster
from resviz.draw.raster import RasterError

PRINT_SCALE = 3.0
"""PNG pixels a pixel of the chart: 288 dpi."""

WRITERS: Mapping[str, Callable[[str], bytes]] = {
    ".svg": lambda svg: svg.encode(),
    ".pdf": raster.pdf,
    ".png": lambda svg: raster.png(svg, PRINT_SCALE),
}
"""What makes a file of a chart's SVG, by the file's ending."""


def svg(document: Mapping[str, object]) -> str:
    """The chart as SVG; raises RasterError where the document is none."""
    try:
        return str(vl_convert.vegalite_to_svg(json.dumps(document)))
    except ValueError as error:
        raise RasterError(f"this chart cannot be drawn: {str(error).splitlines()[0]}") from None


def save(file: Path, document: Mapping[str, object]) -> None:
    """Write the chart in the format of the file's ending; raises RasterError on another than a chart's."""
    refuse_unknown(file)
    files.write(file, WRITERS[file.suffix.lower()](svg(document)))


def refuse_unknown(file: Path) -> None:
    """Raise RasterError where the file's ending is none of a chart's formats."""
    if file.suffix.lower() not in WRITERS:
        raise RasterError(f"{file.name} ends in no format of charts: it may end in {', '.join(WRITERS)}")
