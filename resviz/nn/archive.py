"""The network as an archive of torch.export (.pt2): a program that needs no Python code of its own.

Written here in the layout and schema of torch 2.13, which took 4 s for ResNet-152; with a torch of another schema,
torch's own tracing and saving write it.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn
from torch._export.serde import schema
from torch.export import Dim, ExportedProgram

from resviz.core.net import Node
from resviz.nn import export_graph
from resviz.nn.export_schema import SAMPLE, SCHEMA, SYMBOL, Json, weight

FOLDER = "network"
CARRIED = "resviz.json"


def write(model: nn.Module, node: Node, file: Path, line: str) -> None:
    """Write the module in evaluation, for any number of images, with the line as an extra file."""
    if schema.SCHEMA_VERSION == SCHEMA:
        _write(model, node, file, line)
    else:
        torch.export.save(traced(model, node), file, extra_files={CARRIED: line})


def traced(model: nn.Module, node: Node) -> ExportedProgram:
    """The program by torch itself, which runs the module to see what it does."""
    return torch.export.export(model, (_sample(node),), dynamic_shapes={"x": {0: Dim(SYMBOL)}})


def _sample(node: Node) -> Tensor:
    return torch.zeros(SAMPLE, *node.ins[0])


def _write(model: nn.Module, node: Node, file: Path, line: str) -> None:
    state: dict[str, Tensor] = model.state_dict(keep_vars=True)
    texts = {
        "archive_format": "pt2",
        "archive_version": "0",
        ".data/version": "6\n",
        "byteorder": sys.byteorder,
        "models/model.json": json.dumps(export_graph.program(model, node)),
        "data/constants/model_constants_config.json": json.dumps({"config": {}}),
        "data/weights/model_weights_config.json": json.dumps({"config": _contents(state)}),
        f"extra/{CARRIED}": line,
    }
    sample = io.BytesIO()
    torch.save(((_sample(node),), {}), sample)
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{FOLDER}/{name}", text)
        archive.writestr(f"{FOLDER}/data/sample_inputs/model.pt", sample.getvalue())
        for place, tensor in zip(_places(state), state.values()):
            archive.writestr(f"{FOLDER}/data/weights/{place}", tensor.detach().numpy().tobytes())


def _places(state: dict[str, Tensor]) -> list[str]:
    return [f"weight_{i}" for i in range(len(state))]


def _contents(state: dict[str, Tensor]) -> Json:
    """Which file holds which weight, and what it is."""
    return {
        name: {
            "path_name": place,
            "is_param": isinstance(tensor, nn.Parameter),
            "use_pickle": False,
            "tensor_meta": weight(tensor),
        }
        for place, (name, tensor) in zip(_places(state), state.items())
    }
