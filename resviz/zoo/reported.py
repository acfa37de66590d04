"""What papers report: for each network of their tables the error, the data, and under what conditions.

A row names its network as text, so it is matched against a choice exactly. Where a paper leaves a choice of ours
open, the remark says so. Other families report in their own files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HE2015, HE2016 = "He et al. 2015", "He et al. 2016"
WRN, RESNEXT, HUANG = "Zagoruyko & Komodakis 2016", "Xie et al. 2017", "Huang et al. 2016"

TEN_CROPS = "validation, 10 crops"
ONE_CROP = "validation, one crop"
SCALES = "validation, one model, averaged over five scales"
LARGE_CROP = "validation, one crop of 320×320"
MEDIAN = "median of 5 runs"
FAILS = "fails, with an error over 20 %,"


@dataclass(frozen=True, slots=True)
class Report:
    """One row of a paper's table.

    `network` is a text that `families.from_text` reads, `called` what the paper calls it. `errors` are in per cent,
    as printed: top-1, and on ImageNet top-5; where there is no number, `fails` says what the paper does. `params` is
    what the paper prints. `varies` is the knob whose choices the table compares, if it compares those of one knob.
    """

    network: str
    cite: str
    called: str
    data: str
    errors: tuple[str, ...] = ()
    fails: str = ""
    params: str = ""
    remark: str = ""
    varies: str = ""

    @property
    def paper(self) -> str:
        """The paper without the table."""
        return self.cite.partition(",")[0]

    def error(self) -> str:
        """What came out, in words."""
        names = ("top-1 error", "top-5 error") if self.data == "ImageNet" else ("error",)
        return ", ".join(f"{name} {error} %" for name, error in zip(names, self.errors, strict=False)) or self.fails

    def sentence(self) -> str:
        """The whole row as one sentence."""
        size = f"{self.params} parameters, " if self.params else ""
        reported = "reported " if self.errors else ""
        remark = f" ({self.remark})" if self.remark else ""
        return f"{self.cite}, {self.called}: {size}{reported}{self.error()} on {self.data}{remark}"


REPORTS: list[Report] = []


def report(network: str, cite: str, called: str, data: str, *errors: str, **more: str) -> None:
    """Enter a row of a paper's table; see `Report`."""
    REPORTS.append(Report(network, cite, called, data, errors, **more))


def _imagenet(cite: str, remark: str, rows: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
    for (called, network), errors in rows.items():
        report(network, cite, called, "ImageNet", *errors, remark=remark)


def _he2015() -> None:
    _imagenet(f"{HE2015}, Table 2", f"{TEN_CROPS}, option A", {
        ("plain-18", "plain18"): ("27.94",),
        ("plain-34", "plain34"): ("28.54",),
        ("ResNet-18", "resnet18:shortcut=A"): ("27.88",),
        ("ResNet-34", "resnet34:shortcut=A"): ("25.03",),
    })  # fmt: skip
    _imagenet(f"{HE2015}, Table 3", TEN_CROPS, {
        ("VGG-16", "vgg16"): ("28.07", "9.33"),
        ("plain-34", "plain34"): ("28.54", "10.02"),
        ("ResNet-34 A", "resnet34:shortcut=A"): ("25.03", "7.76"),
        ("ResNet-34 B", "resnet34"): ("24.52", "7.46"),
        ("ResNet-34 C", "resnet34:shortcut=C"): ("24.19", "7.40"),
        ("ResNet-50", "resnet50-v1"): ("22.85", "6.71"),
        ("ResNet-101", "resnet101-v1"): ("21.75", "6.05"),
        ("ResNet-152", "resnet152-v1"): ("21.43", "5.71"),
    })  # fmt: skip
    _imagenet(f"{HE2015}, Table 4", SCALES, {
        ("ResNet-34 B", "resnet34"): ("21.84", "5.71"),
        ("ResNet-34 C", "resnet34:shortcut=C"): ("21.53", "5.60"),
        ("ResNet-50", "resnet50-v1"): ("20.74", "5.25"),
        ("ResNet-101", "resnet101-v1"): ("19.87", "4.60"),
        ("ResNet-152", "resnet152-v1"): ("19.38", "4.49"),
    })  # fmt: skip
    _imagenet(f"{HE2015}, released models", ONE_CROP, {
        ("VGG-16", "vgg16"): ("28.5", "9.9"),
        ("ResNet-50", "resnet50-v1"): ("24.7", "7.8"),
        ("ResNet-101", "resnet101-v1"): ("23.6", "7.1"),
        ("ResNet-152", "resnet152-v1"): ("23.0", "6.7"),
    })  # fmt: skip
    for depth, params, error in (
        (20, "0.27 M", "8.75"),
        (32, "0.46 M", "7.51"),
        (44, "0.66 M", "7.17"),
        (56, "0.85 M", "6.97"),
        (110, "1.7 M", "6.43"),
        (1202, "19.4 M", "7.93"),
    ):
        remark = "the best of 5 runs; the mean is 6.61 ± 0.16" if depth == 110 else ""
        report(f"resnet{depth}", f"{HE2015}, Table 6", f"ResNet-{depth}", "CIFAR-10", error, params=params,
               remark=remark)  # fmt: skip
    report("plain110", f"{HE2015}, section 4.2", "plain-110", "CIFAR-10",
           fails="fails, with an error over 60 % that is not displayed,")  # fmt: skip


def _he2016_shortcuts() -> None:
    for called, knobs, error, condition in (
        ("original", "", "6.61", ""),
        ("constant scaling 0 of the shortcut", ":shortcut=scaled:shortcut_scale=0", "", "a plain net"),
        ("constant scaling 0 of the shortcut", ":shortcut=none", "", "a plain net"),
        ("constant scaling 0.5 of the shortcut", ":shortcut=scaled:shortcut_scale=0.5", "", "λ = 0.5"),
        (
            "constant scaling 0.5 of both",
            ":shortcut=scaled:shortcut_scale=0.5:branch_scale=0.5",
            "12.35",
            "frozen gating",
        ),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=0", "", "b_g = 0"),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=-1", "", "b_g = −1"),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=-2", "", "b_g = −2"),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=-3", "", "b_g = −3"),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=-4", "", "b_g = −4"),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=-5", "", "b_g = −5"),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=-6", "8.70", "b_g = −6"),
        ("exclusive gating", ":shortcut=exclusive-gate:gate_bias=-7", "9.81", "b_g = −7"),
        ("shortcut-only gating", ":shortcut=shortcut-gate:gate_bias=0", "12.86", "b_g = 0"),
        ("shortcut-only gating", ":shortcut=shortcut-gate:gate_bias=-6", "6.91", "b_g = −6"),
        ("1×1 conv shortcut", ":shortcut=C", "12.22", ""),
        ("dropout shortcut", ":shortcut=dropout:shortcut_dropout=0.5", "", "rate 0.5"),
    ):
        errors, fails = ((error,), "") if error else ((), FAILS)
        remark = ", ".join(filter(None, (condition, MEDIAN if error else "")))
        report(f"resnet110{knobs}", f"{HE2016}, Table 1", f"ResNet-110, {called}", "CIFAR-10", *errors, fails=fails,
               remark=remark, varies="shortcut")  # fmt: skip


def _he2016_orders() -> None:
    for order, called, *pair in (
        ("post", "original", "6.61", "5.93"),
        ("bn-after-add", "BN after addition", "8.17", "6.50"),
        ("relu-before-add", "ReLU before addition", "7.84", "6.14"),
        ("relu-only-pre", "ReLU-only pre-activation", "6.71", "5.91"),
        ("pre", "full pre-activation", "6.37", "5.46"),
    ):
        for depth, error in zip((110, 164), pair, strict=True):
            report(f"preact-resnet{depth}:order={order}", f"{HE2016}, Table 2", f"ResNet-{depth}, {called}",
                   "CIFAR-10", error, remark=MEDIAN, varies="order")  # fmt: skip
    for order, unit, depth, ten, hundred, remark in (
        ("post", "baseline", 164, "5.93", "25.16", ""),
        ("post", "baseline", 1001, "7.61", "27.82", ""),
        ("pre", "pre-activation", 164, "5.46", "24.33", ""),
        ("pre", "pre-activation", 1001, "4.92", "22.71", "; the mean is 4.89 ± 0.14, and 4.62 with batches of 64"),
    ):
        network, called = f"preact-resnet{depth}:order={order}", f"ResNet-{depth}, {unit} unit"
        report(network, f"{HE2016}, Table 3", called, "CIFAR-10", ten, remark=MEDIAN + remark)
        report(f"{network}:classes=100", f"{HE2016}, Table 3", called, "CIFAR-100", hundred, remark=MEDIAN)
    report("resnet152-v1", f"{HE2016}, Table 5", "ResNet-152, original unit", "ImageNet", "21.3", "5.5",
           remark=LARGE_CROP)  # fmt: skip
    for stride in ("1x1", "3x3"):
        _imagenet(f"{HE2016}, Table 5", f"{LARGE_CROP}; the paper does not say which convolution strides", {
            ("ResNet-152, pre-activation unit", f"resnet152:order=pre:stride_on={stride}"): ("21.1", "5.5"),
            ("ResNet-200, original unit", f"resnet200:stride_on={stride}"): ("21.8", "6.0"),
            ("ResNet-200, pre-activation unit", f"resnet200:order=pre:stride_on={stride}"): ("20.7", "5.3"),
        })  # fmt: skip


def _wide() -> None:
    for table, remark, depth, k, params, ten, hundred in (
        (5, f"mean/std preprocessing, {MEDIAN}", 40, 4, "8.9 M", "4.53", "21.18"),
        (5, f"mean/std preprocessing, {MEDIAN}", 16, 8, "11.0 M", "4.27", "20.43"),
        (5, f"mean/std preprocessing, {MEDIAN}", 28, 10, "36.5 M", "4.00", "19.25"),
        (4, "ZCA whitening", 40, 1, "0.6 M", "6.85", "30.89"),
        (4, "ZCA whitening", 40, 2, "2.2 M", "5.33", "26.04"),
        (4, "ZCA whitening", 40, 4, "8.9 M", "4.97", "22.89"),
        (4, "ZCA whitening", 40, 8, "35.7 M", "4.66", ""),
        (4, "ZCA whitening", 28, 10, "36.5 M", "4.17", "20.50"),
        (4, "ZCA whitening", 28, 12, "52.5 M", "4.33", "20.43"),
        (4, "ZCA whitening", 22, 8, "17.2 M", "4.38", "21.22"),
        (4, "ZCA whitening", 22, 10, "26.8 M", "4.44", "20.75"),
        (4, "ZCA whitening", 16, 8, "11.0 M", "4.81", "22.07"),
        (4, "ZCA whitening", 16, 10, "17.1 M", "4.56", "21.59"),
    ):
        network = f"resnet:layout=cifar:depth={depth - 2}:block=basic:order=pre:shortcut=B:widen={k}"
        for classes, error in ((10, ten), (100, hundred)):
            if error:
                report(f"{network}:classes={classes}", f"{WRN}, Table {table}", f"WRN-{depth}-{k}", f"CIFAR-{classes}",
                       error, params=params, remark=remark)  # fmt: skip
    for called, network, params, *errors in (
        ("ResNet-50", "resnet50", "25.6 M", "24.01", "7.02"),
        ("ResNet-101", "resnet101", "44.5 M", "22.44", "6.21"),
        ("ResNet-152", "resnet152", "60.2 M", "22.16", "6.16"),
        ("WRN-50-2-bottleneck", "wide_resnet50_2", "68.9 M", "21.9", "6.03"),
        ("pre-ResNet-200", "resnet200:order=pre", "64.7 M", "21.66", "5.79"),
    ):
        report(network, f"{WRN}, Table 8", called, "ImageNet", *errors, params=params, remark=ONE_CROP)


def _resnext() -> None:
    for depth, *by_groups in (
        ("50", "23.9", "23.0", "22.6", "22.3", "22.2"),
        ("101", "22.0", "21.7", "21.4", "21.3", "21.2"),
    ):
        for (groups, width), error in zip(((1, 64), (2, 40), (4, 24), (8, 14), (32, 4)), by_groups, strict=True):
            name = "ResNet" if groups == 1 else "ResNeXt"
            report(f"resnet{depth}:groups={groups}:group_width={width}", f"{RESNEXT}, Table 3",
                   f"{name}-{depth} {groups}×{width}d", "ImageNet", error, remark=ONE_CROP)  # fmt: skip
    _imagenet(f"{RESNEXT}, Table 4", ONE_CROP, {
        ("ResNet-101 1×100d", "resnet101:group_width=100"): ("21.3", "5.7"),
        ("ResNeXt-101 2×64d", "resnet101:groups=2"): ("20.7", "5.5"),
        ("ResNeXt-101 64×4d", "resnext101_64x4d"): ("20.4", "5.3"),
    })  # fmt: skip
    _imagenet(f"{RESNEXT}, section 5.1", f"{ONE_CROP}, shortcuts removed", {
        ("ResNet-50", "resnet50:shortcut=none"): ("31.2",),
        ("ResNeXt-50 32×4d", "resnext50_32x4d:shortcut=none"): ("26.1",),
    })  # fmt: skip
    for groups, params, *errors in ((8, "34.4 M", "3.65", "17.77"), (16, "68.1 M", "3.58", "17.31")):
        for classes, error in zip((10, 100), errors, strict=True):
            report(f"resnext29_{groups}x64d:classes={classes}", f"{RESNEXT}, Table 7", f"ResNeXt-29 {groups}×64d",
                   f"CIFAR-{classes}", error, params=params,
                   remark="the 68.1 M leave BN out" if groups == 16 else "")  # fmt: skip


def _stochastic_depth() -> None:
    for called, drop, *errors in (
        ("constant depth", "0", "6.41", "27.76"),
        ("stochastic depth", "0.5", "5.25", "24.98"),
    ):
        for classes, error in zip((10, 100), errors, strict=True):
            report(f"resnet110:avg_down=true:drop_path={drop}:classes={classes}", f"{HUANG}, Table 1",
                   f"ResNet-110, {called}", f"CIFAR-{classes}", error)  # fmt: skip
    for called, drop, error in (("constant depth", "0", "6.67"), ("stochastic depth", "0.5", "4.91")):
        report(f"resnet1202:avg_down=true:drop_path={drop}", f"{HUANG}, section 4", f"ResNet-1202, {called}",
               "CIFAR-10", error)  # fmt: skip


_he2015()
_he2016_shortcuts()
_he2016_orders()
_wide()
_resnext()
_stochastic_depth()
