"""What only torch can write runs elsewhere with the same numbers: ONNX in its runtime, torch.export, safetensors."""

from __future__ import annotations

import io
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from every_operation import SMALL, settled
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from resviz.core.flow import flow
from resviz.core.net import leaves
from resviz.export import carried, formats, reading
from resviz.export.export import Job
from resviz.export.figure import Figure
from resviz.nn import onnx_graph, programs
from resviz.nn.client import TorchError
from resviz.nn.module import build
from resviz.views import tables
from resviz.zoo.families import from_text


def run(model: bytes, images: torch.Tensor) -> list[np.ndarray]:
    """What onnxruntime puts out."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"input": images.numpy()})


def far(ours: torch.Tensor, theirs: np.ndarray) -> float:
    """The largest difference; of outputs above one, in parts of the largest."""
    return float((ours - torch.from_numpy(theirs)).abs().max() / ours.abs().max().clamp(min=1.0))


@pytest.mark.parametrize("network", SMALL)
def test_onnx_computes_what_ours_computes(network: str) -> None:
    """Within 1e-4, on batches of one and of three; its nodes are named by their paths."""
    spec = from_text(network)
    node, model = spec.node(), settled(spec)
    made = onnx_graph.proto(model, node, spec.title(), "line")
    for images in (1, 3):
        x = torch.randn(images, *spec.input_shape(), generator=torch.Generator().manual_seed(images))
        found = run(made.SerializeToString(), x)
        with torch.no_grad():
            assert far(model(x), found[0]) <= 1e-4
        assert len(found) == len(flow(node).outputs)
    names = {n.name for n in made.graph.node}
    assert {path for path, _ in leaves(node)} <= names | {"aside"} | {p for p, at in leaves(node) if "aside" in p}
    learnt = {name for name, _ in model.named_parameters()}
    sizes = {number.name: math.prod(number.dims) for number in made.graph.initializer}
    assert learnt <= sizes.keys()
    assert sum(sizes[name] for name in learnt) == tables.totals(node).params


def test_onnx_of_resnet50_is_within_one_in_ten_thousand(tmp_path: Path) -> None:
    """Written by the helper process, opened by ONNX's checker and runtime; the shapes are inferred as ours are."""
    spec = from_text("resnet50")
    data = formats.found()["onnx"].write(Job((spec,)))
    made = onnx.load_from_string(data)
    onnx.checker.check_model(made, full_check=True)
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert far(build(spec.node(), 0).eval()(x), run(data, x)[0]) <= 1e-4
    inferred = {
        value.name: tuple(d.dim_value for d in value.type.tensor_type.shape.dim)[1:]
        for value in onnx.shape_inference.infer_shapes(made).graph.value_info
    }
    outs = {path: at.out for path, at in leaves(spec.node())}
    assert {path: shape for path, shape in inferred.items() if path in outs} == {
        path: outs[path] for path in inferred if path in outs
    }
    assert carried.found(data) == carried.Carried((spec,), Figure())


def test_onnx_larger_than_a_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(onnx_graph, "LARGEST", 1000)
    spec = from_text("resnet8")
    with pytest.raises(ValueError, match=r"^ResNet-8 has 0\.0 GiB of weights, and an ONNX file holds at most 2$"):
        programs.write("onnx", spec, tmp_path / "x", "line", None, 0)


def test_archives_run_without_our_code(tmp_path: Path) -> None:
    """In a process that has never imported resviz, on another number of images."""
    specs = [from_text(network) for network in ("resnet8", "highway")]
    inputs = [torch.randn(5, *spec.input_shape(), generator=torch.Generator().manual_seed(0)) for spec in specs]
    for i, spec in enumerate(specs):
        data = formats.found()["torch"].write(Job((spec,), seed=3))
        assert carried.found(data).specs == (spec,)
        (tmp_path / f"network{i}.pt2").write_bytes(data)
    torch.save(inputs, tmp_path / "x.pt")
    program = (
        "import sys, torch\n"
        "xs = torch.load('x.pt', weights_only=True)\n"
        "ys = [torch.export.load(f'network{i}.pt2').module()(x).detach() for i, x in enumerate(xs)]\n"
        "assert not [name for name in sys.modules if name.startswith('resviz')]\n"
        "torch.save(ys, 'y.pt')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, timeout=120)
    outputs = torch.load(tmp_path / "y.pt", weights_only=True)
    with torch.no_grad():
        for spec, x, theirs in zip(specs, inputs, outputs):
            assert torch.allclose(build(spec.node(), 3).eval()(x), theirs, atol=1e-5)


def test_safetensors_are_the_seeds_weights_and_say_whose(tmp_path: Path) -> None:
    spec = from_text("resnet20")
    file = tmp_path / "w.safetensors"
    file.write_bytes(formats.found()["safetensors"].write(Job((spec,), seed=5)))
    own = build(spec.node(), 5).state_dict()
    found = load_file(file)
    assert found.keys() == own.keys()
    assert all(torch.equal(found[name], own[name]) for name in own)
    with safe_open(file, "pt") as opened:
        assert opened.metadata()["format"] == "pt"
    assert carried.found(file.read_bytes()) == carried.Carried((spec,), Figure())


def test_weights_of_a_file_go_into_every_program(tmp_path: Path) -> None:
    spec = from_text("resnet8")
    model = settled(spec)
    file = tmp_path / "trained.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, file)
    x = torch.randn(2, *spec.input_shape())
    with torch.no_grad():
        ours = model(x)
    assert far(ours, run(formats.found()["onnx"].write(Job((spec,), weights=file)), x)[0]) <= 1e-4
    archive = io.BytesIO(formats.found()["torch"].write(Job((spec,), weights=file)))
    assert torch.allclose(torch.export.load(archive).module()(x), ours, atol=1e-5)


def test_weights_of_another_network_are_refused_in_one_sentence(tmp_path: Path) -> None:
    spec = from_text("resnet8")
    own = build(spec.node(), 0).state_dict()
    file = tmp_path / "w.safetensors"
    cases = [
        ({**own, "more.weight": torch.zeros(1)}, "it holds more.weight too"),
        ({k: v for k, v in own.items() if k != "conv1.weight"}, "it lacks conv1.weight"),
        ({**own, "fc.bias": torch.zeros(11)}, r"its fc\.bias is \(11,\), and ResNet-8's is \(10,\)"),
    ]
    for tensors, words in cases:
        save_file(tensors, file)
        with pytest.raises(TorchError, match=f"^w.safetensors does not hold the weights of ResNet-8: {words}"):
            formats.found()["onnx"].write(Job((spec,), weights=file))
    file.write_bytes(b"no tensors")
    with pytest.raises(TorchError, match=r"^w\.safetensors is no safetensors file"):
        formats.found()["onnx"].write(Job((spec,), weights=file))
    with pytest.raises(TorchError, match=r"nowhere\.safetensors: No such file or directory"):
        formats.found()["onnx"].write(Job((spec,), weights=tmp_path / "nowhere.safetensors"))


def test_what_torch_does_not_write_is_said() -> None:
    with pytest.raises(ValueError, match=r"^torch writes no 'caffe': there are safetensors, torch, onnx$"):
        programs.write("caffe", from_text("resnet8"), Path("x"), "line", None, 0)


@pytest.mark.parametrize("format", ["onnx", "torch", "safetensors"])
def test_a_large_program_opens_without_being_read_whole(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = from_text("resnet20")
    file = tmp_path / "program"
    file.write_bytes(formats.found()[format].write(Job((spec,))))
    monkeypatch.setattr(reading, "LARGEST", 1000)
    assert reading.opened(file).specs == (spec,)
