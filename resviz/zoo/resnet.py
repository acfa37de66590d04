"""Residual networks and their plain counterparts, for ImageNet and CIFAR, with the variants of the literature.

He et al. 2015 (1512.03385) and 2016 (1603.05027); Wide ResNet (1605.07146); ResNeXt (1611.05431);
SE (1709.01507); ResNet-D (1812.01187); stochastic depth (1603.09382); zero gamma (1706.02677).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from resviz.core.knob import UNSET, Knob, SpecError, Value, knob, refuse_outside
from resviz.core.net import Net, Op, Seq
from resviz.core.ops import Conv, Flatten, GlobalAvgPool, Linear, MaxPool
from resviz.core.spec import Turned
from resviz.zoo.blocks import BLOCKS
from resviz.zoo.depths import IMAGENET_DEPTHS, STEM_AND_CLASSIFIER, stages_of
from resviz.zoo.families import FAMILIES
from resviz.zoo.image import ImageSpec, image, outputs
from resviz.zoo.orders import ORDERS
from resviz.zoo.resnet_lesson import FORMULA, TEXT
from resviz.zoo.shortcuts import SHORTCUTS
from resviz.zoo.site import Order, Site, activation

NAMED_BLOCKS = ("basic", "bottleneck")
"""What the names ResNet-34 and ResNet-50 say without a word."""
MOST_CHANNELS = 65536
MOST_UNITS = 1000
WIDTH_OF_GROUPS = 64
WIDTHS = {"imagenet": 64, "cifar": 16}


def _depth(spec: ResNet) -> int:
    block = _block(spec) if spec.block is UNSET else spec.block
    if spec.blocks:
        return BLOCKS[block].thing.layers * sum(spec.blocks) + STEM_AND_CLASSIFIER
    usual = 50 if spec.layout == "imagenet" else 20
    possible = stages_of(spec.layout, block)
    return usual if spec.block is UNSET else min(possible, key=lambda depth: (abs(depth - usual), depth))


def _block(spec: ResNet) -> str:
    if spec.layout == "cifar":
        return "basic"
    if spec.depth is not UNSET and not spec.blocks:
        refuse_outside("depth", spec.depth, IMAGENET_DEPTHS)
    shallow = spec.depth is not UNSET and spec.depth in stages_of("imagenet", "basic")
    return "basic" if shallow and not spec.blocks else "bottleneck"


def _shortcut(spec: ResNet) -> str:
    return "A" if spec.layout == "cifar" and spec.block == "basic" else "B"


def _shortened(blocks: tuple[int, ...]) -> tuple[int, ...]:
    """The list with what is too much taken from its longest stages."""
    rest = list(blocks)
    while sum(rest) > MOST_UNITS:
        longest = rest.index(max(rest))
        rest[longest] = max(1, rest[longest] - (sum(rest) - MOST_UNITS))
    return tuple(rest)


def _by_layout(imagenet: Any, cifar: Any) -> Any:
    return lambda spec: imagenet if spec.layout == "imagenet" else cifar


def _depths(spec: ResNet) -> tuple[int, ...]:
    return (_depth(spec),) if spec.blocks else tuple(stages_of(spec.layout, spec.block))


def _way_round(spec: ResNet) -> str:
    return "a shortcut: in a plain net nothing would be left of the signal" if spec.shortcut == "none" else ""


def _normalised(spec: ResNet) -> str:
    return "" if spec.bn else "bn"


def _smaller_map(spec: ResNet) -> str:
    return "" if len(spec.stages()) > 1 else "a second stage, which makes the map smaller"


def _normalised_projection(spec: ResNet) -> str:
    if not ORDERS[spec.order].thing.projection_bn:
        return f"an order that normalises projections, which {spec.order} does not"
    return _normalised(spec) or _heeded("shortcut_bn")(spec)


def _heeded(name: str) -> Callable[[ResNet], str]:
    """What a spec lacks for a knob that only some shortcuts heed."""

    def lacking(spec: ResNet) -> str:
        if name in SHORTCUTS[spec.shortcut].thing.knobs:
            return ""
        return f"shortcut {' or '.join(entry.name for entry in SHORTCUTS if name in entry.thing.knobs)}"

    return lacking


@FAMILIES.register(
    "resnet",
    title="ResNet",
    cite="He et al. 2015, arXiv 1512.03385",
    note="residual networks, and the plain networks that they are compared with",
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class ResNet(ImageSpec):
    """A residual network; `shortcut` none makes it the plain network of the same depth."""

    replacing: ClassVar[frozenset[str]] = frozenset({"blocks"})

    layout: str = knob(
        "imagenet", "Layout", "the paper's net for ImageNet or for CIFAR", choices=("imagenet", "cifar"), primary=True
    )
    depth: int = knob(_depth, "Depth", "weighted layers on the longest path", choices=_depths, primary=True)
    block: str = knob(_block, "Block", "what a unit's branch is made of", choices=BLOCKS, primary=True)
    shortcut: str = knob(_shortcut, "Shortcut", "the way round a unit's branch", choices=SHORTCUTS, primary=True)
    order: str = knob("post", "Order", "where BN and ReLU stand (He et al. 2016, Fig. 4)", choices=ORDERS)
    blocks: tuple[int, ...] = knob(
        (), "Units a stage", "such as 3,4,6,3; any number of stages, in place of the depth", low=1, high=400
    )
    width: int = knob(
        lambda spec: WIDTHS[spec.layout], "Width", "channels of the stem and of stage 1", low=1, high=1024
    )
    widen: int = knob(1, "Widen", "Wide ResNet's k: widens the stages, not the stem", low=1, high=64)
    groups: int = knob(1, "Groups", "groups of the 3×3 convolutions (ResNeXt's cardinality)", low=1, high=1024)
    group_width: int = knob(64, "Group width", "channels a group where the width is 64", low=1, high=1024)
    stem: str = knob(
        _by_layout("imagenet", "cifar"),
        "Stem",
        "7×7 and max pooling, ResNet-D's three 3×3 and max pooling (deep), or one 3×3",
        choices=("imagenet", "cifar", "deep"),
    )
    avg_down: bool = knob(
        False, "Average-pool shortcut", "ResNet-D: 2×2 average pooling carries the shortcut's stride",
        needs=lambda spec: "a shortcut" if spec.shortcut == "none" else _smaller_map(spec),
    )  # fmt: skip
    se: bool = knob(False, "Squeeze-and-excitation", "a gate a channel at the end of each branch, reduction 16")
    stride_on: str = knob(
        "3x3", "Stride on", "which convolution of a bottleneck strides: the 3×3 (v1.5) or the first 1×1 (v1)",
        choices=("3x3", "1x1"),
        needs=lambda spec: _smaller_map(spec) if spec.block == "bottleneck" else "block bottleneck",
    )  # fmt: skip
    conv_bias: bool = knob(False, "Convolution bias", "a bias in every convolution")
    bn: bool = knob(True, "Batch normalisation", "off: no BN anywhere, neither in the units nor around them")
    shortcut_bn: bool = knob(
        True, "BN on projections", "full pre-activation never has one", needs=_normalised_projection
    )
    drop_path: float = knob(
        0.0, "Drop path", "stochastic depth: the last unit's rate, rising linearly from the first", low=0.0, high=0.95,
        needs=_way_round,
    )  # fmt: skip
    zero_gamma: bool = knob(
        False, "Zero γ", "the last BN of each branch starts with scale 0",
        needs=lambda spec: _way_round(spec) or _normalised(spec),
    )  # fmt: skip
    shortcut_scale: float = knob(
        0.5, "Shortcut times", "λ of constant scaling", low=0.0, high=2.0, needs=_heeded("shortcut_scale")
    )
    branch_scale: float = knob(
        1.0, "Branch times", "the factor of the branch; 0.5 beside λ = 0.5 freezes a half-open gate", low=0.0, high=2.0,
        needs=_heeded("branch_scale"),
    )  # fmt: skip
    gate_bias: float = knob(
        -6.0, "Gate bias", "b_g, what the gate's bias starts from", low=-20.0, high=20.0, needs=_heeded("gate_bias")
    )
    shortcut_dropout: float = knob(
        0.5, "Shortcut dropout", "the rate of dropout on the shortcut", low=0.0, high=0.95,
        needs=_heeded("shortcut_dropout"),
    )  # fmt: skip
    input: tuple[int, ...] = image(_by_layout((3, 224, 224), (3, 32, 32)))
    classes: int = outputs(_by_layout(1000, 10))

    def check(self) -> None:
        super().check()
        if sum(self.blocks) > MOST_UNITS:
            near = _shortened(self.blocks)
            raise SpecError(
                f"blocks has {sum(self.blocks):,} units in all, and {MOST_UNITS:,} are the most; "
                f"the nearest is {','.join(map(str, near))}",
                blocks=near,
            )
        self._check_widths()

    def _check_widths(self) -> None:
        inner, widest = self._inner(0), self._channels(len(self.stages()) - 1)
        if inner < 1:
            least = -(-64 // (self.width * self.widen))
            raise SpecError(
                f"group_width {self.group_width} leaves no channel at width {self.width}; the nearest is {least}",
                group_width=least,
            )
        if widest > MOST_CHANNELS:
            name, near = self._narrower(widest)
            shown = ",".join(map(str, near)) if isinstance(near, tuple) else near
            raise SpecError(
                f"the last stage would have {widest:,} channels, and {MOST_CHANNELS:,} are the most; "
                f"the nearest possible {name} is {shown}",
                **{name: near},
            )
        for stage in range(len(self.stages())):
            self._check_groups(stage)

    def _narrower(self, widest: int) -> tuple[str, Value]:
        """A knob and the nearest value of it with which the last stage is not too wide: stages, widen or width."""
        halvings = (-(-widest // MOST_CHANNELS) - 1).bit_length()
        if len(self.blocks) > halvings:
            return "blocks", self.blocks[: len(self.blocks) - halvings]
        if self.widen > 1:
            return "widen", max(1, self.widen * MOST_CHANNELS // widest)
        return "width", max(1, self.width * MOST_CHANNELS // widest)

    def _check_groups(self, stage: int) -> None:
        """Grouped convolutions of a basic block also join the unit's outside, which the groups must divide."""
        outside = {self._channels(stage), self._channels(stage - 1) if stage else self.width}
        if self.block != "bottleneck" and any(c % self.groups for c in outside):
            fits = [g for g in range(1, self.groups) if not any(c % g for c in outside)]
            both = " and ".join(f"{c}" for c in sorted(outside))
            raise SpecError(
                f"{self.groups} groups do not divide {both} channels; the nearest is {fits[-1]}", groups=fits[-1]
            )

    def offered(self, k: Knob) -> tuple[Value, ...]:
        """Any depth of the paper's table: the block follows it."""
        if k.name == "depth" and self.layout == "imagenet" and not self.blocks:
            return IMAGENET_DEPTHS
        return k.options(self)

    def following(self, k: Knob, text: str) -> Turned:
        """Another block keeps the units a stage and units a stage of one's own keep the block: the depth follows.

        Another layout has depths of its own.
        """
        texts = {**self.chosen(), k.name: text}
        if k.name == "blocks":
            texts.pop("depth", None)
            return Turned({**texts, "block": self.block})
        if k.name == "block" and not self.blocks and text in BLOCKS:
            same = [d for d, stages in stages_of(self.layout, text).items() if stages == self.stages()]
            if same and same[0] != self.depth:
                units = ",".join(map(str, self.stages()))
                note = f"The same {units} units a stage are {same[0]} layers with {text} blocks."
                return Turned({**texts, "depth": str(same[0])}, note)
        if k.name == "depth" and self.layout == "imagenet":
            texts.pop("block", None)
        if k.name == "layout":
            follow = {name: texts.pop(name, None) for name in ("depth", "block", "shortcut", "blocks", "width")}
            kept = [name for name, value in follow.items() if value is not None]
            note = f"The {text} layout starts from its own {', '.join(kept)}." if kept else ""
            return Turned(texts, note)
        return Turned(texts)

    def stages(self) -> tuple[int, ...]:
        """Units a stage."""
        return self.blocks or stages_of(self.layout, self.block)[self.depth]

    def _planes(self, stage: int) -> int:
        return self.width * self.widen << stage

    def _inner(self, stage: int) -> int:
        """torchvision's rule: ResNeXt's groups × group width, both stated for a width of 64."""
        return self._planes(stage) * self.group_width // WIDTH_OF_GROUPS * self.groups

    def _channels(self, stage: int) -> int:
        return self._planes(stage) * BLOCKS[self.block].thing.expansion

    def net(self) -> Net:
        stages = tuple((f"layer{i}", stage) for i, stage in enumerate(self._stages(), start=1))
        return Seq((("", self._stem()), *stages, ("", self._head())))

    def _order(self) -> Order:
        """The chosen order, without its BN where there is none."""
        order = ORDERS[self.order].thing
        return order if self.bn else order.without("bn")

    def _stem(self) -> Net:
        order = self._order()
        after = activation(order.stem if self.stem == "cifar" else order.between, "1")
        pool = () if self.stem == "cifar" else (("maxpool", MaxPool(3, 2, 1)),)
        return Seq((("conv1", self._first_conv()), *after, *pool), "stem")

    def _first_conv(self) -> Net:
        bias = self.conv_bias
        if self.stem == "cifar":
            return Conv(self.width, 3, 1, 1, bias=bias)
        if self.stem == "imagenet":
            return Conv(self.width, 7, 2, 3, bias=bias)
        half = max(1, self.width // 2)
        ops: list[Op] = []
        for channels, stride in ((half, 2), (half, 1)):
            ops.append(Conv(channels, 3, stride, 1, bias=bias))
            ops.extend(op for _, op in activation(self._order().between, ""))
        ops.append(Conv(self.width, 3, 1, 1, bias=bias))
        return Seq(tuple((str(i), op) for i, op in enumerate(ops)))

    def _stages(self) -> Iterator[Net]:
        """Equal units are one value, so that everything later sees at once that they are equal."""
        build, shortcut = BLOCKS[self.block].thing.build, SHORTCUTS[self.shortcut].thing.build
        units: dict[Site, Net] = {}
        values: dict[Net, Net] = {}
        total, done, channels = sum(self.stages()), 0, self.width
        for stage, count in enumerate(self.stages()):
            parts = []
            for i in range(count):
                site = self._site(stage, i, channels, (done + 1) / total)
                if site not in units:
                    unit = build(site, shortcut)
                    units[site] = values.setdefault(unit, unit)
                parts.append((str(i), units[site]))
                done, channels = done + 1, site.channels
            yield Seq(tuple(parts), "stage")

    def _site(self, stage: int, i: int, channels: int, depth: float) -> Site:
        first = stage == 0 and i == 0
        return Site(
            channels_in=channels,
            inner=self._inner(stage),
            channels=self._channels(stage),
            stride=2 if stage and not i else 1,
            order=self._order(),
            groups=self.groups,
            stride_on=self.stride_on,
            conv_bias=self.conv_bias,
            shortcut_bn=self.shortcut_bn and self.bn,
            avg_down=self.avg_down,
            se=self.se,
            drop_path=self.drop_path * depth,
            zero_gamma=self.zero_gamma,
            shortcut_scale=self.shortcut_scale,
            branch_scale=self.branch_scale,
            gate_bias=self.gate_bias,
            shortcut_dropout=self.shortcut_dropout,
            first=first,
            activated=first and self.stem != "cifar",
        )

    def _head(self) -> Net:
        last = activation(self._order().lead, "")
        pool_and_fc = (("avgpool", GlobalAvgPool()), ("flatten", Flatten()), ("fc", Linear(self.classes)))
        return Seq((*last, *pool_and_fc), "head")

    def title(self) -> str:
        name, depth = self._name_and_depth()
        if self.se:
            name = f"SE-{name}"
        if self.order == "pre" and not name.endswith("WRN"):
            name = f"Pre-activation {name}"
        remarks = list(self._remarks())
        return f"{name}-{depth}" + (f" ({', '.join(remarks)})" if remarks else "")

    def _remarks(self) -> Iterator[str]:
        """What a name such as ResNet-50 does not say of this choice; input and classes are the data's."""
        if self.block not in NAMED_BLOCKS:
            yield f"{BLOCKS[self.block].title} blocks"
        if self.stride_on == "1x1" and self.order == "post":
            yield "v1"
        if self.order not in ("post", "pre"):
            yield self.order
        if self.shortcut not in ("none", _shortcut(self)) and not self._wide():
            yield f"option {self.shortcut}" if self.shortcut in "ABC" else SHORTCUTS[self.shortcut].title
        if self.width != WIDTHS[self.layout] and self.groups == 1:
            yield f"width {self.width}"
        if self.stem != self.layout and not (self.stem == "deep" and self.avg_down):
            yield f"{self.stem} stem"
        if self.avg_down and self.stem != "deep":
            yield "average-pool shortcut"
        for said, words in (
            (self.conv_bias, "biases"),
            (not self.bn, "no BN"),
            (not self.shortcut_bn, "no BN on projections"),
            (self.drop_path, f"drop path {self.drop_path:g}"),
            (self.zero_gamma, "zero γ"),
        ):
            if said:
                yield words

    def _wide(self) -> bool:
        """Whether this is the net that Zagoruyko & Komodakis 2016 call WRN."""
        return self.order == "pre" and self.widen > 1 and self.block == "basic" and self.shortcut != "none"

    def _name_and_depth(self) -> tuple[str, str]:
        depth = f"{self.depth}"
        if self.shortcut == "none":
            return "Plain", depth
        if self._wide():
            # Zagoruyko & Komodakis count the three projections and not the classifier: 6N + 4
            return "WRN", f"{self.depth + 2}-{self.widen}"
        if self.groups > 1:
            return "ResNeXt", f"{depth} {self.groups}×{self.group_width}d"
        times = self.widen * self.group_width / 64
        if times != 1:
            return "Wide ResNet", f"{depth}-{times:g}"
        return "ResNet", depth + ("-D" if self.stem == "deep" and self.avg_down else "")
