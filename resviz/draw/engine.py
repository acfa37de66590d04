"""DOT becomes a picture by the Graphviz engine in the `pygraphviz` wheel, in a process of its own with a time limit.

The engine holds the GIL for the whole layout and can abort its process. What it gives is SVG; PDF and PNG are
made from that by `raster`, because the engine itself leaves out all text where no font is installed.
`python -m resviz.draw.engine FORMAT` reads DOT and writes the picture.
"""

from __future__ import annotations

import signal
import subprocess
import sys

import pygraphviz

from resviz.draw import raster

FORMATS = ("svg", "pdf", "png")


class EngineError(ValueError):
    """A graph that could not be drawn; the message is one sentence."""


def render(dot_source: str, format: str, seconds: float = 10.0) -> bytes:
    """The picture of a graph in DOT as "svg", "pdf" or "png"; raises EngineError, also when `seconds` are over."""
    if format not in FORMATS:
        raise EngineError(f"there is no format {format!r}: there are {', '.join(FORMATS)}")
    command = [sys.executable, "-m", "resviz.draw.engine", format]
    try:
        done = subprocess.run(command, input=dot_source.encode(), capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise EngineError(
            f"Graphviz had not drawn the graph after {seconds:g} s: take a smaller graph, such as the folded one"
        ) from None
    if done.returncode:
        raise EngineError(f"Graphviz could not draw the graph: {_reason(done)}")
    return done.stdout


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode < 0:
        return f"its process was ended by {signal.Signals(-done.returncode).name}"
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"its process ended with {done.returncode}"


def main() -> None:
    """Read DOT, write the picture; what is wrong with the graph goes to stderr as one sentence."""
    try:
        sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode(), sys.argv[1]))
    except ValueError as error:
        sys.exit(str(error))


def draw(dot_source: str, format: str) -> bytes:
    """What `render` gives, drawn in this process."""
    svg: bytes = pygraphviz.AGraph(string=dot_source).draw(format="svg", prog="dot")
    if format == "svg":
        return svg
    return raster.pdf(svg.decode()) if format == "pdf" else raster.png(svg.decode())


if __name__ == "__main__":
    main()
