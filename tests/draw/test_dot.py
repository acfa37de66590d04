"""The Graphviz graph: its edges are the term's data flow, folded it is small, and nothing in a label breaks out."""

from __future__ import annotations

import io
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter

import pygraphviz
import pypdf
import pytest
from PIL import Image

from resviz.core.net import Node, infer, leaves
from resviz.draw import dot, engine
from resviz.draw.sketch import input_caption, sketch
from resviz.draw.theme import DARK, LIGHT
from resviz.draw.wiring import INPUT, Box, Edge, Frame, Wiring, wired
from resviz.zoo.families import named

NETS = ("resnet8", "resnet18", "resnet50", "plain20", "seresnet50", "preact-resnet110", "wrn-16-8", "resnet50-d")
SVG = "{http://www.w3.org/2000/svg}"


def placed(name: str, **knobs: str) -> Node:
    spec = named(name, knobs)
    return infer(spec.net(), spec.input_shape())


def wiring_of(node: Node, folded: bool = False) -> Wiring:
    """Every operation, each run of equal units once if `folded`."""
    return wired(sketch(node, "op", folded), input_caption(node.ins[0]))


def paths_between(wiring: Wiring, start: str) -> Counter[str]:
    """The number of ways from the box `start` to each box; the edges stand in order of execution."""
    ways = Counter({start: 1})
    for edge in wiring.edges:
        ways[edge.head] += ways[edge.tail]
    return ways


def test_resnet8_counted_by_hand() -> None:
    """Stem 3, three units of 7, two zero paddings, head 3, and the input; each op has one edge in, each add two."""
    wiring = wiring_of(placed("resnet8"))
    assert len(wiring.frame.boxes()) == 1 + 3 + 3 * 7 + 2 + 3
    assert len(wiring.edges) == (3 + 3 * 7 + 2 + 3) + 3
    ways = Counter(edge.way for edge in wiring.edges)
    assert ways == {"flow": 27, "identity": 1, "projection": 4}
    assert Edge("relu1", "layer1.0.add", "identity") in wiring.edges
    assert Edge("layer1.0.relu2", "layer2.0.downsample.0", "projection") in wiring.edges
    assert Edge("layer2.0.downsample.0", "layer2.0.add", "projection") in wiring.edges


@pytest.mark.parametrize("name", NETS)
def test_edges_carry_what_the_operations_take(name: str) -> None:
    node = placed(name)
    operations = dict(leaves(node))
    wiring = wiring_of(node)
    assert [box.path for box in wiring.frame.boxes()] == [INPUT, *operations]
    out = {path: at.out for path, at in operations.items()} | {INPUT: node.ins[0]}
    for path, at in operations.items():
        assert tuple(out[edge.tail] for edge in wiring.edges if edge.head == path) == at.ins


@pytest.mark.parametrize(
    ("name", "units"), [("resnet8", 3), ("resnet50", 16), ("preact-resnet110", 54), ("plain20", 0)]
)
def test_a_residual_net_has_two_to_the_n_paths(name: str, units: int) -> None:
    """Veit et al. 2016, section 3: n residual units give 2^n paths."""
    assert paths_between(wiring_of(placed(name)), INPUT)["fc"] == 2**units


@pytest.mark.parametrize("level", ["block", "layer", "op"])
def test_an_edge_is_what_its_branch_is_in_the_term(level: str) -> None:
    """A gate is no shortcut, and a projection is one also where it keeps the size (He et al. 2015, option C)."""
    for name, knobs, ways in (
        ("highway19", {}, {"flow", "identity", "gate"}),
        ("resnet20", {"shortcut": "C"}, {"flow", "projection"}),
        ("resnet20", {"shortcut": "exclusive-gate"}, {"flow", "identity", "projection", "gate"}),
        ("resnet20", {"shortcut": "B"}, {"flow", "identity", "projection"}),
        ("plain20", {}, {"flow"}),
    ):
        node = placed(name, **knobs)
        assert {edge.way for edge in wired(sketch(node, level), input_caption(node.ins[0])).edges} == ways, name
    node = placed("highway19")
    into = [edge.way for edge in wiring_of(node).edges if edge.head == "stage1.1.blend"]
    assert into == ["flow", "identity", "gate"]


@pytest.mark.parametrize("name", NETS)
def test_edges_of_the_folded_graph_join_its_boxes(name: str) -> None:
    wiring = wiring_of(placed(name), folded=True)
    paths = [box.path for box in wiring.frame.boxes()]
    assert len(set(paths)) == len(paths)
    assert {edge.head for edge in wiring.edges} == set(paths) - {INPUT}
    assert {edge.tail for edge in wiring.edges} == set(paths) - {"fc"}


def test_folded_says_how_often_a_unit_stands() -> None:
    """ResNet-1202 has 200 units a stage (He et al. 2015, section 4.2); equal but for the two that change the size."""
    wiring = wiring_of(placed("resnet1202"), folded=True)
    assert len(wiring.frame.boxes()) == len(wiring_of(placed("resnet20"), folded=True).frame.boxes()) < 60
    stages = [item for item in wiring.frame.items if isinstance(item, Frame)]
    assert [stage.title for stage in stages] == [
        "stem, 16×32×32", "stage 1, 16×32×32", "stage 2, 32×16×16", "stage 3, 64×8×8", "head, 10",
    ]  # fmt: skip
    titles = [[unit.title for unit in stage.items if isinstance(unit, Frame)] for stage in stages]
    assert titles == [[], ["×200"], ["×199"], ["×199"], []]


def test_too_large_a_graph_is_refused_in_one_sentence() -> None:
    node = placed("resnet1202")
    assert dot.affordable(wiring_of(node, folded=True)).edges
    with pytest.raises(dot.DotError, match=r"^a graph of 4,209 boxes is too large .* take the folded graph"):
        dot.affordable(wiring_of(node))


def test_every_label_survives_as_it_is() -> None:
    hostile = ('<b>x</b>\\N "q" &amp;', 'a"];evil[label="', "\\l\\G -> {}", "3×3 ⊕ ½")
    boxes = [Box(INPUT, hostile, "conv"), Box('a:b"];<i>', hostile, "relu")]
    title = '<table> "t" \\T'
    wiring = Wiring(Frame(items=[Frame(title, list(boxes))]), [Edge(boxes[0].path, boxes[1].path)])
    source = dot.dot(wiring, title).source
    graph = pygraphviz.AGraph(string=source)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (2, 1)
    picture = ET.fromstring(engine.render(source, "svg"))
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert words == [title, title, *hostile, *hostile]


def test_the_theme_colours_the_boxes() -> None:
    wiring = Wiring(Frame(items=[Box("act", ("ReLU", "act", "3×4×4"), "activation")]), [])
    for theme in (LIGHT, DARK):
        graph = pygraphviz.AGraph(string=dot.dot(wiring, "one", theme).source)
        assert graph.graph_attr["bgcolor"] == theme.ground
        assert graph.get_node("act").attr["fillcolor"] == theme.fill("activation")
        assert graph.get_node("act").attr["label"] == "ReLU\nact\n3×4×4"


def test_joins_are_circles_and_projections_dashed() -> None:
    graph = pygraphviz.AGraph(string=dot.dot(wiring_of(placed("resnet8"), folded=True), "ResNet-8").source)
    assert graph.get_node("layer1.0.add").attr["shape"] == "circle"
    assert graph.get_edge("layer2.0.downsample.0", "layer2.0.add").attr["style"] == "dashed"
    assert graph.get_edge("relu1", "layer1.0.add").attr["style"] != "dashed"
    assert {"cluster_stage_1__16_32_32", "cluster_stage_2__32_16_16"} < {frame.name for frame in graph.subgraphs()}


def test_engine_draws_each_format() -> None:
    source = dot.dot(wiring_of(placed("resnet8"), folded=True), "ResNet-8").source
    svg = ET.fromstring(engine.render(source, "svg"))
    assert len([group for group in svg.iter(f"{SVG}g") if group.get("class") == "node"]) == 30
    assert len([group for group in svg.iter(f"{SVG}g") if group.get("class") == "edge"]) == 32
    page = pypdf.PdfReader(io.BytesIO(engine.render(source, "pdf"))).pages[0]
    assert "3×3 conv, 64, /2" in page.extract_text()
    picture = Image.open(io.BytesIO(engine.render(source, "png")))
    assert picture.format == "PNG"
    assert picture.height > picture.width > 100


def test_engine_says_what_went_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(engine.EngineError, match=r"^Graphviz had not drawn the graph after 0\.01 s: take a smaller"):
        engine.render("digraph { a -> b }", "svg", seconds=0.01)
    with pytest.raises(engine.EngineError, match=r"^Graphviz could not draw the graph: Invalid Input$"):
        engine.render("digraph {", "svg")
    with pytest.raises(engine.EngineError, match=r"there is no format 'gif': there are svg, pdf, png"):
        engine.render("digraph { a -> b }", "gif")
    aborted: subprocess.CompletedProcess[bytes] = subprocess.CompletedProcess([], -6, b"", b"assertion failed")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: aborted)
    with pytest.raises(engine.EngineError, match=r"its process was ended by SIGABRT$"):
        engine.render("digraph { a -> b }", "svg")
