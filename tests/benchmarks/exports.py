"""What every format costs: ResNet-152 in each, and ResNet-1202 drawn folded. Medians of a warm process."""

from __future__ import annotations

import time

from resviz.export import formats
from resviz.export.export import Job
from resviz.export.figure import Figure, drawing
from resviz.zoo.families import named
from tests.benchmarks.cost import median

GOAL_SECONDS = 1.0
EXEMPT = ("pptx", "onnx")
GOAL_MS = 10.0


def main() -> None:
    """Print a line a format; the first call also pays for imports and, where torch writes, for its process."""
    print("\nExports: ResNet-152, first call and median after it, seconds")
    job = Job((named("resnet152", {}),))
    for name, export in formats.found().items():
        begun = time.perf_counter()
        size = len(export.write(job))
        first = time.perf_counter() - begun
        after = median(lambda export=export: export.write(job))
        goal = "" if name in EXEMPT else f"   goal {GOAL_SECONDS:g}: {'met' if after < GOAL_SECONDS else 'MISSED'}"
        print(f"  {export.title:<16}{first:>8.3f}{after:>9.3f}   {size / 1e6:>8.2f} MB{goal}")
    print("\nFigures, milliseconds")
    for network, knobs in (
        ("resnet152", {"level": "op", "folded": False}),
        ("resnet1202", {}),
        ("resnet1202", {"level": "op"}),
    ):
        specs, figure = (named(network, {}),), Figure.of(knobs)
        took = 1e3 * median(lambda specs=specs, figure=figure: drawing(specs, figure))
        print(f"  {specs[0].title()}, {figure.title()}{'' if figure.folded else ', drawn out':<14}{took:>9.1f}")
