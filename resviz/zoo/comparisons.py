"""The comparisons that the papers draw: networks to be seen side by side, each as text."""

from __future__ import annotations

from resviz.core.registry import Registry

COMPARISONS: Registry[tuple[str, ...]] = Registry("comparison")


def compared(names: tuple[str, ...]) -> tuple[str, ...]:
    """The networks meant: those of a comparison if its name alone is given, otherwise the names themselves."""
    return COMPARISONS[names[0]].thing if len(names) == 1 and names[0] in COMPARISONS else names


COMPARISONS.register(
    "figure3",
    title="VGG-19 | Plain-34 | ResNet-34",
    cite="He et al. 2015, Fig. 3",
    note="the same depth and filters as VGG's idea, without and with shortcuts",
)(("vgg:depth=19", "plain:depth=34", "resnet:depth=34:shortcut=A"))

COMPARISONS.register(
    "figure5",
    title="basic | bottleneck",
    cite="He et al. 2015, Fig. 5",
    note="the same 3, 4, 6, 3 units with two and with three layers each",
)(("resnet:depth=34", "resnet:depth=50"))

COMPARISONS.register(
    "options",
    title="options A | B | C",
    cite="He et al. 2015, Table 3",
    note="zero padding, projections where the size changes, projections everywhere",
)(("resnet:depth=34:shortcut=A", "resnet:depth=34", "resnet:depth=34:shortcut=C"))

COMPARISONS.register(
    "orders",
    title="original | full pre-activation",
    cite="He et al. 2016, Fig. 1",
    note="where BN and ReLU stand decides whether the shortcut is an identity from end to end",
)(("resnet:layout=cifar:depth=110", "resnet:layout=cifar:depth=110:order=pre"))

COMPARISONS.register(
    "ways",
    title="plain | highway gate | identity",
    cite="Srivastava et al. 2015; He et al. 2016, Table 1",
    note="no way round a unit, a gated one, and a clean one",
)((
    "plain:layout=cifar:depth=20",
    "resnet:layout=cifar:depth=20:shortcut=exclusive-gate",
    "resnet:layout=cifar:depth=20",
))  # fmt: skip
