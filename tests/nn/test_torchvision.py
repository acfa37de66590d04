"""torchvision's names: its published weights load without a key map, and the outputs are its outputs.

torchvision itself is no dependency. Its layout is written down here twice over: as the list of its keys and shapes,
and as a small model of the same structure, which has to accept our weights and give our numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from proof import disturb
from torch import Tensor, nn

from resviz.nn.module import build
from resviz.zoo.families import named


@dataclass(frozen=True)
class Layout:
    """A torchvision builder: convolutions' kernels in a block, blocks a stage, and the two ResNeXt numbers."""

    kernels: tuple[int, ...]
    blocks: tuple[int, ...]
    groups: int = 1
    width_per_group: int = 64

    @property
    def expansion(self) -> int:
        return 4 if len(self.kernels) == 3 else 1

    def inner(self, stage: int) -> int:
        planes = 64 * 2**stage
        return planes * self.width_per_group // 64 * self.groups if self.expansion == 4 else planes


BASIC, BOTTLENECK = (3, 3), (1, 3, 1)
LAYOUTS = {
    "resnet18": Layout(BASIC, (2, 2, 2, 2)),
    "resnet34": Layout(BASIC, (3, 4, 6, 3)),
    "resnet50": Layout(BOTTLENECK, (3, 4, 6, 3)),
    "resnet101": Layout(BOTTLENECK, (3, 4, 23, 3)),
    "resnet152": Layout(BOTTLENECK, (3, 8, 36, 3)),
    "resnext50_32x4d": Layout(BOTTLENECK, (3, 4, 6, 3), 32, 4),
    "resnext101_32x8d": Layout(BOTTLENECK, (3, 4, 23, 3), 32, 8),
    "resnext101_64x4d": Layout(BOTTLENECK, (3, 4, 23, 3), 64, 4),
    "wide_resnet50_2": Layout(BOTTLENECK, (3, 4, 6, 3), 1, 128),
    "wide_resnet101_2": Layout(BOTTLENECK, (3, 4, 23, 3), 1, 128),
}
PARAMETERS = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnext50_32x4d": 25_028_904,
    "resnext101_32x8d": 88_791_336,
    "resnext101_64x4d": 83_455_272,
    "wide_resnet50_2": 68_883_240,
    "wide_resnet101_2": 126_886_696,
}
"""num_params of the weights' meta data in torchvision's documentation."""

Entry = tuple[str, tuple[int, ...]]


def norm(name: str, channels: int) -> Iterator[Entry]:
    for key in ("weight", "bias", "running_mean", "running_var"):
        yield f"{name}.{key}", (channels,)
    yield f"{name}.num_batches_tracked", ()


def block(layout: Layout, name: str, channels_in: int, stage: int) -> Iterator[Entry]:
    """A block's convolutions and their norms, one after the other, then its projection."""
    inner, out = layout.inner(stage), 64 * 2**stage * layout.expansion
    before = channels_in
    for i, kernel in enumerate(layout.kernels, start=1):
        after = out if i == len(layout.kernels) else inner
        groups = layout.groups if kernel == 3 else 1
        yield f"{name}.conv{i}.weight", (after, before // groups, kernel, kernel)
        yield from norm(f"{name}.bn{i}", after)
        before = after
    if name.endswith(".0") and (stage or channels_in != out):
        yield f"{name}.downsample.0.weight", (out, channels_in, 1, 1)
        yield from norm(f"{name}.downsample.1", out)


def keys(layout: Layout) -> Iterator[Entry]:
    """torchvision's state_dict: keys and shapes in its order."""
    yield "conv1.weight", (64, 3, 7, 7)
    yield from norm("bn1", 64)
    channels = 64
    for stage, count in enumerate(layout.blocks):
        for i in range(count):
            yield from block(layout, f"layer{stage + 1}.{i}", channels, stage)
            channels = 64 * 2**stage * layout.expansion
    yield "fc.weight", (1000, channels)
    yield "fc.bias", (1000,)


class Block(nn.Module):
    """BasicBlock and Bottleneck at once: one ReLU module for all, the stride on the 3×3, `out += identity`."""

    def __init__(self, layout: Layout, channels_in: int, stage: int, stride: int) -> None:
        super().__init__()
        inner, out = layout.inner(stage), 64 * 2**stage * layout.expansion
        before, strided = channels_in, layout.kernels.index(3)
        self.depth = len(layout.kernels)
        for i, kernel in enumerate(layout.kernels):
            after = out if i == self.depth - 1 else inner
            groups = layout.groups if kernel == 3 else 1
            step = stride if i == strided else 1
            conv = nn.Conv2d(before, after, kernel, step, kernel // 2, groups=groups, bias=False)
            self.add_module(f"conv{i + 1}", conv)
            self.add_module(f"bn{i + 1}", nn.BatchNorm2d(after))
            before = after
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or channels_in != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels_in, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        out = x
        for i in range(1, self.depth + 1):
            out = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(out))
            if i < self.depth:
                out = self.relu(out)
        out += identity
        return self.relu(out)


class Reference(nn.Module):
    """The network around the blocks, as torchvision builds and runs it."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = 64
        for stage, count in enumerate(layout.blocks):
            blocks = []
            for i in range(count):
                blocks.append(Block(layout, channels, stage, 2 if stage and not i else 1))
                channels = 64 * 2**stage * layout.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(channels, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


def layout_of(model: nn.Module) -> list[Entry]:
    return [(key, tuple(value.shape)) for key, value in model.state_dict().items()]


@pytest.mark.parametrize("name", LAYOUTS)
def test_keys_shapes_and_order(name):
    expected = list(keys(LAYOUTS[name]))
    with torch.device("meta"):
        ours, theirs = build(named(name, {}).node()), Reference(LAYOUTS[name])
    assert layout_of(theirs) == expected
    assert layout_of(ours) == expected
    assert [key for key, _ in ours.named_parameters()] == [key for key, _ in theirs.named_parameters()]
    assert sum(p.numel() for p in ours.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", "resnext50_32x4d"])
@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
def test_outputs(name, training):
    """Our weights load strictly, and the numbers are the same to the last bit."""
    ours, theirs = build(named(name, {}).node(), seed=0), Reference(LAYOUTS[name])
    disturb(ours)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    x = torch.randn(2, 3, 64, 48, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(ours.train(training)(x), theirs.train(training)(x))
