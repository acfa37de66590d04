"""Mermaid: the figure's graph as text for README files, wikis and notebooks that draw Mermaid."""

from __future__ import annotations

from collections.abc import Iterator

from resviz.draw.sketch import Way
from resviz.draw.theme import CATEGORIES, Theme
from resviz.draw.wiring import Box, Frame
from resviz.export.export import Export, Job
from resviz.export.graph import LAID_OUT_ANEW, graph

ARROWS: dict[Way, str] = {"flow": "-->", "identity": "==>", "projection": "-.->", "gate": "--o"}


def write(job: Job) -> bytes:
    wiring = graph(job, "Mermaid")
    numbers = {box.path: f"n{i}" for i, box in enumerate(wiring.frame.boxes())}
    theme = job.figure.colours()
    lines = ["flowchart TD", *_items(wiring.frame, numbers, "  ")]
    lines += [f"  {numbers[edge.tail]} {ARROWS[edge.way]} {numbers[edge.head]}" for edge in wiring.edges]
    lines += _classes(wiring.frame, numbers, theme)
    # a brace would begin a directive
    carried = job.line().replace("{", "&#123;").replace("}", "&#125;")
    return "\n".join([f"%% {_plain(job.title())}", f"%% {carried}", *lines, ""]).encode()


def _items(frame: Frame, numbers: dict[str, str], indent: str) -> Iterator[str]:
    for i, item in enumerate(frame.items):
        if isinstance(item, Box):
            words = "<br/>".join(map(_escaped, item.lines))
            shape = f'(("{words}"))' if item.category == "join" else f'["{words}"]'
            yield f"{indent}{numbers[item.path]}{shape}"
        else:
            first = item.boxes()[0].path if item.boxes() else str(i)
            yield f'{indent}subgraph g{numbers.get(first, i)}_{len(indent)}["{_escaped(item.title)}"]'
            yield from _items(item, numbers, indent + "  ")
            yield f"{indent}end"


def _classes(frame: Frame, numbers: dict[str, str], theme: Theme) -> Iterator[str]:
    """The theme's colours, a class a category that occurs."""
    by_category: dict[str, list[str]] = {}
    for box in frame.boxes():
        by_category.setdefault(box.category if box.category in CATEGORIES else "shape", []).append(numbers[box.path])
    for category, names in by_category.items():
        yield f"  classDef {category} fill:{theme.flat(category)},stroke:{theme.edge(category)},color:{theme.ink}"
        yield f"  class {','.join(names)} {category}"


def _escaped(words: str) -> str:
    """Words inside quotes: Mermaid takes #...; for a character, and Markdown's and HTML's signs for what they are."""
    return "".join(char if char.isalnum() or char in " ,./()×−·+:-" else f"#{ord(char)};" for char in words)


def _plain(title: str) -> str:
    return " ".join("".join(char if char not in "{}" else " " for char in title).split())


EXPORT = Export(
    "mermaid", "Mermaid", "figure", 7, ".mmd", "text/vnd.mermaid", "text that GitHub and wikis draw", write, text=True,
    lacks={**LAID_OUT_ANEW, "heading": "no title", "transparent": "no ground of its own"},
)  # fmt: skip
