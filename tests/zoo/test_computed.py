"""Every number of tests/reference/computed.json, which was counted without resviz, comes out to the last digit."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest

from resviz.core.net import Node, leaves
from resviz.core.ops import BatchNorm, Conv, Linear
from resviz.core.spec import NetSpec
from resviz.views import paths, receptive, tables
from resviz.zoo.families import named

COMPUTED = json.loads((Path(__file__).parents[1] / "reference" / "computed.json").read_text())["configs"]

SPECS = {
    "cifar_plain20": ("plain20", {}),
    "cifar_preresnet164_bottleneck": ("preact-resnet164", {}),
    "cifar_resnet110_A": ("resnet110", {}),
    "cifar_resnet20_A": ("resnet20", {}),
    "cifar_resnet20_B": ("resnet20", {"shortcut": "B"}),
    "cifar_resnet56_A": ("resnet56", {}),
    "doc_keras_resnet18_224": (
        "resnet18",
        {"conv_bias": "true", "shortcut_bn": "false", "input": "1,224,224", "classes": "10"},
    ),
    "imagenet_plain34": ("plain34", {}),
    "imagenet_resnet101_B": ("resnet101", {}),
    "imagenet_resnet152_B": ("resnet152", {}),
    "imagenet_resnet18_B": ("resnet18", {}),
    "imagenet_resnet34_A": ("resnet34", {"shortcut": "A"}),
    "imagenet_resnet34_B": ("resnet34", {}),
    "imagenet_resnet50_B": ("resnet50", {}),
    "odd_resnet18_160x224": ("resnet18", {"input": "3,160,224"}),
}
KINDS = {
    "conv": "Conv",
    "bn": "BatchNorm",
    "relu": "ReLU",
    "add": "Add",
    "maxpool": "MaxPool",
    "padA": "ZeroPad",
    "gap": "GlobalAvgPool",
    "linear": "Linear",
}

Case = tuple[NetSpec, Node, dict]


@pytest.fixture(scope="module", params=sorted(COMPUTED))
def case(request) -> Case:
    preset, knobs = SPECS[request.param]
    spec = named(preset, knobs)
    return spec, spec.node(), COMPUTED[request.param]


def test_every_configuration_is_here():
    assert SPECS.keys() == COMPUTED.keys()
    assert len(COMPUTED) == 15


def test_the_spec_is_the_configuration(case: Case):
    spec, _, expected = case
    config = expected["config"]
    assert list(spec.input) == config["input"]
    assert list(spec.stages()) == [units for _, units, _ in config["stages"]]
    assert [spec.width * 2**i for i in range(len(spec.stages()))] == [width for width, _, _ in config["stages"]]
    assert (spec.block, spec.shortcut, spec.stem) == (config["block"], config["shortcut"], config["stem"])
    assert (spec.classes, spec.conv_bias) == (config["num_classes"], config["conv_bias"])


def test_totals(case: Case):
    _, node, expected = case
    totals = tables.totals(node)
    assert totals.params == expected["params"]
    assert totals.buffers == expected["bn_running_buffers"]
    assert totals.macs == expected["macs"]
    assert totals.activations == expected["act_all_ops"]
    assert totals.depth == expected["weighted_layers_excl_shortcut"]
    assert totals.units == expected["n_blocks"]
    assert totals.params_shortcut == expected["params_shortcut"]
    assert totals.receptive_field == expected["receptive_field"][list(expected["receptive_field"])[-1]]["rf"]


def test_by_kind_of_layer(case: Case):
    _, node, expected = case
    rows = tables.rows(node)
    params, activations, macs = Counter(), Counter(), Counter()
    for row in rows:
        params[row.op] += row.params
        activations[row.op] += row.activations
        macs[row.op] += row.macs
    assert (params["Conv"], params["Linear"], params["BatchNorm"]) == (
        expected["params_conv"],
        expected["params_linear"],
        expected["params_bn"],
    )
    assert (macs["Conv"], macs["Linear"]) == (expected["macs_conv"], expected["macs_fc"])
    assert {kind: n for kind, n in activations.items() if n} == {KINDS[k]: n for k, n in expected["act_elems"].items()}
    assert activations["Conv"] + activations["Linear"] == expected["act_conv_linear"]
    assert sum(activations.values()) == expected["act_all_ops"]


def test_convolutions_and_what_a_state_dict_holds(case: Case):
    _, node, expected = case
    ops = [(path, at) for path, at in leaves(node)]
    convs = [path for path, at in ops if isinstance(at.op, Conv)]
    norms = [at for _, at in ops if isinstance(at.op, BatchNorm)]
    totals = tables.totals(node)
    assert len(convs) == expected["n_conv"]
    assert sum("downsample" in path for path in convs) == expected["n_conv_shortcut"]
    assert len(norms) == expected["num_batches_tracked_scalars"]
    assert totals.params + totals.buffers + len(norms) == expected["state_dict_numel"]
    assert sum(isinstance(at.op, Linear) for _, at in ops) == 1


def test_macs_of_the_shortcuts(case: Case):
    _, node, expected = case
    rows = [row for row in tables.rows(node) if "downsample" in row.path]
    assert sum(row.macs for row in rows) == expected["macs_shortcut"]
    assert sum(row.params for row in rows) == expected["params_shortcut"]


def test_every_stage(case: Case):
    """The reference splits our head in "final" (the last BN and ReLU of pre-activation) and "end"."""
    _, node, expected = case
    *stages, final, end = expected["stages"]
    *ours, head = tables.rows(node, "stage")
    for row, stage in zip(ours, stages, strict=True):
        assert row.path == stage["stage"]
        assert list(row.out) == stage["out"]
        assert (row.params, row.buffers, row.macs, row.activations) == (
            stage["params"],
            stage["buffers"],
            stage["macs"],
            stage["act_all_ops"],
        )
    assert list(head.out) == end["out"]
    for ours_has, theirs in (
        ("params", "params"),
        ("buffers", "buffers"),
        ("macs", "macs"),
        ("activations", "act_all_ops"),
    ):
        assert getattr(head, ours_has) == final[theirs] + end[theirs]


def test_receptive_fields(case: Case):
    _, node, expected = case
    fields = dict(expected["receptive_field"])
    conv1 = fields.pop("conv1")
    parts = [at for _, at in node.parts if at.role in ("stem", "stage")]
    seen = receptive.Field()
    for row, part, (name, field) in zip(tables.rows(node, "stage"), parts, fields.items(), strict=False):
        seen = seen.then(receptive.field(part))
        assert (row.path, seen.size, seen.jump) == (name, field["rf"], field["jump"])
        assert row.receptive_field == field["rf"]
    first = next(row for row in tables.rows(node) if row.path == "conv1")
    assert first.receptive_field == conv1["rf"]
    assert list(first.out) == expected["conv1_out"]


def test_paths_double_with_every_unit(case: Case):
    """2^n paths through n residual units, one through a plain net (Veit et al. 2016, section 3.1)."""
    spec, node, expected = case
    assert paths.path_count(node) == (1 if spec.shortcut == "none" else 2 ** expected["n_blocks"])
    assert sum(paths.path_lengths(node)) == paths.path_count(node)
    if spec.shortcut != "none":
        n = expected["n_blocks"]
        assert paths.path_lengths(node)[: n + 1] == [math.comb(n, k) for k in range(n + 1)]
