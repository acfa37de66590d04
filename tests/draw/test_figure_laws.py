"""The laws of figures, for every family in every style, at every level, on pages and not.

Nothing overlaps, no wire runs through a box or a text, no word is cut, text stays above 7 pt, rows of networks side by
side have one size of map, and the boxes and edges are those of the term.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import product

import pytest
from geometry import crossings, of_box, of_header, of_sign, of_wire, of_words, overlaps, pick

from resviz.core.flow import INPUT, flow
from resviz.core.net import Node, Par, join_name, join_path, leaves, walk
from resviz.core.spec import NetSpec
from resviz.draw import blocks
from resviz.draw.paper import PAPERS, PaperError
from resviz.draw.scene import Panel, PlacedBox, Scene, Sign, Swatch, Wire, Words
from resviz.draw.sketch import LEVELS, SIGNS, input_caption, sketch
from resviz.draw.trace import edges
from resviz.draw.wiring import wired
from resviz.export.figure import Drawing, Figure, drawing
from resviz.views import tables
from resviz.zoo.families import FAMILIES, from_text

NETWORKS = (
    *FAMILIES.names(), "resnet18", "resnet34", "plain34", "preact-resnet110", "resnext50_32x4d", "seresnet50",
    "resnet8", "resnet50-d", "wrn-16-8", "googlenet-aux", "googlenet-paper", "keras-resnet50v2", "vgg16_bn",
    "resnet:layout=cifar:depth=20:shortcut=exclusive-gate", "resnet:blocks=1,2,1,3:width=8:input=3,33,47",
)  # fmt: skip
STYLES = {"landscape": LEVELS, "column": LEVELS, "blocks": blocks.LEVELS, "unit": ("block",), "table": ("block",)}
GRAPHS = ("landscape", "column")
CASES = [(network, style) for network in NETWORKS for style in STYLES]


@lru_cache(maxsize=64)
def spec(network: str) -> NetSpec:
    return from_text(network)


def figures(style: str) -> list[Figure]:
    """The style at all its levels, folded and not, with all numbers and without, for the screen and for two pages."""
    found = []
    for level, folded, page in product(STYLES[style], (True, False), ("none", "two-columns", "slide")):
        knobs: dict[str, object] = {"style": style, "page": page}
        if style in ("landscape", "column", "blocks"):
            knobs |= {"level": level, "folded": folded}
        if style in GRAPHS and page == "none":
            knobs |= {"shapes": True, "parameters": True, "macs": True, "field": True}
        figure = Figure.of(knobs)
        if figure not in found:
            found.append(figure)
    return found


@lru_cache(maxsize=8)
def drawn(network: str, style: str) -> list[tuple[Figure, Drawing]]:
    """The network's figures; those that would be too small for their page are refused, with a sentence."""
    found = []
    for figure in figures(style):
        try:
            found.append((figure, drawing((spec(network),), figure)))
        except PaperError:
            continue
    assert any(figure.page == "none" for figure, _ in found)
    return found


def solid(scene: Scene) -> list:
    boxes = [*pick(scene, PlacedBox), *pick(scene, Swatch)]
    return [*(of_box(box) if isinstance(box, PlacedBox) else _of_swatch(box) for box in boxes),
            *map(of_sign, pick(scene, Sign))]  # fmt: skip


def _of_swatch(mark: Swatch):
    return of_box(PlacedBox(mark.x, mark.y, mark.width, mark.height, (), "", "", f"swatch {mark.x}"))


def texts(scene: Scene) -> list:
    panels = [rect for panel in pick(scene, Panel) if panel.title for rect in of_header(panel)]
    return [*map(of_words, pick(scene, Words)), *panels]


@pytest.mark.parametrize(("network", "style"), CASES)
def test_nothing_overlaps_nothing_is_cut_and_no_wire_runs_through_anything(network: str, style: str) -> None:
    for figure, made in drawn(network, style):
        scene = made.scene
        assert overlaps(solid(scene) + texts(scene)) == [], figure
        wires = [piece for wire in pick(scene, Wire) for piece in of_wire(wire)]
        boxes = [of_box(box) for box in pick(scene, PlacedBox)]
        assert crossings(wires, boxes, near=0.75) == [], figure
        assert crossings(wires, texts(scene), near=0.6) == [], figure
        for rect in (*solid(scene), *texts(scene)):
            assert rect.left >= 0, (figure, rect)
            assert rect.right <= scene.width + 0.01, (figure, rect)
            assert rect.top >= 0, (figure, rect)
            assert rect.bottom <= scene.height + 0.01, (figure, rect)


@pytest.mark.parametrize(("network", "style"), [case for case in CASES if case[1] in GRAPHS])
def test_every_arrow_leads_into_something(network: str, style: str) -> None:
    """A box, a sign, or the top of a column; the line past a head that is left aside has none."""
    for figure, made in drawn(network, style):
        ends = [wire.points[-1] for wire in pick(made.scene, Wire) if wire.arrow]
        rects = [*map(of_box, pick(made.scene, PlacedBox)), *map(of_sign, pick(made.scene, Sign))]
        tops = {(panel.y, panel.title) for panel in pick(made.scene, Panel)}
        for x, y in ends:
            inside = (r for r in rects if r.left - 2 <= x <= r.right + 2 and r.top - 2 <= y <= r.bottom + 2)
            assert any(inside) or any(title and abs(y - top) < 0.1 for top, title in tops), (figure, x, y)


@pytest.mark.parametrize("network", ["highway19", "highway", "resnet:layout=cifar:depth=20:shortcut=exclusive-gate"])
@pytest.mark.parametrize("style", GRAPHS)
def test_gate_and_shortcut_come_into_their_join_at_two_sides(network: str, style: str) -> None:
    for level in ("block", "layer", "op"):
        scene = drawing((spec(network),), Figure(style=style, level=level)).scene
        wires = [wire.points for wire in pick(scene, Wire)]
        for sign in pick(scene, Sign):
            if not sign.path:
                continue
            into = [ends for ends in wires if max(abs(ends[-1][0] - sign.x), abs(ends[-1][1] - sign.y)) < 10]
            assert len({ends[-1] for ends in into}) == len(into) == 3
            assert overlaps(piece for ends in into for piece in of_wire(Wire(ends[-2:]))) == []


@pytest.mark.parametrize(("network", "style"), CASES)
def test_it_lies_on_its_page_with_text_of_seven_points(network: str, style: str) -> None:
    for figure, made in drawn(network, style):
        page, at = PAPERS[figure.page], made.placement
        if page.width:
            assert at.width == page.width
        if page.sheet:
            assert at.height == page.height
        elif page.height:
            assert at.height <= page.height + 1e-6
        smallest = min(
            words.size * (0.75 if words.index else 1) for words in [*pick(made.scene, Words), Words(0, 0, "")]
        )
        assert at.scale * smallest >= 7 - 1e-6
        assert at.x >= -1e-6
        assert at.y >= -1e-6
        assert at.x + at.scale * made.scene.width <= at.width + 1e-6
        assert at.y + at.scale * made.scene.height <= at.height + 1e-6


def wiring_of(node: Node, figure: Figure) -> Counter:
    """The edges that the sketch has, as pairs of paths."""
    found = wired(sketch(node, figure.level, figure.folded), input_caption(node.ins[0]))
    return Counter((edge.tail.split("#")[0], edge.head.split("#")[0]) for edge in found.edges)


def seen(made: Drawing, strip: str = "") -> Counter:
    """The edges that the wires of a picture have."""
    return Counter(
        (edge.tail.path.removeprefix(strip) if edge.tail else INPUT, edge.head.path.removeprefix(strip))
        for edge in edges(made.scene)
    )


@pytest.mark.parametrize(("network", "style"), [case for case in CASES if case[1] in GRAPHS])
def test_its_boxes_and_edges_are_those_of_the_term(network: str, style: str) -> None:
    """At every level those of the sketch; by operation, every repeat drawn out, those of the term itself."""
    node = spec(network).node()
    for figure, made in drawn(network, style):
        strip = "0/" if style == "column" else ""
        assert seen(made, strip) == wiring_of(node, figure), figure
        if figure.level == "op" and not figure.folded:
            assert seen(made, strip) == Counter((tail, step.path) for step in flow(node).steps for tail in step.sources)
            boxes = [box.path.removeprefix(strip) for box in pick(made.scene, PlacedBox)]
            assert Counter(boxes) == Counter(path for path, at in leaves(node) if at.op.category != "join")


@pytest.mark.parametrize("network", NETWORKS)
def test_blocks_are_the_units_in_their_order_with_their_shortcuts(network: str) -> None:
    node = spec(network).node()
    units = [path for path, at in walk(node) if at.role == "unit"]
    joins = {
        join_path(path, join_name(at.net)): at.net.join
        for path, at in walk(node)
        if isinstance(at.net, Par) and any(part.role == "shortcut" for _, part in at.parts)
    }
    made = drawing((spec(network),), Figure(style="blocks", folded=False))
    boxes = [box.path for box in pick(made.scene, PlacedBox)]
    assert [path for path in boxes if path in units] == units
    into = {edge.head.path: edge for edge in edges(made.scene) if edge.shortcut}
    assert set(into) == set(joins)
    assert all(edge.head.text == SIGNS[type(joins[path]).__name__.lower()] for path, edge in into.items())
    chain = [edge for edge in edges(made.scene) if not edge.shortcut]
    assert sum(edge.tail is None for edge in chain) == 1
    assert [edge.head.path for edge in chain if isinstance(edge.head, PlacedBox)] == boxes


@pytest.mark.parametrize("level", LEVELS)
def test_networks_side_by_side_have_rows_of_one_size_of_map(level: str) -> None:
    """Whatever stands on one ground puts out maps of the size that is written at its left, or leads to them."""
    specs = tuple(map(from_text, ("vgg:depth=19", "plain:depth=34", "resnet34", "googlenet", "keras-resnet50v2")))
    scene = drawing(specs, Figure(style="column", level=level)).scene
    sizes = [{path: at.out for path, at in walk(s.node())} for s in specs]
    grounds = [of_box(panel) for panel in pick(scene, Panel)]
    names = [words for words in pick(scene, Words) if words.anchor == "start" and words.x < 30]
    checked = 0
    for box in pick(scene, PlacedBox):
        number, _, path = box.path.partition("/")
        if path not in sizes[int(number)]:
            continue
        (ground,) = [ground for ground in grounds if ground.top <= box.y <= ground.bottom]
        (name,) = [words.text for words in names if ground.top < words.y < ground.bottom]
        out = sizes[int(number)][path]
        own = "×".join(map(str, out[1:] if len(out) == 3 else (1, 1)))
        # before a unit's stride, and where a map is padded, the ground is that of what follows
        assert name == own or int(name.split("×")[0]) < int(own.split("×")[0]), box
        checked += name == own
    assert checked > 0.8 * len(pick(scene, PlacedBox))


def test_a_column_of_text_is_left_as_much_of_its_height_as_can_be() -> None:
    """VGG-16 by block: its stages in two rows with text above 8 pt, not in one column below each other."""
    made = drawing((from_text("vgg16"),), Figure(page="column"))
    assert made.placement.width == 252
    assert made.placement.height < 560
    assert drawing((from_text("resnet50"),), Figure(page="column")).placement.height < 690
    with pytest.raises(PaperError, match="7 pt are the least"):
        drawing((from_text("resnet50"),), Figure(style="column", page="two-columns"))


def test_networks_of_one_title_have_their_own_numbers() -> None:
    specs = tuple(map(from_text, ("resnet50", "resnet:depth=50:input=3,96,96")))
    assert specs[0].title() == specs[1].title()
    scene = drawing(specs, Figure(style="column", shapes=True)).scene
    written = {box.path: box.caption for box in pick(scene, PlacedBox)}
    assert (written["0/conv1"], written["1/conv1"]) == ("64×112×112", "64×48×48")


@pytest.mark.parametrize("level", ["block", "layer", "op"])
def test_the_receptive_field_of_equal_units_goes_from_the_first_to_the_last(level: str) -> None:
    """ResNet-50's third stage: from 139 behind the second unit to 267 behind the sixth."""
    node = spec("resnet50").node()
    reached = {path: field.size for path, _, field in tables.reached(node)}
    scene = drawing((spec("resnet50"),), Figure(level=level, field=True, shapes=False)).scene
    written = {box.path: box.caption for box in pick(scene, PlacedBox)}
    box = "layer3.1" if level == "block" else "layer3.1.conv3"
    assert written[box] == f"field {reached['layer3.1']} to {reached['layer3.5']}" == "field 139 to 267"
    assert written["conv1"] == "field 7"
    drawn_out = drawing((spec("resnet50"),), Figure(level=level, field=True, shapes=False, folded=False)).scene
    for mark in pick(drawn_out, PlacedBox):
        assert mark.caption == f"field {reached[mark.path]}"


def test_the_smallest_text_is_refused_with_what_would_help() -> None:
    with pytest.raises(
        PaperError, match=r"on an IEEE column, 88\.9 mm by 243 mm the smallest text would be [0-6]\.\d pt, and 7 pt"
    ):
        drawing((from_text("googlenet"),), Figure(level="op", page="column"))
    for network, figure, instead in (
        ("googlenet", Figure(page="column", folded=False), "a larger page, a coarser level, folded repeats, or"),
        ("googlenet", Figure(page="column", level="op"), "a larger page, a coarser level, fewer numbers, or"),
        ("googlenet", Figure(page="column", style="table"), "a larger page, or"),
        (
            "resnet:blocks=2,1,1,1",
            Figure(page="column", style="unrolled"),
            "a larger page, a network of fewer units, or",
        ),
    ):
        with pytest.raises(PaperError, match=f"are the least: take {instead} another style$"):
            drawing((from_text(network),), figure)


def test_three_units_unrolled_fit_into_a_column() -> None:
    """Veit et al. 2016, Fig. 1, in an IEEE column."""
    scene = drawing((from_text("resnet8"),), Figure(style="unrolled", page="column")).scene
    rects = [*map(of_box, pick(scene, PlacedBox)), *map(of_sign, pick(scene, Sign)), *map(of_words, pick(scene, Words))]
    assert overlaps(rects) == []
    assert len(pick(scene, PlacedBox)) == 4 + 2 + 1


def test_every_knob_changes_the_picture() -> None:
    def picture(**knobs: object) -> object:
        made = drawing((from_text("resnet18"),), Figure.of(knobs))
        return made.scene.marks, made.placement, made.theme

    plain = picture()
    turned: list[dict[str, object]] = [
        {"style": "column"}, {"style": "blocks"}, {"style": "unit"}, {"style": "table"}, {"level": "op"},
        {"folded": False}, {"theme": "print"}, {"page": "slide"}, {"shapes": True}, {"parameters": True},
        {"macs": True}, {"field": True}, {"legend": False}, {"heading": True}, {"transparent": True},
    ]  # fmt: skip
    found = [picture(**knobs) for knobs in turned]
    assert all(one != plain for one in found)
    assert all(one != other for i, one in enumerate(found) for other in found[:i])
