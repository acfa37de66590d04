"""Programs for other frameworks compute what ours computes: Keras on torch, Caffe by its schema and rules.

With the same weights the outputs are equal, and parameters and shapes are counted again.
"""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "torch"

import ast
import math
import re

import keras
import pytest
import torch
from caffe_schema import parsed, run
from google.protobuf import text_format

from resviz.core.flow import flow
from resviz.core.net import cost, leaves
from resviz.core.spec import NetSpec
from resviz.export import formats
from resviz.export.export import ExportError, Job
from resviz.export.figure import Figure
from resviz.export.keras_layers import HELPERS
from resviz.export.keras_source import weights
from resviz.export.layer_names import layer_names
from resviz.nn.weights import loaded
from resviz.views import tables
from resviz.zoo.families import PRESETS, from_text, named
from resviz.zoo.orders import ORDERS
from resviz.zoo.shortcuts import SHORTCUTS

GOOGLENET, KERAS_V2 = "googlenet:width=8:input=3,96,96", "keras-applications:version=v2:width=8:input=3,64,64"
KERAS_18 = "keras-resnet18:width=8:input=1,64,64"
SMALL = (
    *(f"resnet:layout=cifar:depth=8:shortcut={name}" for name in SHORTCUTS.names()),
    *(f"resnet:layout=cifar:depth=8:order={name}" for name in ORDERS.names()),
    "resnet:layout=cifar:depth=11:block=bottleneck:shortcut=A:drop_path=0.3:se=true",
    "resnet:blocks=1,2:width=16:groups=4:group_width=16:stem=deep:avg_down=true:input=3,33,47:zero_gamma=true",
    "plain:layout=cifar:depth=8", f"{GOOGLENET}:aux=true", f"{GOOGLENET}:form=paper", f"{GOOGLENET}:form=d2l",
    "alexnet-d2l:hidden=64", "vgg:depth=11:width=8", "vgg:depth=11:width=2:input=3,224,448",
    "vgg:depth=11:width=8:input=3,96,64", "lenet", "nin-cifar",
    "highway", "highway19", "keras-applications:width=8:input=3,64,64", KERAS_V2, KERAS_18,
)  # fmt: skip
NOT_IN_CAFFE = {
    KERAS_V2: "no layer for 'pad 1'",
    KERAS_18: "no layer for 'same pad'",
    f"{GOOGLENET}:aux=true": "no pooling of 6×6 into 4×4 bins",
    "vgg:depth=11:width=8:input=3,96,64": "no pooling of 3×2 into 7×7 bins",
}


def settled(spec: NetSpec) -> torch.nn.Module:
    """The network with fresh weights and the statistics of a batch in its BN, so that its outputs are of order one."""
    model = loaded(spec, None, 0)
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for module in norms:
        module.momentum = None
    model.train()
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(1)
        model(torch.randn(4, *spec.input_shape()))
    return model.eval()


def images(spec: NetSpec) -> torch.Tensor:
    return torch.randn(2, *spec.input_shape(), generator=torch.Generator().manual_seed(2))


def far(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """The largest difference; of outputs above one, in parts of the largest."""
    return float((ours - theirs).abs().max() / ours.abs().max().clamp(min=1.0))


def own(state: dict[str, torch.Tensor], path: str) -> dict[str, torch.Tensor]:
    """The tensors of one operation."""
    return {key.rpartition(".")[2]: value for key, value in state.items() if key.rpartition(".")[0] == path}


def built(text: str) -> keras.Model:
    """The model of a file of Keras source, run as a module."""
    module = {"__name__": "exported"}
    exec(compile(text, "model.keras.py", "exec"), module)
    return module["model"]()


def put(net: keras.Model, spec: NetSpec, state: dict[str, torch.Tensor]) -> None:
    """Give a Keras model the weights of ours, layer by layer, by their names."""
    for name, path in weights(spec.node()).items():
        found = {key: value.numpy() for key, value in own(state, path).items()}
        if "running_mean" in found:
            values = [found[key] for key in ("weight", "bias", "running_mean", "running_var")]
        else:
            turned = found["weight"].transpose(2, 3, 1, 0) if found["weight"].ndim == 4 else found["weight"].T
            values = [turned, *([found["bias"]] if "bias" in found else [])]
        net.get_layer(name).set_weights(values)


@pytest.mark.parametrize("network", SMALL)
def test_keras_computes_what_ours_computes(network: str) -> None:
    spec = from_text(network)
    model, x = settled(spec), images(spec)
    net = built(formats.found()["keras"].write(Job((spec,))).decode())
    put(net, spec, model.state_dict())
    with torch.no_grad():
        ours = model(x)
        theirs = net(x.permute(0, 2, 3, 1) if x.dim() == 4 else x, training=False)
    theirs = theirs[0] if isinstance(theirs, list) else theirs
    assert far(ours, theirs.cpu()) <= 1e-4
    trainable = sum(math.prod(weight.shape) for weight in net.trainable_weights)
    whole = tables.totals(spec.node())
    assert (trainable, net.count_params()) == (whole.params, whole.params + whole.buffers)


@pytest.mark.parametrize("name", ["resnet50", "resnet18", "keras-resnet50v2"])
def test_keras_has_the_published_number_of_parameters(name: str) -> None:
    """As keras.applications prints it with the running statistics; torchvision's without."""
    spec = named(name, {})
    net = built(formats.found()["keras"].write(Job((spec,))).decode())
    known = {"resnet50": 25_557_032 + 53_120, "resnet18": 11_689_512 + 9_600, "keras-resnet50v2": 25_613_800}
    assert net.count_params() == known[name]
    if name == "resnet50":
        layers = {layer.name for layer in net.layers}
        assert {
            "conv1",
            "bn_conv1",
            "res2a_branch1",
            "bn2a_branch2c",
            "res5c_branch2b",
            "res5c_relu",
            "fc1000",
        } <= layers


KERAS_FUNCTIONS = {
    "resnet50": ["bottleneck_projection", "bottleneck"],
    "resnet1202": ["basic_block", "basic_block_padded"],
    "resnet34:shortcut=C": ["basic_block_projection"],
    "preact-resnet164": ["bottleneck_projection", "bottleneck"],
    "googlenet": ["inception"],
    "vgg16": [],
}
"""The functions of units: few, of all widths and strides, under the field's names."""


@pytest.mark.parametrize("network", KERAS_FUNCTIONS)
def test_keras_units_are_functions_of_their_widths(network: str) -> None:
    text = formats.found()["keras"].write(Job((from_text(network),))).decode()
    names = [part.name for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)]
    assert [name for name in names if name not in (*HELPERS, "model")] == KERAS_FUNCTIONS[network]


def test_keras_is_written_as_a_person_writes_it() -> None:
    text = formats.found()["keras"].write(Job((from_text("resnet50"),))).decode()
    assert '    x = bottleneck_projection(x, "3a", 128, 512, strides=2)\n    for block in (' in text
    assert "        x = bottleneck(x, block, 128, 512)\n" in text
    assert len(text.splitlines()) < 120


@pytest.mark.parametrize(
    "network", [*PRESETS.names(), "resnet:drop_path=0.3", "resnet:layout=cifar:shortcut=shortcut-gate"]
)
def test_keras_source_is_short_and_no_line_is_long(network: str) -> None:
    text = formats.found()["keras"].write(Job((from_text(network),))).decode()
    ast.parse(text)
    assert not set(text) & set("\x02\x03\x1f")
    assert len(text.splitlines()) < 330
    assert max(map(len, text.splitlines())) <= 120


# ---- Caffe


@pytest.mark.parametrize("network", SMALL)
def test_caffe_computes_what_ours_computes(network: str) -> None:
    spec = from_text(network)
    job = Job((spec,))
    if network in NOT_IN_CAFFE:
        with pytest.raises(ExportError, match=f"^Caffe has (?:{NOT_IN_CAFFE[network]})"):
            formats.found()["caffe"].write(job)
        return
    net = parsed(formats.found()["caffe"].write(job).decode())
    model, x = settled(spec), images(spec)
    state, names = model.state_dict(), layer_names(spec.node())
    given: dict[str, dict[str, torch.Tensor]] = {}
    for path, name in names.items():
        found = own(state, path)
        if "running_mean" in found:
            given[name] = {"mean": found["running_mean"], "variance": found["running_var"]}
            scale = f"scale{name.removeprefix('bn')}" if name.startswith("bn") else f"{name}_scale"
            given[scale] = found
        elif found:
            given[name] = found
    with torch.no_grad():
        blobs, ours = run(net, x, given), model(x)
    last = names[flow(spec.node()).outputs[0]]
    assert far(ours, blobs[last]) <= 1e-4
    used = {layer.name for layer in net.layer}
    assert given.keys() <= used
    assert sum(found.numel() for key in given for name, found in given[key].items() if name in ("weight", "bias")) == (
        tables.totals(spec.node()).params
    )


@pytest.mark.parametrize(
    "network", ["resnet50", "resnet152", "resnet18", "googlenet", "vgg16", "seresnet50", "alexnet"]
)
def test_caffes_shapes_are_ours(network: str) -> None:
    """Recomputed by Caffe's rules for every operation, without any number."""
    spec = from_text(network)
    node = spec.node()
    net = parsed(formats.found()["caffe"].write(Job((spec,))).decode())
    blobs = run(net, torch.empty(1, *spec.input_shape(), device="meta"))
    names = layer_names(node)
    for path, at in leaves(node):
        if names[path] in blobs:
            assert tuple(blobs[names[path]].shape[1:]) == at.out or at.out == (blobs[names[path]][0].numel(),)
    assert sum(names[path] in blobs for path, _ in leaves(node)) == len(names)


def test_caffe_has_the_published_names() -> None:
    text = formats.found()["caffe"].write(Job((from_text("resnet101"),))).decode()
    names = re.findall(r'^  name: "([^"]+)"', text, re.M)
    assert len(names) == len(set(names))
    published = {"conv1", "bn_conv1", "scale_conv1", "pool1", "res2a_branch1", "bn2a_branch2a", "scale2a_branch2a",
                 "res3b3", "res4b22_branch2c", "res4b22_relu", "res5c", "pool5", "fc1000"}  # fmt: skip
    assert published <= set(names)


def test_the_schema_refuses_what_caffe_does_not_know() -> None:
    with pytest.raises(text_format.ParseError):
        parsed('layer { name: "a" type: "Pooling" pooling_param { window: 3 } }')
    with pytest.raises(text_format.ParseError):
        parsed('layer { name: "a" pooling_param { pool: LARGEST } }')


# ---- names


@pytest.mark.parametrize("name", PRESETS.names())
def test_no_two_layers_have_one_name(name: str) -> None:
    node = named(name, {}).node()
    names = layer_names(node)
    assert set(names) == {path for path, _ in leaves(node)}
    assert len(set(names.values())) == len(names)
    assert all(re.fullmatch(r"\w+", text) for text in names.values())
    weighted = {path for path, at in leaves(node) if cost(at.op, at.ins).params}
    assert set(weights(node).values()) == weighted


def test_a_program_holds_one_network() -> None:
    two = Job((from_text("resnet18"), from_text("resnet34")), Figure())
    for format in ("keras", "caffe", "pytorch"):
        with pytest.raises(ExportError, match="holds one network, and there are 2"):
            formats.found()[format].write(two)
