"""The networks of Keras: counts as model.summary() prints them, and "same" padding as TensorFlow has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from resviz.core.net import sections
from resviz.core.ops import SamePad
from resviz.nn.module import build
from resviz.views import tables
from resviz.zoo.families import named

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/keras_doc_resnet18.json").read_text(encoding="utf-8"))
APPLICATIONS = {
    "keras-resnet50": 25_636_712,
    "keras-resnet101": 44_707_176,
    "keras-resnet152": 60_419_944,
    "keras-resnet50v2": 25_613_800,
    "keras-resnet101v2": 44_675_560,
    "keras-resnet152v2": 60_380_648,
}
"""Total params in keras.io/api/applications and model.summary(), moving statistics included."""


@pytest.mark.parametrize("name", APPLICATIONS)
def test_totals_of_keras_applications(name):
    totals = tables.totals(named(name, {}).node())
    assert totals.params + totals.buffers == APPLICATIONS[name]
    assert totals.depth == int("".join(filter(str.isdigit, name.removesuffix("v2"))))
    assert totals.paths == 2**totals.units


def test_the_tutorials_resnet18_stage_by_stage():
    totals = tables.totals(named("keras-resnet18", {}).node())
    assert (totals.params, totals.buffers) == (REFERENCE["trainable"], REFERENCE["non_trainable"])
    assert totals.params + totals.buffers == REFERENCE["total"]
    assert totals.macs == REFERENCE["macs_224"]
    rows = tables.rows(named("keras-resnet18", {}).node(), "stage")
    stages = ["stem", "stage1", "stage2", "stage3", "stage4", "dense"]
    assert {n: r.params + r.buffers for n, r in zip(stages, rows)} == REFERENCE["stage_totals_incl_bn_moving"]
    assert {n: r.params for n, r in zip(stages, rows)} == REFERENCE["stage_totals_trainable_only"]
    for name, (_, shape) in REFERENCE["keras_measured"]["stages"].items():
        assert [*rows[stages.index(name)].out] == [shape[3], shape[1], shape[2]]


def test_the_tutorials_resnet18_at_96():
    assert tables.totals(named("keras-resnet18", {"input": "1,96,96"}).node()).macs == REFERENCE["macs_96"]


@pytest.mark.parametrize(
    ("kernel", "stride", "size", "sides"),
    [(3, 2, 56, (0, 1)), (7, 2, 224, (2, 3)), (3, 2, 15, (1, 1)), (1, 2, 9, (0, 0))],
)
def test_same_padding(kernel, stride, size, sides):
    """tf.nn's documentation: the output is ⌈n/s⌉ long, the odd zero stands behind (TRAPS.md, Keras padding)."""
    op = SamePad(kernel, stride)
    left, right, top, bottom = op.torch((1, size, size))[1]["padding"]
    assert (left, right) == (top, bottom) == sides
    assert (op.out((1, size, size))[1] - kernel) // stride + 1 == -(-size // stride)


def test_version_2_strides_in_the_last_unit_of_a_stage():
    """keras.applications.resnet_v2: stage 1 puts out half the size that it takes, the last stage keeps it."""
    rows = tables.rows(named("keras-resnet50v2", {}).node(), "stage")
    assert [row.out[1:] for row in rows[:-1]] == [(56, 56), (28, 28), (14, 14), (7, 7), (7, 7)]


@pytest.mark.parametrize("name", ["keras-resnet18", "keras-resnet50", "keras-resnet50v2"])
def test_sections_are_the_whole(name):
    node = named(name, {}).node()
    assert sum(tables.costs(section.node).params for section in sections(node)) == tables.totals(node).params


def test_outputs_of_a_unit_are_kerass():
    """The first unit of stage 2 worked out again by hand: zeros behind, biases, no BN on the projection."""
    spec = named("keras-resnet18", {"width": "4", "blocks": "1,1", "input": "1,32,32"})
    model = build(spec.node(), seed=0).eval()
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    unit = model.get_submodule("layer2.0")
    state = unit.state_dict()

    def norm(y: torch.Tensor, name: str) -> torch.Tensor:
        numbers = [state[f"{name}.{key}"] for key in ("running_mean", "running_var", "weight", "bias")]
        return functional.batch_norm(y, *numbers, eps=1e-3)

    out = functional.conv2d(functional.pad(x, (0, 1, 0, 1)), state["conv1.weight"], state["conv1.bias"], 2)
    out = functional.relu(norm(out, "bn1"))
    out = norm(functional.conv2d(out, state["conv2.weight"], state["conv2.bias"], padding=1), "bn2")
    way = functional.conv2d(x, state["downsample.0.weight"], state["downsample.0.bias"], 2)
    assert torch.allclose(unit(x), functional.relu(out + way), atol=1e-6)
