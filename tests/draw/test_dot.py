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

from resviz.core.net import Node, Seq, infer, leaves
from resviz.core.ops import ReLU
from resviz.draw import dot, engine
from resviz.draw.theme import DARK, LIGHT
from resviz.zoo.families import named

NETS = ("resnet8", "resnet18", "resnet50", "plain20", "seresnet50", "preact-resnet110", "wrn-16-8", "resnet50-d")
SVG = "{http://www.w3.org/2000/svg}"


def placed(name: str, **knobs: str) -> Node:
    spec = named(name, knobs)
    return infer(spec.net(), spec.input_shape())


def paths_between(wiring: dot.Wiring, start: str) -> Counter[str]:
    """The number of ways from the box `start` to each box; the edges stand in order of execution."""
    ways = Counter({start: 1})
    for edge in wiring.edges:
        ways[edge.head] += ways[edge.tail]
    return ways


def test_resnet8_counted_by_hand() -> None:
    """Stem 3, three units of 7, two zero paddings, head 3, and the input; each op has one edge in, each add two."""
    wiring = dot.unfolded(placed("resnet8"))
    assert len(wiring.frame.boxes()) == 1 + 3 + 3 * 7 + 2 + 3
    assert len(wiring.edges) == (3 + 3 * 7 + 2 + 3) + 3
    ways = Counter(edge.way for edge in wiring.edges)
    assert ways == {"flow": 27, "identity": 1, "projection": 4}
    assert dot.Edge("relu1", "layer1.0.add", "identity") in wiring.edges
    assert dot.Edge("layer1.0.relu2", "layer2.0.downsample.0", "projection") in wiring.edges
    assert dot.Edge("layer2.0.downsample.0", "layer2.0.add", "projection") in wiring.edges


@pytest.mark.parametrize("name", NETS)
def test_edges_carry_what_the_operations_take(name: str) -> None:
    node = placed(name)
    operations = dict(leaves(node))
    wiring = dot.unfolded(node)
    assert [box.path for box in wiring.frame.boxes()] == [dot.INPUT, *operations]
    out = {path: at.out for path, at in operations.items()} | {dot.INPUT: node.ins[0]}
    for path, at in operations.items():
        assert tuple(out[edge.tail] for edge in wiring.edges if edge.head == path) == at.ins


@pytest.mark.parametrize(
    ("name", "units"), [("resnet8", 3), ("resnet50", 16), ("preact-resnet110", 54), ("plain20", 0)]
)
def test_a_residual_net_has_two_to_the_n_paths(name: str, units: int) -> None:
    """Veit et al. 2016, section 3: n residual units give 2^n paths."""
    assert paths_between(dot.unfolded(placed(name)), dot.INPUT)["fc"] == 2**units


@pytest.mark.parametrize("name", NETS)
def test_edges_of_the_folded_graph_join_its_boxes(name: str) -> None:
    wiring = dot.folded(placed(name))
    paths = [box.path for box in wiring.frame.boxes()]
    assert len(set(paths)) == len(paths)
    assert {edge.head for edge in wiring.edges} == set(paths) - {dot.INPUT}
    assert {edge.tail for edge in wiring.edges} == set(paths) - {"fc"}


def test_folded_says_how_often_a_unit_stands() -> None:
    """ResNet-1202 has 200 units a stage (He et al. 2015, section 4.2); equal but for the two that change the size."""
    wiring = dot.folded(placed("resnet1202"))
    assert len(wiring.frame.boxes()) == len(dot.folded(placed("resnet20")).frame.boxes()) < 60
    stages = [item for item in wiring.frame.items if isinstance(item, dot.Frame)]
    assert [stage.title for stage in stages] == ["layer1", "layer2", "layer3"]
    titles = [[unit.title for unit in stage.items if isinstance(unit, dot.Frame)] for stage in stages]
    assert titles == [
        ["layer1.0 … layer1.199, ×200"],
        ["layer2.0", "layer2.1 … layer2.199, ×199"],
        ["layer3.0", "layer3.1 … layer3.199, ×199"],
    ]


def test_too_large_a_graph_is_refused_in_one_sentence() -> None:
    node = placed("resnet1202")
    assert dot.affordable(dot.folded(node)).edges
    with pytest.raises(dot.DotError, match=r"^a graph of 4,209 boxes is too large .* take the folded graph"):
        dot.affordable(dot.unfolded(node))


def test_every_label_survives_as_it_is() -> None:
    hostile = ('<b>x</b>\\N "q" &amp;', 'a"];evil[label="', "\\l\\G -> {}", "3×3 ⊕ ½")
    boxes = [dot.Box(dot.INPUT, hostile, "conv"), dot.Box('a:b"];<i>', hostile, "relu")]
    title = '<table> "t" \\T'
    wiring = dot.Wiring(dot.Frame(items=[dot.Frame(title, list(boxes))]), [dot.Edge(boxes[0].path, boxes[1].path)])
    source = dot.dot(wiring, title).source
    graph = pygraphviz.AGraph(string=source)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (2, 1)
    picture = ET.fromstring(engine.render(source, "svg"))
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert words == [title, title, *hostile, *hostile]


def test_the_theme_colours_the_boxes() -> None:
    node = infer(Seq((("act", ReLU()),)), (3, 4, 4))
    for theme in (LIGHT, DARK):
        graph = pygraphviz.AGraph(string=dot.dot(dot.unfolded(node), "one", theme).source)
        assert graph.graph_attr["bgcolor"] == theme.ground
        assert graph.get_node("act").attr["fillcolor"] == theme.fill("activation")
        assert graph.get_node("act").attr["label"] == "ReLU\nact\n3×4×4"


def test_joins_are_circles_and_projections_dashed() -> None:
    graph = pygraphviz.AGraph(string=dot.dot(dot.folded(placed("resnet8")), "ResNet-8").source)
    assert graph.get_node("layer1.0.add").attr["shape"] == "circle"
    assert graph.get_edge("layer2.0.downsample.0", "layer2.0.add").attr["style"] == "dashed"
    assert graph.get_edge("relu1", "layer1.0.add").attr["style"] != "dashed"
    assert {frame.name for frame in graph.subgraphs()} == {"cluster_layer1", "cluster_layer2", "cluster_layer3"}


def test_engine_draws_each_format() -> None:
    source = dot.dot(dot.folded(placed("resnet8")), "ResNet-8").source
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
