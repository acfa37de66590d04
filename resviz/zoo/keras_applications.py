"""The residual networks of Keras Applications: ResNet50, 101 and 152, and their second version with pre-activation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from resviz.core.knob import knob
from resviz.core.net import Net, Par, Seq, rewrite
from resviz.core.ops import Add, BatchNorm, Conv, Flatten, GlobalAvgPool, Linear, MaxPool, Pad, ReLU
from resviz.zoo.depths import stages_of
from resviz.zoo.families import FAMILIES, preset
from resviz.zoo.image import ImageSpec, image, outputs
from resviz.zoo.known import equals
from resviz.zoo.resnet import ResNet

HE2015, HE2016 = "He et al. 2015", "He et al. 2016"
DEPTHS = (50, 101, 152)
WIDTH = 64
EXPANSION = 4
KERAS_BN = BatchNorm(eps=1.001e-5, momentum=0.01)
"""The source names this ε; the momentum is Keras' default 0.99, which is 0.01 in torch's words."""
RELU = ReLU()

NOTE = "ResNet-50, 101 and 152 as keras.applications has them, with published weights of their own"
FORMULA = r"""\text{V1: } y = \mathrm{ReLU}(s(x) + F(x)), \qquad
\text{V2: } y = s(x) + F(a(x)), \quad a = \mathrm{ReLU} \circ \mathrm{BN}"""
TEXT = """\
These are the networks behind `keras.applications.ResNet50` and `ResNet50V2`. Version 1 is that of He et al. 2015,
version 2 the full pre-activation of He et al. 2016. Neither is what torchvision calls resnet50.

Version 1 strides on the first 1×1 convolution of a unit, as the paper does, where torchvision strides on the 3×3
("v1.5"): 3.86 billion multiply-adds for 4.09. Its convolutions have biases, which the BN behind them makes idle:
ResNet50 has 26,560 parameters more than torchvision's 25,557,032. Keras counts the running statistics of BN too, 53,120
of them, and so prints 25,636,712.

Version 2 strides in the last unit of a stage and not in the first of the next. That unit's shortcut is a 1×1 max
pooling with stride 2: it keeps every second pixel and has no weights. A stage's first unit only widens; its projection
takes the activated input and has a bias and no BN, and all units have a BN and ReLU of their own. The stem is a
convolution without BN, so its pooling sees negative numbers, and the zeros that Keras pads it with are values that
can win. PyTorch's padded pooling would never choose them.

What to look at: compare the sizes that the stages put out, 56, 28, 14, 7 and 28, 14, 7, 7. In version 2 a stage's last
unit works on the smaller maps already, which saves a tenth of the multiply-adds of ResNet50. What the literature
disagrees about: the code of He et al. 2016 has neither the pooled shortcuts nor the late stride nor the biases; all
three are as in TensorFlow-Slim's `resnet_v2`. And "v2" means something else in every library.
"""


@FAMILIES.register(
    "keras-applications",
    title="Keras Applications",
    cite=f"keras.applications.resnet and resnet_v2; {HE2015} and 2016",
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class KerasApplications(ImageSpec):
    """A bottleneck network of Keras Applications; the names are those of torchvision's ResNets."""

    version: str = knob(
        "v1", "Version", "He et al. 2015, or 2016 with pre-activation", choices=("v1", "v2"), primary=True
    )
    depth: int = knob(50, "Depth", "weighted layers on the longest path", choices=DEPTHS, primary=True)
    width: int = knob(WIDTH, "Width", "channels of the stem, and inside the units of stage 1", low=1, high=1024)
    input: tuple[int, ...] = image((3, 224, 224))
    classes: int = outputs(1000)

    def net(self) -> Net:
        return self._v1() if self.version == "v1" else self._v2()

    def _v1(self) -> Net:
        """The paper's network with biases. Keras pads before it pools with zeros, none of which is above a ReLU."""
        resnet = ResNet(
            depth=self.depth, width=self.width, stride_on="1x1", conv_bias=True, input=self.input, classes=self.classes
        )
        return rewrite(resnet.net(), lambda path, part: KERAS_BN if isinstance(part, BatchNorm) else part)

    def _v2(self) -> Net:
        first = Conv(self.width, 7, 2, 3, bias=True)
        stem = Seq((("conv1", first), ("pad", Pad(1)), ("maxpool", MaxPool(3, 2))), "stem")
        counts = stages_of("imagenet", "bottleneck")[self.depth]
        stages = tuple(
            (f"layer{i}", Seq(tuple(self._units(count, self.width << i - 1, last=i == len(counts))), "stage"))
            for i, count in enumerate(counts, start=1)
        )
        pool_and_fc = (("avgpool", GlobalAvgPool()), ("flatten", Flatten()), ("fc", Linear(self.classes)))
        head = Seq((("bn", KERAS_BN), ("relu", RELU), *pool_and_fc), "head")
        return Seq((("", stem), *stages, ("", head)))

    def _units(self, count: int, width: int, last: bool) -> Iterator[tuple[str, Net]]:
        """A stage: the first unit widens, the last one strides but in the `last` stage, those between are equal."""
        yield "0", projected(width)
        between = around(width, 1)
        for i in range(1, count - 1):
            yield str(i), between
        yield str(count - 1), between if last else around(width, 2)

    def title(self) -> str:
        name = f"ResNet{self.depth}{'V2' if self.version == 'v2' else ''}"
        return f"{name} (Keras{f', width {self.width}' if self.width != WIDTH else ''})"


LEAD: tuple[tuple[str, Net], ...] = (("bn1", KERAS_BN), ("relu1", RELU))


def projected(width: int) -> Net:
    """A unit whose branch and projection share its BN and ReLU."""
    projection = Seq((("0", Conv(EXPANSION * width, 1, bias=True)),), "shortcut")
    branch = Seq(_body(width, 1), "branch")
    return Seq((*LEAD, ("", Par(Add(), (("", branch), ("downsample", projection))))), "unit")


def around(width: int, stride: int) -> Net:
    """A unit with a way round its BN and ReLU too: the identity, or where it strides every second pixel."""
    way = Seq((("0", MaxPool(1, stride)),) if stride > 1 else (), "shortcut")
    branch = Seq((*LEAD, *_body(width, stride)), "branch")
    return Seq((("", Par(Add(), (("", branch), ("downsample", way)))),), "unit")


def _body(width: int, stride: int) -> tuple[tuple[str, Net], ...]:
    """1×1, 3×3 with the stride, 1×1: biased where no BN follows."""
    reduce, work = Conv(width, 1), Conv(width, 3, stride, 1)
    return (
        ("conv1", reduce), ("bn2", KERAS_BN), ("relu2", RELU),
        ("conv2", work), ("bn3", KERAS_BN), ("relu3", RELU),
        ("conv3", Conv(EXPANSION * width, 1, bias=True)),
    )  # fmt: skip


for depth in DEPTHS:
    preset("keras-applications", f"keras-resnet{depth}", f"Keras ResNet{depth}", HE2015, depth=depth)
for depth in DEPTHS:
    name, title = f"keras-resnet{depth}v2", f"Keras ResNet{depth}V2"
    preset("keras-applications", name, title, HE2016, depth=depth, version="v2")
for entry in (f"{depth}{version}" for depth in DEPTHS for version in ("", "v2")):
    model = f"Keras Applications ResNet{entry.upper()}"
    equals(f"keras-resnet{entry}", model, "parameters, shapes, and with its weights outputs")
