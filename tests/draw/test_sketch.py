"""A sketch shows the term and nothing else: every part of it once, runs counted, shortcuts as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from resviz.core.net import Node, join_path, leaves, sections
from resviz.draw.sketch import LEVELS, Box, Column, Fork, Item, Stack, main_line, sketch
from resviz.zoo.families import PRESETS, named

SMALL = ("resnet8", "resnet18", "resnet50", "plain20", "seresnet50", "resnet50-d", "wrn-16-8", "resnext50_32x4d")


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


def items(columns: list[Column]) -> Iterator[Item]:
    """Every item of a sketch, an item before what it holds."""
    pending: list[Item] = [column.stack for column in reversed(columns)]
    while pending:
        item = pending.pop()
        yield item
        if isinstance(item, Stack):
            pending.extend(reversed(item.items))
        elif isinstance(item, Fork):
            pending.extend(reversed(item.branches))


def boxes(columns: list[Column]) -> list[Box]:
    return [item for item in items(columns) if isinstance(item, Box)]


def forks(columns: list[Column]) -> list[Fork]:
    return [item for item in items(columns) if isinstance(item, Fork)]


@pytest.mark.parametrize("name", SMALL)
def test_unfolded_by_operation_it_is_the_term(name: str) -> None:
    node = placed(name)
    columns = sketch(node, "op", folded=False)
    operations = dict(leaves(node))
    joins = {path for path, at in operations.items() if at.op.category == "join"}
    assert Counter(box.path for box in boxes(columns)) == Counter(operations.keys() - joins)
    assert Counter(fork.path for fork in forks(columns)) == Counter(joins)
    for box in boxes(columns):
        assert box.lines == (operations[box.path].op.label(),)
        assert box.category == operations[box.path].op.category


@pytest.mark.parametrize("name", PRESETS.names())
@pytest.mark.parametrize("level", ["block", "op"])
def test_counts_are_the_runs(name: str, level: str) -> None:
    """Runs of equal units, as long as they can be: their counts add up to the stage's units."""
    node = placed(name)
    stages = [section for section in sections(node) if section.node.role == "stage"]
    columns = [column for column in sketch(node, level) if column.title.startswith("stage")]
    for section, column in zip(stages, columns, strict=True):
        units = [part for part in section.node.parts if part[1].role == "unit"]
        drawn = {join_path(section.path, name) for name, _ in units}
        at = 0
        for item in column.stack.items:
            if not isinstance(item, Stack) or item.path not in drawn:
                continue
            run = units[at : at + item.times]
            assert item.path == join_path(section.path, run[0][0])
            (kind,) = {(unit.net, unit.ins) for _, unit in run}
            at += item.times
            following = section.node.parts[section.node.parts.index(run[-1]) + 1 :][:1]
            assert all((part.net, part.ins) != kind for _, part in following)
        assert at == len(units)


@pytest.mark.parametrize("level", ["block", "op"])
def test_the_1202_layer_net_folds_as_the_20_layer_net_does(level: str) -> None:
    """200 units a stage (He et al. 2015, section 4.2); the first of stages 2 and 3 changes the size."""
    columns = sketch(placed("resnet1202"), level)
    assert len(boxes(columns)) == len(boxes(sketch(placed("resnet20"), level)))
    times = [item.times for column in columns[1:-1] for item in column.stack.items if isinstance(item, Stack)]
    assert times == [200, 1, 199, 1, 199]


@pytest.mark.parametrize("name", PRESETS.names())
def test_columns_are_the_papers_large_parts(name: str) -> None:
    node = placed(name)
    parts = sections(node)
    for level in LEVELS:
        columns = sketch(node, level)
        assert [column.title for column in columns] == [part.name.replace("stage", "stage ") for part in parts]
        assert [column.caption for column in columns] == ["×".join(map(str, part.node.out)) for part in parts]


def test_units_of_resnet50_are_written_as_in_the_paper() -> None:
    """He et al. 2015, Table 1: 1×1, 64; 3×3, 64; 1×1, 256 for conv2_x, three times."""
    stage = sketch(placed("resnet50"), "block")[1].stack
    _, rest = stage.items
    assert isinstance(rest, Stack)
    assert rest.times == 2
    (fork,) = rest.items
    assert isinstance(fork, Fork)
    assert fork.branches[0].items == (Box("layer1.1", ("1×1, 64", "3×3, 64", "1×1, 256"), "conv"),)
    assert fork.branches[1] == Stack(way="identity")


@pytest.mark.parametrize("name", PRESETS.names())
def test_a_stages_box_says_the_pools_beside_its_units(name: str) -> None:
    """Without them VGG's first stage would seem to halve its map by a 3×3 convolution of stride 1."""
    node = placed(name)
    drawn = {column.path: column for column in sketch(node, "stage")}
    for section in sections(node):
        if section.node.role == "stage":
            (box,) = drawn[section.handle].stack.items
            beside = [at for _, part in section.node.parts if part.role != "unit" for _, at in main_line(part)]
            pools = [at.op.label() for at in beside if at.op.category == "pool"]
            assert [line for line in box.lines if "pool" in line] == pools


def test_a_pool_stands_where_it_is() -> None:
    vgg, googlenet = (dict(zip("123", sketch(placed(name), "stage"))) for name in ("vgg11", "googlenet"))
    assert vgg["1"].stack.items[0].lines == ("3×3, 64", "2×2 max pool, /2")
    inception = ("1×1, 128", "1×1, 128", "3×3, 192", "1×1, 32", "3×3, 96", "1×1, 64")
    assert googlenet["2"].stack.items[0].lines == ("2 units", *inception, "3×3 max pool, /2")


def test_a_stage_is_one_box_with_its_units() -> None:
    (box,) = boxes(sketch(placed("resnet101"), "stage")[3:4])
    assert box.lines == ("23 units", "1×1, 256", "3×3, 256", "1×1, 1024")
    (one,) = boxes(sketch(placed("resnet8"), "stage")[1:2])
    assert one.lines[0] == "1 unit"


@pytest.mark.parametrize(("level", "joins"), [("block", 9), ("op", 9)])
def test_an_identity_is_solid_and_a_change_of_size_dashed(level: str, joins: int) -> None:
    """He et al. 2015, Fig. 3: the dotted shortcuts increase dimensions."""
    found = forks(sketch(placed("resnet20"), level, folded=False))
    assert len(found) == joins
    dashed = [fork for fork in found if fork.dashed]
    assert [fork.path.removesuffix(".add") for fork in dashed] == ["layer2.0", "layer3.0"]
    assert all(fork.shortcut and fork.sign == "+" for fork in found)
    assert all(bool(fork.branches[1].items) == fork.dashed for fork in found)


def test_a_projection_that_keeps_the_size_has_its_box_and_is_solid() -> None:
    """Option C projects everywhere (He et al. 2015, section 3.3)."""
    found = forks(sketch(placed("resnet20", shortcut="C"), "op", folded=False))
    assert all(fork.branches[1].items for fork in found)
    assert [fork.path for fork in found if fork.dashed] == ["layer2.0.add", "layer3.0.add"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_plain_net_forks_nowhere(level: str) -> None:
    assert forks(sketch(placed("plain34"), level)) == []


def test_a_gate_is_no_shortcut() -> None:
    found = forks(sketch(placed("seresnet50"), "op", folded=False))
    gates = [fork for fork in found if fork.sign == "×"]
    assert len(gates) == 16
    assert not any(fork.shortcut or fork.dashed for fork in gates)
    assert all(fork.shortcut for fork in found if fork.sign == "+")


def test_by_block_a_gate_is_named() -> None:
    units = [
        box for box in boxes(sketch(placed("seresnet50"), "block")) if box.path == "layer1.0" and "SE" in box.lines
    ]
    assert len(units) == 1


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^there is no level 'unit': there are stage, block, layer, op$"):
        sketch(placed("resnet8"), "unit")
