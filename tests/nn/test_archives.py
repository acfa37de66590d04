"""torch.export's archives written from the term are what torch's own tracing and saving would have written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from every_operation import SMALL, settled
from torch import fx
from torch.export import ExportedProgram

from resviz.core.net import leaves
from resviz.core.spec import NetSpec
from resviz.nn import archive
from resviz.nn.export_schema import SCHEMA
from resviz.zoo.families import from_text

DIFFERENT = ("googlenet:width=8:input=3,96,96:aux=true", "googlenet:width=8:input=3,96,96:form=paper")
"""Tracing keeps auxiliary heads of which nothing comes out, and local normalisation asks how many images there are."""
SLICE = torch.ops.aten.slice.Tensor


def modules(program: ExportedProgram) -> list[str]:
    return [entry.fqn for entry in program.module_call_graph]


class Checking(fx.Interpreter):
    """Runs a graph and compares what it says of each tensor with the tensor."""

    checked = 0

    def run_node(self, n: fx.Node) -> Any:
        found, said = super().run_node(n), n.meta.get("val")
        if isinstance(found, torch.Tensor) and said is not None:
            sizes = [len(found) if isinstance(size, torch.SymInt) else size for size in said.shape]
            assert sizes == list(found.shape), n
            longer = [i for i, size in enumerate(sizes) if size > 1]
            assert [int(said.stride(i)) for i in longer] == [found.stride(i) for i in longer], n
            assert said.dtype == found.dtype, n
            self.checked += 1
        return found


@dataclass(frozen=True)
class Written:
    """A network, its module, and the program that was saved and loaded."""

    network: str
    spec: NetSpec
    model: torch.nn.Module
    program: ExportedProgram


@pytest.fixture(scope="module", params=SMALL)
def ours(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    spec = from_text(request.param)
    model, file = settled(spec), tmp_path_factory.mktemp("ours") / "ours.pt2"
    archive.write(model, spec.node(), file, "line")
    return Written(request.param, spec, model, torch.export.load(file))


def calls(program: ExportedProgram) -> list[tuple[str, list[object]]]:
    """Every call with all its arguments, tensors by their place in the order; slices that take everything left out."""
    places: dict[fx.Node, object] = {}
    found: list[tuple[str, list[object]]] = []
    for node in program.graph.nodes:
        if node.op == "placeholder":
            places[node] = node.name
        if node.op != "call_function":
            continue
        takes = [*fx.node.map_arg(node.args, lambda n: ("result", places[n]))]
        takes += [argument.default_value for argument in node.target._schema.arguments[len(takes) :]]
        if node.target == SLICE and takes[4] == 1:
            places[node] = places[node.args[0]]
        else:
            places[node] = len(found)
            found.append((str(node.target), takes))
    return found


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_program_is_the_one_that_tracing_finds(ours: Written) -> None:
    """The same calls on the same weights, and the same signature; the numbers equal the module's bit for bit."""
    torchs = archive.traced(ours.model, ours.spec.node())
    if ours.network not in DIFFERENT:
        assert calls(ours.program) == calls(torchs)
        assert modules(ours.program) == modules(torchs)
    assert ours.program.graph_signature.input_specs == torchs.graph_signature.input_specs
    assert str(ours.program.call_spec) == str(torchs.call_spec)
    assert ours.program.state_dict.keys() == ours.model.state_dict().keys()
    x = torch.randn(3, *ours.spec.input_shape(), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = ours.model(x)
        assert torch.equal(ours.program.module()(x), expected)
        assert torch.equal(torch.export.unflatten(ours.program)(x), expected)


def test_the_program_says_of_every_tensor_what_it_is(ours: Written) -> None:
    state = {**ours.program.state_dict, **ours.program.constants}
    weights = [state[s.target] for s in ours.program.graph_signature.input_specs if s.target is not None]
    learnt = {name: tensor.requires_grad for name, tensor in ours.model.state_dict(keep_vars=True).items()}
    assert {name: tensor.requires_grad for name, tensor in state.items()} == learnt
    checking = Checking(ours.program.graph_module)
    with torch.no_grad():
        checking.run(*weights, torch.randn(3, *ours.spec.input_shape()))
    assert checking.checked >= len(weights) + len(list(leaves(ours.spec.node()))) // 2


def test_every_tensor_is_named_by_its_path(tmp_path: Path) -> None:
    spec = from_text("resnet8")
    archive.write(settled(spec), spec.node(), tmp_path / "ours.pt2", "line")
    names = {node.name for node in torch.export.load(tmp_path / "ours.pt2").graph.nodes}
    assert {"layer1_0_conv1", "layer2_0_downsample_0", "layer3_0_add", "fc"} <= names


def test_a_torch_of_another_schema_writes_it_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = from_text("resnet8")
    monkeypatch.setattr(archive.schema, "SCHEMA_VERSION", (SCHEMA[0], SCHEMA[1] + 1))
    archive.write(settled(spec), spec.node(), tmp_path / "torchs.pt2", "line")
    names = {node.name for node in torch.export.load(tmp_path / "torchs.pt2").graph.nodes}
    assert "conv2d_1" in names
