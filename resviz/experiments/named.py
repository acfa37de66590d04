"""The experiments of the papers, as far as they can be seen in a minute or a few on small images."""

from __future__ import annotations

from collections.abc import Mapping

from resviz.core.registry import Registry
from resviz.experiments.design import Asks, Design, Varied

EXPERIMENTS: Registry[Design] = Registry("experiment")

SHORT = {"epochs": "8", "batch": "128", "lr": "0.05"}
"""On digits: seeds 0 to 3 leave plain-56 at a training error of 0.60 to 0.79, ResNet-56 at 0.001 at the most."""
CIFAR = "resnet:layout=cifar"


def experiment(
    name: str,
    title: str,
    cite: str,
    networks: tuple[str, ...],
    vary: tuple[Varied, ...] = (),
    recipe: Mapping[str, str] = SHORT,
    *,
    asks: Asks = "best",
    note: str,
    finding: str,
) -> None:
    """Enter an experiment; `note` says what is varied, `finding` what the paper found."""
    EXPERIMENTS.register(name, title=title, cite=cite, note=note, text=finding)(
        Design(title, networks, vary, recipe, asks=asks)
    )


experiment(
    "degradation",
    "Degradation",
    "He et al. 2015, Fig. 1 and 6",
    (*(f"plain:layout=cifar:depth={depth}" for depth in (20, 56)), *(f"{CIFAR}:depth={depth}" for depth in (20, 56))),
    asks="fails",
    note="two plain and two residual networks, of 20 and of 56 layers",
    finding="A plain network of 56 layers has a higher error than one of 20, on the training images as well: it does "
    "not overfit, it is harder to train. With shortcuts depth costs nothing.",
)
experiment(
    "shortcuts",
    "Shortcuts",
    "He et al. 2015, Table 3; He et al. 2016, Table 1",
    (f"{CIFAR}:depth=56",),
    (("shortcut", ("A", "B", "C", "scaled", "exclusive-gate", "shortcut-gate", "dropout")),),
    note="ResNet-56 with options A, B, C, and with what He et al. 2016 put on the shortcut",
    finding="B is slightly better than A and C than B, so projections are not what helps. Whatever scales, gates or "
    "drops the shortcut is worse than the identity.",
)
experiment(
    "orders",
    "Orders",
    "He et al. 2016, Table 2",
    (f"{CIFAR}:depth=56",),
    (("order", ("post", "bn-after-add", "relu-before-add", "relu-only-pre", "pre")),),
    note="where BN and ReLU stand in the units of ResNet-56",
    finding="Full pre-activation has the lowest error, BN after the addition the highest (110 layers: 6.37 % and "
    "8.17 %).",
)
experiment(
    "depth",
    "Depth",
    "He et al. 2015, Table 6",
    (CIFAR,),
    (("depth", ("8", "20", "32", "44", "56", "110")),),
    note="residual networks of 8 to 110 layers",
    finding="On CIFAR-10 the error falls with depth, from 8.75 % with 20 layers to 6.43 % with 110; with 1202 layers "
    "it is 7.93 %.",
)
experiment(
    "ways",
    "Highway, residual, plain",
    "Srivastava et al. 2015; He et al. 2015",
    ("highway:layout=fc:depth=20",),
    (("shortcut", ("gate", "identity", "none")),),
    {**SHORT, "epochs": "20"},
    asks="fails",
    note="twenty fully connected layers with gated shortcuts, with identities, and with none",
    finding="Plain networks of 10 and 20 layers train well and get worse with depth; highway networks hardly do: with "
    "100 layers their loss on MNIST is more than two orders of magnitude lower.",
)
experiment(
    "bn-shortcut",
    "Batch normalisation × shortcut",
    "Ioffe & Szegedy 2015; He et al. 2015",
    (f"{CIFAR}:depth=56",),
    (("bn", ("true", "false")), ("shortcut", ("A", "none"))),
    asks="fails",
    note="56 layers with and without batch normalisation, with and without shortcuts",
    finding="Neither is the other: the plain networks of He et al. 2015 have BN and degrade all the same.",
)
experiment(
    "lenet-pooling",
    "LeNet: pooling × learning rate",
    "LeCun et al. 1998; Scherer et al. 2010",
    ("lenet:activation=relu",),
    (("pool", ("avg", "max")), ("lr", ("0.02", "0.2"))),
    note="LeNet-5 with the mean and with the largest value of 2×2, at two learning rates",
    finding="Max pooling did better than subsampling in Scherer et al.'s comparison; look how much of a difference the "
    "learning rate makes beside it.",
)
experiment(
    "vgg-lenet",
    "VGG against LeNet",
    "Simonyan & Zisserman 2014; LeCun et al. 1998",
    ("lenet:activation=relu:pool=max", "vgg:form=cifar:depth=11:bn=true:width=16"),
    (),
    {**SHORT, "lr": "0.1"},
    note="five layers of 1998 against eleven of 2014, with a quarter of their width",
    finding="Small convolutions in depth do better than few large ones, at many times the cost.",
)
experiment(
    "shuffled-pixels",
    "Pixels shuffled",
    "Zhang et al. 2017, arXiv 1611.03530, for shuffled pixels on CIFAR-10",
    (f"{CIFAR}:depth=20", "highway:layout=fc:depth=3:shortcut=none"),
    (("shuffle_pixels", ("false", "true")),),
    SHORT,
    note="a convolutional and a fully connected network, with the pixels in their places and in one fixed disorder",
    finding="Networks still fit the training images, but convolutions lose what they know of images: that neighbours "
    "belong together. To a fully connected network the order of the pixels is nothing.",
)
