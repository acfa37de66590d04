"""A contact sheet to look at, every family in every style: `python assets/contact.py sheet.png`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from resviz.export import formats
from resviz.export.export import Job
from resviz.export.figure import Figure
from resviz.zoo.families import FAMILIES, from_text

CELL = (620, 460)
COLUMNS = 4
STYLES: tuple[dict[str, object], ...] = (
    {"style": "landscape", "page": "slide"}, {"style": "landscape", "level": "stage", "theme": "print", "macs": True},
    {"style": "column", "level": "layer", "theme": "safe"}, {"style": "blocks", "page": "slide", "theme": "dark"},
    {"style": "unit", "page": "slide"}, {"style": "table"},
)  # fmt: skip
MORE = (("resnet8", {"style": "unrolled"}), ("seresnet50", {"style": "unit", "theme": "print"}))


def pictures() -> Iterator[tuple[str, Image.Image]]:
    """Each picture with the words below it."""
    every = [(name, knobs) for name in FAMILIES.names() for knobs in STYLES]
    for network, knobs in (*every, *MORE):
        words = f"{network}: {' '.join(f'{name}={value}' for name, value in knobs.items())}"
        try:
            data = formats.found()["png"].write(Job((from_text(network),), Figure.of({**knobs, "dpi": 110})))
        except ValueError as error:
            yield f"{words}: {error}", Image.new("RGB", (10, 10), "#dddddd")
        else:
            yield words, Image.open(io.BytesIO(data)).convert("RGB")


def main() -> None:
    """Write the sheet."""
    found = list(pictures())
    rows = -(-len(found) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL[0], rows * CELL[1]), "#888888")
    draw = ImageDraw.Draw(sheet)
    for i, (words, picture) in enumerate(found):
        x, y = i % COLUMNS * CELL[0], i // COLUMNS * CELL[1]
        picture.thumbnail((CELL[0] - 10, CELL[1] - 24), Image.Resampling.LANCZOS)
        sheet.paste(picture, (x + 5, y + 2))
        draw.text((x + 6, y + CELL[1] - 18), words[:100], fill="white")
    sheet.save(Path(sys.argv[1] if len(sys.argv) > 1 else "contact.png"))


if __name__ == "__main__":
    main()
