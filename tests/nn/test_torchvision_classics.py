"""torchvision's AlexNet, VGG and GoogLeNet: its published weights load without a key map, with its outputs.

torchvision is no dependency. Its models are written down here once more, as small modules of the same structure, keys
and order; ours have to have their keys and shapes, and theirs have to accept our weights and give our numbers.
"""

from collections.abc import Iterator

import pytest
import torch
from proof import disturb
from torch import Tensor, nn
from torch.nn import functional

from resviz.nn.module import build
from resviz.zoo.families import named


class AlexNet(nn.Module):
    """torchvision.models.alexnet: dropout stands before the fully connected layers, ReLU works in place."""

    def __init__(self, hidden: int = 4096, dropout: float = 0.5) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        pooled = {0, 1, 4}
        for i, (before, after, kernel, stride, padding) in enumerate(
            [(3, 64, 11, 4, 2), (64, 192, 5, 1, 2), (192, 384, 3, 1, 1), (384, 256, 3, 1, 1), (256, 256, 3, 1, 1)]
        ):
            layers += [nn.Conv2d(before, after, kernel, stride, padding), nn.ReLU(inplace=True)]
            layers += [nn.MaxPool2d(3, 2)] if i in pooled else []
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 36, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, 1000),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


CONFIGURATIONS = {
    11: "64 M 128 M 256 256 M 512 512 M 512 512 M",
    13: "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    16: "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    19: "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}


class VGG(nn.Module):
    """torchvision.models.vgg: "M" is a max pooling; dropout stands behind the fully connected layers."""

    def __init__(self, depth: int, bn: bool, thinner: int = 1, hidden: int = 4096) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for word in CONFIGURATIONS[depth].split():
            if word == "M":
                layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
                continue
            layers.append(nn.Conv2d(channels, channels := int(word) // thinner, kernel_size=3, padding=1))
            layers += [nn.BatchNorm2d(channels)] if bn else []
            layers.append(nn.ReLU(inplace=True))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(channels * 49, hidden),
            nn.ReLU(True),
            nn.Dropout(0.5),
            nn.Linear(hidden, hidden),
            nn.ReLU(True),
            nn.Dropout(0.5),
            nn.Linear(hidden, 1000),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class ConvNormReLU(nn.Module):
    """torchvision's BasicConv2d: BN with ε = 0.001, no bias."""

    def __init__(self, before: int, after: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    """The third branch has 3×3 where the paper has 5×5."""

    def __init__(self, before: int, one: int, red3: int, three: int, red5: int, five: int, pool: int) -> None:
        super().__init__()
        self.branch1 = ConvNormReLU(before, one)
        self.branch2 = nn.Sequential(ConvNormReLU(before, red3), ConvNormReLU(red3, three, 3))
        self.branch3 = nn.Sequential(ConvNormReLU(before, red5), ConvNormReLU(red5, five, 3))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True), ConvNormReLU(before, pool))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class InceptionAux(nn.Module):
    def __init__(self, before: int) -> None:
        super().__init__()
        self.conv = ConvNormReLU(before, 128)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.flatten(self.conv(functional.adaptive_avg_pool2d(x, (4, 4))), 1)
        return self.fc2(functional.dropout(functional.relu(self.fc1(x)), 0.7, training=self.training))


BLOCKS = {
    "inception3a": (192, 64, 96, 128, 16, 32, 32),
    "inception3b": (256, 128, 128, 192, 32, 96, 64),
    "maxpool3": 3,
    "inception4a": (480, 192, 96, 208, 16, 48, 64),
    "inception4b": (512, 160, 112, 224, 24, 64, 64),
    "inception4c": (512, 128, 128, 256, 24, 64, 64),
    "inception4d": (512, 112, 144, 288, 32, 64, 64),
    "inception4e": (528, 256, 160, 320, 32, 128, 128),
    "maxpool4": 2,
    "inception5a": (832, 256, 160, 320, 32, 128, 128),
    "inception5b": (832, 384, 192, 384, 48, 128, 128),
}


class GoogLeNet(nn.Module):
    """torchvision.models.googlenet; the auxiliary heads are made behind the last block and run in training alone."""

    def __init__(self, aux: bool) -> None:
        super().__init__()
        self.conv1 = ConvNormReLU(3, 64, 7, 2)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = ConvNormReLU(64, 64)
        self.conv3 = ConvNormReLU(64, 192, 3)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        for name, widths in BLOCKS.items():
            pooling = isinstance(widths, int)
            made = nn.MaxPool2d(widths, stride=2, ceil_mode=True) if pooling else Inception(*widths)
            self.add_module(name, made)
        self.heads = {"inception4a": "aux1", "inception4d": "aux2"} if aux else {}
        for name, before in zip(self.heads.values(), (512, 528)):
            self.add_module(name, InceptionAux(before))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(1024, 1000)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        x = self.maxpool2(self.conv3(self.conv2(self.maxpool1(self.conv1(x)))))
        asides = []
        for name in BLOCKS:
            x = getattr(self, name)(x)
            if self.training and name in self.heads:
                asides.append(getattr(self, self.heads[name])(x))
        x = self.fc(self.dropout(torch.flatten(self.avgpool(x), 1)))
        return (x, *asides) if asides else x


VGGS = {f"vgg{depth}{suffix}": (depth, bool(suffix)) for depth in CONFIGURATIONS for suffix in ("", "_bn")}
PARAMETERS = {
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg11_bn": 132_868_840,
    "vgg13": 133_047_848,
    "vgg13_bn": 133_053_736,
    "vgg16": 138_357_544,
    "vgg16_bn": 138_365_992,
    "vgg19": 143_667_240,
    "vgg19_bn": 143_678_248,
    "googlenet": 6_624_904,
    "googlenet-aux": 13_004_888,
}
"""num_params of the weights' meta data in torchvision's documentation; googlenet-aux is its model with aux_logits."""


def reference(name: str) -> nn.Module:
    if name in VGGS:
        return VGG(*VGGS[name])
    return AlexNet() if name == "alexnet" else GoogLeNet(aux=name == "googlenet-aux")


def layout(model: nn.Module) -> list[tuple[str, tuple[int, ...]]]:
    return [(key, tuple(value.shape)) for key, value in model.state_dict().items()]


def images(*shape: int) -> Tensor:
    return torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))


def outputs(model: nn.Module, x: Tensor, training: bool) -> Iterator[Tensor]:
    """What the model puts out, dropout drawn from one seed."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        output = model.train(training)(x)
    yield from output if isinstance(output, tuple) else (output,)


def same(ours: nn.Module, theirs: nn.Module, x: Tensor, training: bool) -> None:
    """Our weights load strictly, and the numbers are the same to the last bit."""
    disturb(ours)
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
    theirs.load_state_dict(ours.state_dict(), strict=True)
    for a, b in zip(outputs(ours, x, training), outputs(theirs, x, training), strict=True):
        assert a.isfinite().all()
        assert torch.equal(a, b)


@pytest.mark.parametrize("name", PARAMETERS)
def test_keys_shapes_and_order(name):
    """With auxiliary heads the order differs: torchvision makes them last, ours stand where they run."""
    with torch.device("meta"):
        ours, theirs = build(named(name, {}).node()), reference(name)
    found, expected = layout(ours), layout(theirs)
    if name == "googlenet-aux":
        found, expected = sorted(found), sorted(expected)
    assert found == expected
    assert sum(p.numel() for p in ours.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
def test_alexnets_outputs(training):
    ours = build(named("alexnet", {"hidden": "64"}).node(), seed=0)
    same(ours, AlexNet(hidden=64), images(3, 224, 190), training)


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("name", VGGS)
def test_vggs_outputs(name, training):
    """An eighth of the channels: with the keys and shapes above, that is the same network."""
    ours = build(named(name, {"width": "8", "hidden": "32"}).node(), seed=0)
    same(ours, VGG(*VGGS[name], thinner=8, hidden=32), images(3, 64, 40), training)


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("size", [(96, 96), (75, 61)], ids=["even", "odd"])
@pytest.mark.parametrize("name", ["googlenet", "googlenet-aux"])
def test_googlenets_outputs(name, size, training):
    """In training auxiliary heads add their logits, aux1 then aux2; torchvision's GoogLeNetOutputs has aux2 first."""
    ours = build(named(name, {}).node(), seed=0)
    same(ours, GoogLeNet(aux=name == "googlenet-aux"), images(3, *size), training)
    assert len(list(outputs(ours, images(3, *size), True))) == (3 if name == "googlenet-aux" else 1)
