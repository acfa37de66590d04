"""The residual and plain networks that people know by name. Other families have their presets in their own file."""

from __future__ import annotations

from functools import partial

from resviz.zoo.families import preset

HE2015 = "He et al. 2015"
HE2016 = "He et al. 2016"
WRN = "Zagoruyko & Komodakis 2016"
RESNEXT = "Xie et al. 2017"


_resnet = partial(preset, "resnet")
_plain = partial(preset, "plain")


def _imagenet() -> None:
    for depth, cite in ((10, "timm"), (14, "timm"), (18, HE2015), (26, "timm"), (34, HE2015), (50, HE2015)):
        _resnet(f"resnet{depth}", f"ResNet-{depth}", cite, depth=depth)
    for depth, cite in ((101, HE2015), (152, HE2015), (200, HE2016)):
        _resnet(f"resnet{depth}", f"ResNet-{depth}", cite, depth=depth)
    for depth in (18, 34):
        _plain(f"plain{depth}", f"Plain-{depth}", HE2015, depth=depth)
    for depth in (50, 101, 152):
        _resnet(f"resnet{depth}-v1", f"ResNet-{depth} v1 (stride on the 1×1)", HE2015, depth=depth, stride_on="1x1")
    for depth in (50, 101):
        cite = "He et al. 2019, Bag of tricks"
        _resnet(f"resnet{depth}-d", f"ResNet-{depth}-D", cite, depth=depth, stem="deep", avg_down=True)
        _resnet(f"seresnet{depth}", f"SE-ResNet-{depth}", "Hu et al. 2018", depth=depth, se=True)
    for depth, groups, width in ((50, 32, 4), (101, 32, 8), (101, 64, 4)):
        knobs = {"depth": depth, "groups": groups, "group_width": width}
        _resnet(f"resnext{depth}_{groups}x{width}d", f"ResNeXt-{depth} {groups}×{width}d", RESNEXT, **knobs)
    for depth in (50, 101):
        _resnet(f"wide_resnet{depth}_2", f"Wide ResNet-{depth}-2", WRN, depth=depth, group_width=128)


def _cifar() -> None:
    for depth in (8, 14, 20, 32, 44, 56, 110, 1202):
        _resnet(f"resnet{depth}" if depth != 14 else "resnet14-cifar", f"ResNet-{depth} (CIFAR)", HE2015,
                layout="cifar", depth=depth)  # fmt: skip
    for depth in (20, 32, 44, 56, 110):
        _plain(f"plain{depth}", f"Plain-{depth} (CIFAR)", HE2015, layout="cifar", depth=depth)
    for depth, block in ((110, "basic"), (164, "bottleneck"), (1001, "bottleneck")):
        title = f"Pre-activation ResNet-{depth}"
        knobs = {"layout": "cifar", "depth": depth, "block": block, "order": "pre"}
        if block == "bottleneck":
            knobs["stride_on"] = "1x1"  # as in the paper's released code
        _resnet(f"preact-resnet{depth}", title, HE2016, **knobs)
    for depth, widen in ((16, 8), (22, 8), (28, 10), (28, 12), (40, 1), (40, 2), (40, 4), (40, 8)):
        knobs = {"layout": "cifar", "depth": depth - 2, "block": "basic", "order": "pre", "shortcut": "B"}
        _resnet(f"wrn-{depth}-{widen}", f"WRN-{depth}-{widen}", WRN, **knobs, widen=widen)
    for groups in (8, 16):
        knobs = {"layout": "cifar", "depth": 29, "block": "bottleneck", "width": 64, "groups": groups}
        _resnet(f"resnext29_{groups}x64d", f"ResNeXt-29 {groups}×64d", RESNEXT, **knobs, group_width=64)


_imagenet()
_cifar()
