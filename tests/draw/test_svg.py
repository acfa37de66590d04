"""The SVG is well-formed, stands on its own, cannot be broken out of, and names the parts that it shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from resviz.core import ops
from resviz.core.net import Node, Op, sections, walk
from resviz.core.ops import BatchNorm, LocalResponseNorm
from resviz.draw import bars, figure
from resviz.draw.aligned import aligned
from resviz.draw.ensemble import chain
from resviz.draw.layout import beside
from resviz.draw.legend import KINDS, with_legend
from resviz.draw.scene import SMALL, PlacedBox, Scene, Sign, Words, text_width
from resviz.draw.sketch import LEVELS, Box, Column, Stack
from resviz.draw.svg import sign, svg
from resviz.draw.theme import DARK, LIGHT, THEMES, Theme
from resviz.zoo.families import PRESETS, named

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(\"1\")</script>&amp;' onload='x' ]]> -->"
Draw = Callable[..., str]
GRAPHS: tuple[Draw, ...] = (figure.graph, figure.tall_graph)


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


def read(picture: str) -> ET.Element:
    root = ET.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    return root


def found(node: Node, path: str) -> bool:
    """The inspector's rule: a path of the term, or "stem" or "head" for the parts without a name."""
    return any(
        (path and at_path == path) or (path in ("stem", "head") and at.role == path) for at_path, at in walk(node)
    )


def parts(root: ET.Element) -> list[ET.Element]:
    return [group for group in root.iter(f"{SVG}g") if group.get("class") == "part"]


@pytest.mark.parametrize("name", PRESETS.names())
@pytest.mark.parametrize("level", LEVELS)
def test_every_preset_is_well_formed_and_every_part_can_be_opened(name: str, level: str) -> None:
    node = placed(name)
    root = read(figure.graph(node, name, level))
    paths = {part.attrib["data-path"] for part in parts(root)}
    handles = {section.handle for section in sections(node)}
    assert handles <= paths <= {path for path, _ in walk(node) if path} | handles


def test_the_inspectors_rule() -> None:
    node = placed("resnet8")
    for part in parts(read(figure.graph(node, "x", "op"))):
        assert found(node, part.attrib["data-path"])
    assert not found(node, "")
    assert not found(node, "layer9")


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_it_stands_on_its_own(theme: Theme) -> None:
    """No variables of a page's style sheet, nothing fetched from elsewhere, no script; only colours of the theme."""
    node = placed("resnet20", drop_path="0.1", se="true")
    pictures = [draw(node, "x", level, theme) for level in LEVELS for draw in GRAPHS]
    pictures.append(figure.unrolled(placed("resnet8"), "x", theme))
    pictures.append(chain([("layer1.0", True), ("layer1.1", False)], {1}, 1, theme, "x"))
    own = {theme.ground, theme.panel, theme.ink, theme.faint, theme.wire, theme.accent, theme.hatching, "none"}
    hatches = {f"#hatch-{theme.name}-{name}" for name, paint in theme.paints.items() if paint.hatch}
    own |= {f"url({name})" for name in hatches}
    own |= {colour for paint in theme.paints.values() for colour in (paint.fill, paint.edge)}
    for picture in pictures:
        assert "var(--" not in picture
        assert re.findall(r"https?://[^\"]*", picture) == ["http://www.w3.org/2000/svg"]
        assert set(re.findall(r"url\(([^)]*)\)", picture)) <= {f"#arrow-{theme.name}", *hatches}
        root = read(picture)
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            "svg", "title", "defs", "marker", "pattern", "path", "rect", "g", "text", "tspan", "circle",
        }  # fmt: skip
        used = {element.get(side) for element in root.iter() for side in ("fill", "stroke")} - {None}
        assert used <= own
        marker = root.find(f".//{SVG}marker")
        assert marker is not None
        assert marker.get("id") == f"arrow-{theme.name}"


def test_the_title_is_its_accessible_name() -> None:
    root = read(figure.graph(placed("resnet50"), "ResNet-50"))
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title is root[0]
    assert title.text == "ResNet-50"


def test_parts_are_buttons_with_labels() -> None:
    for part in parts(read(figure.graph(placed("resnet50"), "x"))):
        assert part.get("role") == "button"
        assert part.get("aria-label")
    labels = {
        p.attrib["data-path"]: p.get("aria-label") for p in parts(read(figure.graph(placed("resnet8"), "x", "op")))
    }
    assert labels["layer1.0.conv1"] == "layer1.0.conv1: 3×3 conv, 16"
    assert labels["layer2"] == "stage 2, puts out 32×16×16"


def test_nothing_in_a_text_breaks_out() -> None:
    box = Box(HOSTILE, (HOSTILE, HOSTILE), HOSTILE, HOSTILE)
    scene = beside([Column(HOSTILE, HOSTILE, HOSTILE, Stack((box,), HOSTILE, 3))], HOSTILE)
    pictures = [
        svg(scene, LIGHT, HOSTILE),
        chain([(HOSTILE, True)], {0}, 1, DARK, HOSTILE),
        bars.bars([bars.Group(HOSTILE, (0.5,), (HOSTILE,))], [HOSTILE], LIGHT, HOSTILE),
    ]
    for picture in pictures:
        root = read(picture)
        assert root[0].text == HOSTILE
        assert not list(root.iter(f"{SVG}script"))
        assert not any("onload" in element.attrib for element in root.iter())
    texts = [text.text for text in read(pictures[0]).iter(f"{SVG}text")]
    assert texts.count(HOSTILE) == 6
    assert {part.attrib["data-path"] for part in parts(read(pictures[0]))} == {HOSTILE}


@pytest.mark.parametrize("name", ["resnet8", "resnet50", "plain20", "seresnet50", "resnet50-d"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("draw", GRAPHS)
def test_the_legend_names_what_is_there_and_stays_inside(name: str, level: str, draw: Draw) -> None:
    root = read(draw(placed(name), name, level))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for text in root.iter(f"{SVG}text"):
        words, size = text.text or "", float(text.attrib["font-size"])
        wide = text_width(words, size, text.get("font-weight") == "700")
        left = float(text.attrib["x"]) - {"start": 0, "middle": wide / 2, "end": wide}[text.attrib["text-anchor"]]
        assert left >= 0, words
        assert left + wide <= width, words
        assert float(text.attrib["y"]) + 0.25 * size <= height, words
    shown = {text.text for text in root.iter(f"{SVG}text")}
    shortcuts = [path for path in root.iter(f"{SVG}path") if path.get("class") == "shortcut"]
    dashed = [path for path in shortcuts if path.get("stroke-dasharray")]
    assert ("size-changing shortcut" in shown) == bool(dashed)
    assert ("same-size shortcut" in shown) == (len(dashed) < len(shortcuts))
    assert ("batch normalisation" in shown) == (level == "op")


def test_the_legend_says_which_normalisation_there_is() -> None:
    """Krizhevsky et al. 2012 normalise over channels, ResNet over the batch."""

    def said(*names: str) -> set[str]:
        scene = with_legend(aligned([(name, placed(name)) for name in names], "op"))
        return {mark.text for mark in scene.marks if isinstance(mark, Words) and "normalisation" in mark.text}

    batch, channels = "batch normalisation", "local response normalisation"
    assert said("alexnet-2012") == said("googlenet-paper") == {channels}
    assert said("resnet8") == {batch}
    assert said("alexnet-2012", "resnet8") == {f"{batch}, {channels}"}


def test_the_words_of_a_category_with_kinds_are_those_of_its_operations() -> None:
    made = {"BN": BatchNorm(), "LRN": LocalResponseNorm(5, 1e-4, 0.75, 1.0)}
    assert {name: op.label() for name, op in made.items()} == {name: name for name in KINDS["norm"]}
    kinds = {thing for thing in vars(ops).values() if isinstance(thing, type) and issubclass(thing, Op)}
    assert {type(op) for op in made.values()} == {kind for kind in kinds if kind.category == "norm"}


def test_a_mark_that_it_does_not_know_is_an_error() -> None:
    with pytest.raises(TypeError, match="no SVG for str"):
        svg(Scene(1, 1, ["mark"]), LIGHT, "x")  # type: ignore[list-item]


def test_signs_are_drawn_without_a_font() -> None:
    """Each sign is strokes within its circle, another set for each."""
    drawn = {}
    for mark in "+×∗‖":
        circle, path = ET.fromstring(f"<g>{sign(Sign(40, 10, mark, 'a', 8.0), LIGHT)}</g>")
        assert (circle.get("cx"), circle.get("cy"), circle.get("r")) == ("40", "10", "8")
        drawn[mark] = path.attrib["d"]
        ends = [tuple(map(float, end.split())) for end in re.split("[ML]", drawn[mark])[1:]]
        assert all((x - 40) ** 2 + (y - 10) ** 2 < 64 for x, y in ends)
    assert len(set(drawn.values())) == 4


def test_marks_lie_where_the_scene_has_them() -> None:
    scene = Scene(100, 80, [PlacedBox(10, 20, 50, 38, ("one", "two"), "conv", "", "p"), Words(5, 12, "entry", "start")])
    root = read(svg(scene, DARK, "x"))
    (part,) = parts(root)
    rect = part[0]
    assert [rect.get(side) for side in ("x", "y", "width", "height")] == ["10", "20", "50", "38"]
    assert (rect.get("fill"), rect.get("stroke")) == (DARK.fill("conv"), DARK.edge("conv"))
    lines = list(part.iter(f"{SVG}text"))
    assert [line.text for line in lines] == ["one", "two"]
    assert all(line.get("x") == "35" and 20 < float(line.attrib["y"]) < 58 for line in lines)
    entry = next(text for text in root.iter(f"{SVG}text") if text.text == "entry")
    assert (entry.get("text-anchor"), entry.get("font-size"), entry.get("fill")) == ("start", str(SMALL), DARK.faint)


def test_bars_are_as_long_as_their_shares() -> None:
    groups = [bars.Group("stem", (0.25, 0.0), ("1 k", "0")), bars.Group("head", (0.75, 1.0), ("3 k", "5"))]
    root = read(bars.bars(groups, ("parameters", "MACs"), LIGHT, "x"))
    lengths = [float(r.attrib["width"]) for r in root.iter(f"{SVG}rect") if r.get("height") == str(int(bars.BAR - 1))]
    assert lengths[2:] == [bars.LENGTH * 0.25, 1.0, bars.LENGTH * 0.75, bars.LENGTH]


@pytest.mark.parametrize(
    ("draw", "name", "level", "theme", "file"),
    [
        (figure.graph, "resnet8", "block", LIGHT, "resnet8-block-light.svg"),
        (figure.graph, "resnet50", "block", DARK, "resnet50-block-dark.svg"),
        (figure.tall_graph, "resnet20", "op", LIGHT, "resnet20-op-tall-light.svg"),
    ],
)
def test_golden(draw: Draw, name: str, level: str, theme: Theme, file: str, golden) -> None:
    spec = named(name, {})
    golden(file, draw(spec.node(), spec.title(), level, theme) + "\n")
