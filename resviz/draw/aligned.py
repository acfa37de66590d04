"""Networks beside each other, their layers in rows of one feature-map size (He et al. 2015, Fig. 3).

What a network has in a row and its neighbour at the left has not is marked; in the first network, what the second
has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from resviz.core.net import Node, Shape, sections, walk
from resviz.draw.measure import GAP, PAD
from resviz.draw.placing import Placing, opens_with_fork
from resviz.draw.scene import FONT, LINE, SMALL, Mark, Panel, PlacedBox, Scene, Sign, Words, text_width
from resviz.draw.sketch import Box, Fork, Item, Notes, Stack, input_caption, noted, sketch

MARGIN = 12.0
GUTTER = 34.0
TITLE = 2 * LINE + 12
SEPARATOR = "/"
"""Between a network's number and the path of a part in it, in what the picture calls its parts."""

Size = tuple[int, int]
"""Height and width of a feature map; (1, 1) of a vector."""

Token = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """What is shown of one network: its title, its input, and a stack for each size of feature map that it has."""

    title: str
    entry: str
    rows: Mapping[Size, Stack]


def aligned(
    nodes: Sequence[tuple[str, Node]],
    level: str = "layer",
    folded: bool = False,
    marking: bool = True,
    notes: Sequence[Notes | None] = (),
) -> Scene:
    """The scene of titled networks side by side; raises ValueError on a level that there is not.

    `notes` say what stands below the names of boxes: none at all, or one a network, in order, since two networks may
    have one title.
    """
    written = zip(nodes, notes or [None] * len(nodes), strict=True)
    networks = [_network(title, node, level, folded, write) for (title, node), write in written]
    sizes = sorted({size for network in networks for size in network.rows}, reverse=True)
    marked = _marked(networks, sizes) if marking else [set() for _ in networks]
    placing = Placing()
    heights = [max(placing.measure(n.rows[size]).height for n in networks if size in n.rows) for size in sizes]
    tops = [MARGIN + TITLE + sum(heights[:i]) + i * 3 * GAP for i in range(len(sizes) + 1)]
    x = MARGIN + max(text_width(_row_name(size), SMALL) for size in sizes) + 2 * PAD
    for i, network in enumerate(networks):
        part = Placing()
        part.measure = placing.measure
        x = _place(part, network, sizes, tops, x)
        placing.scene.marks += [_named(mark, i, marked[i]) for mark in part.scene.marks]
    placing.scene.width = x - GUTTER + MARGIN
    placing.scene.height = tops[-1] + MARGIN
    rows = [_row(size, top, height + 2 * GAP, x - GUTTER) for size, top, height in zip(sizes, tops, heights)]
    placing.scene.marks[:0] = [mark for row in rows for mark in row]
    return placing.scene


def _network(title: str, node: Node, level: str, folded: bool, notes: Notes | None) -> Network:
    """The items of the network's columns, gathered by the size of the map that they put out."""
    sizes = {path: _size(at.out) for path, at in walk(node)}
    sizes |= {section.handle: _size(section.node.out) for section in sections(node)}
    columns = sketch(node, level, folded)
    shown = noted(columns, notes) if notes else columns
    items = [item for column in shown for item in column.stack.items]
    rows: dict[Size, list[Item]] = {}
    for item, size in zip(items, _falling([sizes[item.path] for item in items], _size(node.ins[0]))):
        rows.setdefault(size, []).append(item)
    return Network(title, input_caption(node.ins[0]), {size: Stack(tuple(items)) for size, items in rows.items()})


def _falling(sizes: Sequence[Size], entry: Size) -> list[Size]:
    """The sizes, that of what pads a map replaced by that of what follows: rows keep the order of the network."""
    falling = list(sizes)
    for i in range(len(sizes) - 2, -1, -1):
        if sizes[i] > (sizes[i - 1] if i else entry):
            falling[i] = falling[i + 1]
    return falling


def _size(shape: Shape) -> Size:
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def _place(placing: Placing, network: Network, sizes: Sequence[Size], tops: Sequence[float], x: float) -> float:
    """Place one network from `x` on; give where the next one begins."""
    extents = [placing.measure(stack) for stack in network.rows.values()]
    half = max(text_width(network.title, FONT, True), text_width(network.entry, SMALL)) / 2
    left = max(half, *(extent.left for extent in extents))
    right = max(half, *(extent.right for extent in extents))
    spine = x + left
    placing.scene.marks.append(Words(spine, MARGIN + FONT, network.title, "middle", FONT, True, False))
    placing.scene.marks.append(Words(spine, MARGIN + FONT + LINE, network.entry))
    leaving = MARGIN + TITLE - 6
    for size, top in zip(sizes, tops):
        stack = network.rows.get(size)
        if stack is None:
            continue
        placing.wire((spine, leaving), (spine, top + GAP), arrow=not opens_with_fork(stack))
        placing.stack(stack, spine, top + GAP)
        leaving = top + GAP + placing.measure(stack).height
    return spine + right + GUTTER


def _row(size: Size, top: float, height: float, right: float) -> list[Mark]:
    """The ground of a row with the size of its maps at the left."""
    name = _row_name(size)
    middle = top + height / 2 + 4
    return [Panel(MARGIN, top, right - MARGIN + PAD, height, "", "", ""), Words(MARGIN + PAD, middle, name, "start")]


def _row_name(size: Size) -> str:
    return f"{size[0]}×{size[1]}"


def _named(mark: Mark, number: int, marked: Set[str]) -> Mark:
    """The mark with the network's number in front of its path, and set off if it is among `marked`."""
    if isinstance(mark, (PlacedBox, Sign)):
        return replace(mark, path=f"{number}{SEPARATOR}{mark.path}", marked=mark.path in marked)
    return mark


def _marked(networks: Sequence[Network], sizes: Iterable[Size]) -> list[set[str]]:
    """For each network, the paths of what differs from the one before; of the first, what differs from the second."""
    found: list[set[str]] = [set() for _ in networks]
    for size in sizes:
        rows = [list(_tokens(network.rows.get(size, Stack()))) for network in networks]
        for i, (before, row) in enumerate(pairwise(rows), start=1):
            of_before, of_this = _differing(before, row)
            found[i] |= of_this
            if i == 1:
                found[0] |= of_before
    return found


def _differing(one: Sequence[tuple[Token, str]], other: Sequence[tuple[Token, str]]) -> tuple[set[str], set[str]]:
    """The paths of what only one of two rows has, by the longest runs that they share."""
    matcher = SequenceMatcher(None, [token for token, _ in one], [token for token, _ in other], autojunk=False)
    changes = [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    of_one = {path for a, b, _, _ in changes for _, path in one[a:b]}
    return of_one, {path for _, _, c, d in changes for _, path in other[c:d]}


def _tokens(item: Item, times: int = 1) -> Iterator[tuple[Token, str]]:
    """What is drawn of an item that stands `times` times, as values that compare, each with its path."""
    if isinstance(item, Box):
        yield (item.lines, item.category, times), item.path
    elif isinstance(item, Fork):
        for branch in item.branches:
            yield from _tokens(branch, times)
        if item.sign:
            yield (item.sign, item.shortcut, item.dashed, len(item.branches), times), item.path
    else:
        for part in item.items:
            yield from _tokens(part, times * item.times)
