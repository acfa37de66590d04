"""The picture of a unit, as in He et al. 2016, Fig. 2 and 4: from x_l down to x_{l+1}, the ways round it beside it.

A network is shown by a unit from its middle that keeps the size and by one that changes it. A network without
residual units is shown by its first unit, or by its first stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resviz.core.net import Node, sections, walk, with_role
from resviz.core.ops import dims
from resviz.draw.measure import GAP, LANE, SIGN, Extent, Measuring
from resviz.draw.placing import Placing, opens_with_fork
from resviz.draw.scene import FONT, LINE, SMALL, PlacedBox, Point, Scene, Sign, Wire, Words, text_width
from resviz.draw.sketch import SIGNS, Box, Fork, Item, Stack, inside
from resviz.draw.svg import document, marks
from resviz.draw.theme import LIGHT, Theme

MARGIN = 14.0
GUTTER = 30.0
SYMBOL = 16.0
"""The height of x_l above its wire and of x_{l+1} below it."""
ASIDE = 32.0
"""How far beside the spine the sizes begin, clear of the symbols' indices."""
NAMES = {"sigmoid": "σ", "1 − x": "1 − g"}
"""What the paper calls a gate's operations."""
GATED = SIGNS["blend"]
REST = Box("", ("1 − g",), "activation")


@dataclass(frozen=True, slots=True)
class Example:
    """A part of the network that stands for others like it, with the words for its input and output."""

    title: str
    path: str
    node: Node
    symbols: tuple[tuple[str, str], tuple[str, str]] = (("x", "l"), ("x", "l+1"))


def examples(node: Node) -> list[Example]:
    """What a network's picture shows of it."""
    units = with_role(node, "unit")
    distinct = {id(unit): unit for _, unit in units}
    single = {key for key, unit in distinct.items() if len(with_role(unit, "branch")) == 1}
    residual = [(path, unit) for path, unit in units if id(unit) in single]
    if not residual:
        return [_first(node, units)]
    same = [i for i, (_, unit) in enumerate(residual) if unit.ins[0] == unit.out]
    changing = [i for i, (_, unit) in enumerate(residual) if unit.ins[0] != unit.out]
    middle = same[len(same) // 2] if same else len(residual)
    before = [i for i in changing if i < middle] or changing
    found = [Example("keeps the size", *residual[i]) for i in ([middle] if same else [])]
    found += [Example("changes the size", *residual[i]) for i in before[-1:]]
    if all(_structure(residual[0][1]) != _structure(example.node) for example in found):
        found.append(Example("the first unit", *residual[0]))
    return found


def _first(node: Node, units: Sequence[tuple[str, Node]]) -> Example:
    """The first unit, or the first stage, or in a network without stages its first section."""
    first = sections(node)
    stages = [(section.path, section.node) for section in first if section.node.role == "stage"]
    path, part = [*units, *stages, (first[0].path, first[0].node)][0]
    return Example("the first unit" if units else "the first stage", path, part, (("x", ""), ("y", "")))


def _structure(unit: Node) -> list[tuple[str, str, str]]:
    """What stands where in a unit, whatever its sizes are."""
    return [(path, at.role, type(at.net).__name__) for path, at in walk(unit)]


def unit(node: Node, title: str, theme: Theme = LIGHT, width: float = float("inf")) -> str:
    """The network's units as SVG, side by side as far as they fit into `width` pixels, then one below the other."""
    scene = arrange(examples(node), width)
    return document(scene.width, scene.height, theme, f"{title}: a unit", marks(scene, theme))


def arrange(shown: Sequence[Example], width: float = float("inf")) -> Scene:
    """The scene of the examples, in rows of at most `width` pixels, or of one example where that is wider."""
    drawing = _Units()
    left, top, lowest, widest = MARGIN, MARGIN, MARGIN, 0.0
    for example in shown:
        stack = Stack(tuple(_plain(item) for item in inside(example.node, example.path, "op")))
        before, behind = drawing.sides(example, stack)
        if left > MARGIN and left + before + behind + MARGIN > width:
            left, top = MARGIN, lowest + GUTTER
        bottom = drawing.example(example, stack, left + before, top)
        left += before + behind + GUTTER
        widest, lowest = max(widest, left - GUTTER), max(lowest, bottom)
    drawing.scene.width, drawing.scene.height = widest + MARGIN, lowest + MARGIN
    return drawing.scene


def _plain(item: Item) -> Item:
    """The item in the paper's words, and without the sizes, which stand at the unit's ends."""
    if isinstance(item, Box):
        return replace(item, lines=tuple(NAMES.get(line, line) for line in item.lines), caption="")
    if isinstance(item, Stack):
        return replace(item, items=tuple(_plain(part) for part in item.items))
    branches = (replace(branch, items=tuple(_plain(part) for part in branch.items)) for branch in item.branches)
    return replace(item, branches=tuple(branches))


class _Measuring(Measuring):
    """A gated sum is drawn with its gate in the middle, which gives g to one side and 1 − g to the other."""

    def _measure(self, item: Item) -> Extent:
        if not isinstance(item, Fork) or item.sign != GATED:
            return super()._measure(item)
        branch, way, gate = (self(part) for part in item.branches)
        rest = self(REST)
        right = branch.right + LANE + gate.left + max(gate.right, LANE) + rest.left + rest.right + GAP + SIGN
        tallest = max(branch.height, way.height, gate.height)
        return Extent(branch.left, right + way.right, 4 * GAP + tallest + 4 * SIGN)


class _Units(Placing):
    """The examples in the making."""

    def __init__(self) -> None:
        super().__init__()
        self.measure = _Measuring()

    def sides(self, example: Example, stack: Stack) -> tuple[float, float]:
        """How far the example reaches to the left and to the right of its spine."""
        extent = self.measure(stack)
        words = max(text_width(example.title, FONT, True), text_width(example.path, SMALL))
        size = max(text_width(dims(shape), SMALL) for shape in (example.node.ins[0], example.node.out)) + ASIDE
        return max(extent.left, words / 2), max(extent.right, words / 2, size)

    def example(self, example: Example, stack: Stack, spine: float, top: float) -> float:
        """Place a titled example; gives where it ends."""
        words, (entry, leaving) = self.scene.marks, example.symbols
        words.append(Words(spine, top + FONT, example.title, size=FONT, strong=True, faint=False))
        words.append(Words(spine, top + FONT + LINE, example.path))
        top += FONT + 2 * LINE + SYMBOL
        self._symbol(entry, spine, top - 5, dims(example.node.ins[0]))
        self.wire((spine, top), (spine, top + GAP), arrow=not (stack.items and opens_with_fork(stack.items[0])))
        self.stack(stack, spine, top + GAP)
        bottom = top + GAP + self.measure(stack).height
        self.wire((spine, bottom), (spine, bottom + GAP))
        self._symbol(leaving, spine, bottom + GAP + SYMBOL - 2, dims(example.node.out))
        return bottom + GAP + SYMBOL + 4

    def _symbol(self, symbol: tuple[str, str], spine: float, y: float, size: str) -> None:
        letter, index = symbol
        self.scene.marks.append(Words(spine - 4, y, letter, "start", FONT + 3, faint=False, index=index))
        self.scene.marks.append(Words(spine + ASIDE, y, size, "start"))

    def _fork(self, fork: Fork, spine: float, top: float) -> None:
        if fork.sign == GATED:
            self._gated(fork, spine, top)
        else:
            super()._fork(fork, spine, top)
        if fork.sign == SIGNS["concat"]:
            bottom = top + self.measure(fork).height
            self.scene.marks.append(Words(spine + SIGN + 4, bottom + 4, "concatenated", "start"))

    def _gated(self, fork: Fork, spine: float, top: float) -> None:
        """The branch times g and the way round times 1 − g, then their sum (He et al. 2016, Fig. 2b)."""
        branch, way, gate = fork.branches
        whole, trunk, inner, rest = self.measure(fork), self.measure(branch), self.measure(gate), self.measure(REST)
        room = whole.height - 4 * GAP - 4 * SIGN
        product, total = top + 2 * GAP + room + SIGN, top + whole.height - SIGN
        middle = spine + trunk.right + LANE + inner.left
        left_of_rest = middle + max(inner.right, LANE)
        lane = left_of_rest + rest.left + rest.right + GAP + SIGN
        self._branch(branch, spine, top, product - SIGN)
        self._lane(gate, (spine, top + 3), middle, top + GAP + (room - inner.height) / 2, product)
        height = self.measure(way).height
        self._lane(way, (spine, top + 3), lane, top + GAP + (room - height) / 2, product - SIGN, fork.dashed, True)
        self._line((middle, product), (spine + SIGN + 1, product))
        self._line((middle, product), (left_of_rest, product), arrow=False)
        self.scene.marks.append(Words(middle - 6, product - 5, "g", "end", FONT, faint=False))
        box = PlacedBox(left_of_rest, product - rest.height / 2, rest.left + rest.right, rest.height, REST.lines,
                        REST.category, "", fork.path)  # fmt: skip
        self.scene.marks.append(box)
        self._line((left_of_rest + rest.left + rest.right, product), (lane - SIGN - 1, product))
        self.wire((spine, product + SIGN), (spine, total - SIGN))
        down = ((lane, product + SIGN), (lane, total), (spine + SIGN + 1, total))
        self.scene.marks.append(Wire(down, fork.dashed, True, True))
        for x, y, sign in ((spine, product, "×"), (lane, product, "×"), (spine, total, "+")):
            self.scene.marks.append(Sign(x, y, sign, fork.path, SIGN))

    def _lane(
        self, stack: Stack, split: Point, lane: float, start: float, end: float, dashed: bool = False, way: bool = False
    ) -> None:
        """From the split out to the lane, through the stack, and down to `end`."""
        corner = (split, (lane, split[1]))
        if not stack.items:
            self.scene.marks.append(Wire((*corner, (lane, end)), dashed, True, way))
            return
        self.scene.marks.append(Wire((*corner, (lane, start)), dashed, True, way))
        self.stack(stack, lane, start)
        leaving = ((lane, start + self.measure(stack).height), (lane, end))
        self.scene.marks.append(Wire(leaving, dashed, way, way))

    def _line(self, start: Point, end: Point, arrow: bool = True) -> None:
        self.scene.marks.append(Wire((start, end), arrow=arrow))
