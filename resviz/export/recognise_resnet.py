"""Residual networks as the names and shapes of their tensors tell them; torchvision's, timm's and ours are alike.

Stages, units, widths and groups are read off. What leaves no trace of its own is tried each way that people use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from resviz.core.knob import SpecError
from resviz.views.state import Shapes
from resviz.zoo.blocks import BLOCKS
from resviz.zoo.depths import stages_of
from resviz.zoo.resnet import WIDTH_OF_GROUPS, ResNet

UNIT = re.compile(r"layer(\d{1,4})\.(\d{1,4})\.")
DEEP_STEM = re.compile(r"conv1\.\d\.weight")
PROJECTION = re.compile(r"layer\d+\.\d+\.downsample\.(\d)\.weight")
NORMED = "layer1.0.bn2.weight"
"""What a network with BN has, in whatever order; the first unit's first BN may be the stem's."""
SIZES = {"imagenet": "224,224", "cifar": "32,32"}
SHORTCUTS = ("B", "A", "C", "none", "exclusive-gate", "shortcut-gate")
"""The usual ones, the commonest first, and those that have weights of their own."""

Texts = dict[str, str]


def resnets(given: Shapes) -> Iterator[ResNet]:
    """The residual networks that the tensors may be of; none where stem and units are not those of one."""
    convs = {name: shape for name, shape in given.items() if len(shape) == 4 and min(shape) > 0}
    stem, units = _stem(convs), _units(given)
    block = "bottleneck" if "layer1.0.conv3.weight" in convs else "basic"
    last = f"layer{len(units)}.0"
    convolutions = (
        f"{unit}.conv{i}.weight" for unit in ("layer1.0", last) for i in range(1, BLOCKS[block].thing.layers + 1)
    )
    if not stem or not units or not set(convolutions) <= convs.keys():
        return
    read = {**stem, "block": block, **_stages(stem["layout"], block, units)}
    read |= {**_widths(convs, block, int(stem["width"]), last), **_details(given, convs)}
    for order, shortcut, stride in product(("post", "pre"), SHORTCUTS, ("3x3", "1x1")):
        bare = {"shortcut_bn": "false"} if order == "post" and _projects_barely(given, convs) else {}
        try:
            yield ResNet.of_text({**read, **bare, "order": order, "shortcut": shortcut, "stride_on": stride})
        except SpecError:
            continue


def _stem(convs: Shapes) -> Texts:
    """The stem's kind and width, and the input that it takes; nothing where there is none."""
    deep = [shape for name, shape in convs.items() if DEEP_STEM.fullmatch(name)]
    if not deep and "conv1.weight" not in convs:
        return {}
    first, last = (deep[0], deep[-1]) if deep else (convs["conv1.weight"],) * 2
    layout = "imagenet" if deep or first[-1] == 7 else "cifar"
    texts = {"layout": layout, "width": str(last[0]), "input": f"{first[1]},{SIZES[layout]}"}
    return {**texts, "stem": "deep"} if deep else texts


def _units(given: Shapes) -> tuple[int, ...]:
    """How many units each stage has; none where a stage is missing."""
    counts: dict[int, int] = {}
    for name in given:
        if match := UNIT.match(name):
            stage, unit = int(match[1]), int(match[2])
            counts[stage] = max(counts.get(stage, 0), unit + 1)
    return tuple(counts[stage] for stage in sorted(counts)) if sorted(counts) == [*range(1, len(counts) + 1)] else ()


def _stages(layout: str, block: str, units: tuple[int, ...]) -> Texts:
    """The depth that has these units, or the list of them where no depth has."""
    depths = [depth for depth, stages in stages_of(layout, block).items() if stages == units]
    return {"depth": str(depths[0])} if depths else {"blocks": ",".join(map(str, units))}


def _widths(convs: Shapes, block: str, stem: int, last: str) -> Texts:
    """How much wider than the stem the stages are, and the groups of the 3×3 with their width.

    The group width is read in the last stage, the widest, where the least of it is lost by rounding.
    """
    channels = convs["layer1.0.conv2.weight"][1]
    return {
        "widen": str(max(1, _planes(convs, block, "layer1.0") // stem)),
        "groups": str(max(1, convs["layer1.0.conv1.weight"][0] // channels)),
        "group_width": str(-(-convs[f"{last}.conv2.weight"][1] * WIDTH_OF_GROUPS // _planes(convs, block, last))),
    }


def _planes(convs: Shapes, block: str, unit: str) -> int:
    """The unit's width as the papers state it: its channels out, without the block's expansion."""
    kind = BLOCKS[block].thing
    return max(1, convs[f"{unit}.conv{kind.layers}.weight"][0] // kind.expansion)


def _details(given: Shapes, convs: Shapes) -> Texts:
    """Knobs that a single tensor tells."""
    told = {
        "avg_down": any(PROJECTION.fullmatch(name) and ".downsample.1." in name for name in convs),
        "se": any(".se." in name for name in given),
        "conv_bias": "layer1.0.conv1.bias" in given,
    }
    texts = {name: "true" for name, is_told in told.items() if is_told}
    if len(given.get("fc.weight", ())) == 2:
        texts["classes"] = str(given["fc.weight"][0])
    return texts if NORMED in given else {**texts, "bn": "false"}


def _projects_barely(given: Shapes, convs: Shapes) -> bool:
    """Whether a projection has no BN behind it, in a network that has BN."""
    at = next((match for name in convs if (match := PROJECTION.fullmatch(name))), None)
    if at is None or NORMED not in given:
        return False
    behind = f"downsample.{int(at[1]) + 1}.weight"
    return not any(name.endswith(behind) for name in given)
