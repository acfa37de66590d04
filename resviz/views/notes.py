"""What may stand below the name of a box in a picture: its output's shape, parameters, MACs, receptive field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resviz.core.net import Node, sections, walk
from resviz.core.ops import dims
from resviz.views import tables
from resviz.views.numbers import count


@dataclass(frozen=True, slots=True)
class Shown:
    """Which numbers are shown."""

    shapes: bool = False
    parameters: bool = False
    macs: bool = False
    field: bool = False


def everything(node: Node) -> Mapping[str, str]:
    """All lines of every part, by its path."""
    write = notes(node, Shown(True, True, True, True))
    paths = [*(path for path, _ in walk(node) if path), *(section.handle for section in sections(node))]
    return {path: write(path, path) for path in paths}


def notes(node: Node, shown: Shown) -> Callable[[str, str], str]:
    """The lines below the name of a part, by its path and by that of the same part in the last of equal units.

    They are one unit's, but for the receptive field, which grows from the first to the last.
    """
    if not (shown.shapes or shown.parameters or shown.macs or shown.field):
        return lambda path, last: ""
    cost = tables.summing()
    reached = tables.reached(node)
    placed = {id(at): (at, field) for _, at, field in reached}
    seen = {path: (at, field) for path, at, field in reached}
    # a section without a name of its own shares its path with the network
    seen |= {section.handle: placed[id(section.node)] for section in sections(node)}

    def lines(path: str, last: str) -> str:
        if path not in seen:
            return ""
        at, field = seen[path]
        _, end = seen[last]
        own = cost(at)
        found = [dims(at.out)] if shown.shapes else []
        found += [f"{count(own.params)} param."] if shown.parameters and own.params else []
        found += [f"{count(own.macs)} MACs"] if shown.macs and own.macs else []
        span = f" to {end.size}" if end.size != field.size else ""
        found += [f"field {field.size}{span}"] if shown.field else []
        return "\n".join(found)

    return lines
