"""A network as one Python file that needs torch alone and reads as a person would have written it.

Its parameters have the same names in the same order as those of `resviz.nn.module.build`, are drawn in the same
way, and with the same weights it puts out the same numbers to the last bit.
"""

from __future__ import annotations

import ast
import json
import textwrap
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from resviz.core.net import Node, cost, leaves
from resviz.core.ops import Conv, Linear
from resviz.core.spec import NetSpec
from resviz.export.carried import IN_SOURCE
from resviz.export.source_classes import generalise, groups
from resviz.export.source_code import WIDTH, Writer, plain
from resviz.export.source_names import class_names, network_name
from resviz.export.source_numbers import numbers_of
from resviz.export.source_terms import JOINS, literal, skeletons
from resviz.zoo.families import FAMILIES, to_json

LAYERS = Path(__file__).parents[1] / "nn" / "layers.py"
GIVEN = ("OrderedDict", "Tensor", "functional", "json", "model", "nn", "scaled", "torch")

INITIALISE = (
    "for module in self.modules():  # He et al. 2015b, fan-out",
    "    if isinstance(module, nn.Conv2d):",
    '        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")',
)
INITIALISE_BIAS = (
    "        if module.bias is not None:",
    "            nn.init.zeros_(module.bias)",
)
SCALED = '''\
def scaled(norm: nn.BatchNorm2d, gamma: float) -> nn.BatchNorm2d:
    """The batch normalisation with its scale starting from `gamma` (Goyal et al. 2017, section 5.1)."""
    nn.init.constant_(norm.weight, gamma)
    return norm'''


def source(spec: NetSpec) -> str:
    """The file for `spec`, as text; raises SpecError if the network does not take its input."""
    root = spec.node()
    own = own_layers()
    skeleton, numbers = skeletons(), numbers_of(root)
    found = groups(root, skeleton)
    names = class_names(spec, found, (*GIVEN, *own))
    network = network_name(spec, (*GIVEN, *own, *(name.name for name in names.values())))
    classes = {key: generalise(group.nodes, numbers) for key, group in found.items()}
    writer = Writer(skeleton, classes, names, numbers, tuple(own))
    parts = [writer.class_(names[key].name, names[key].sentence, cls) for key, cls in classes.items()]
    cite = FAMILIES[str(to_json(spec)["family"])].cite
    sentence = f"{spec.title()} ({cite})."
    parts.append(
        writer.class_(network, sentence, generalise([root], numbers), (*_initialise(root), *_open_gates(root)))
    )
    layers = [text for name, text in own.items() if name in writer.used]
    helpers = [SCALED] if any("scaled(" in part for part in parts) else []
    body = [*helpers, *layers, *parts, _model(network), _main(root)]
    return f"{_head(spec, root)}\n\n{_imports(body)}\n\n\n" + "\n\n\n".join(body) + "\n"


@lru_cache(maxsize=1)
def own_layers() -> dict[str, str]:
    """The source of each layer that torch lacks, by name; `resviz/nn/layers.py` is read, not imported."""
    text = LAYERS.read_text(encoding="utf-8")
    operators = {op.__name__ for op in JOINS}
    found = [at for at in ast.parse(text).body if isinstance(at, ast.ClassDef) and at.name not in operators]
    return {at.name: ast.get_source_segment(text, at) or "" for at in found}


def _head(spec: NetSpec, root: Node) -> str:
    """The file's docstring: what it is, and the spec as JSON."""
    parameters = sum(cost(at.op, at.ins).params for _, at in leaves(root))
    size = "×".join(map(str, spec.input_shape()))
    first = textwrap.wrap(f'"""{plain(spec.title())} in PyTorch: {parameters:,} parameters, input {size}.', WIDTH)
    return "\n".join([*first, "", IN_SOURCE, "", *json_lines(to_json(spec)), '"""'])


def json_lines(knobs: Mapping[str, object]) -> list[str]:
    """The object as JSON in lines that break between two knobs, ASCII and with backslashes doubled for a docstring."""
    pairs = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}".replace(" ", "\0") for name, value in knobs.items())
    lines = textwrap.wrap(f"{{{pairs}}}", WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ").replace("\\", "\\\\") for line in lines]


def _imports(body: Iterable[str]) -> str:
    """The imports that the classes need, in ruff's order."""
    names = {at.id for part in body for at in ast.walk(ast.parse(part)) if isinstance(at, ast.Name)}
    lines = ["from __future__ import annotations", ""]
    if "OrderedDict" in names:
        lines += ["from collections import OrderedDict", ""]
    lines += ["import torch", "from torch import Tensor, nn"]
    return "\n".join([*lines, "from torch.nn import functional"] if "functional" in names else lines)


def _initialise(root: Node) -> tuple[str, ...]:
    convs = [at.op for _, at in leaves(root) if isinstance(at.op, Conv)]
    if not convs:
        return ()
    return (*INITIALISE, *INITIALISE_BIAS) if any(conv.bias for conv in convs) else INITIALISE


def _open_gates(root: Node) -> tuple[str, ...]:
    """The statements that give the biases of gates what they start from."""
    starts: dict[float, list[str]] = {}
    for path, at in leaves(root):
        if isinstance(at.op, (Conv, Linear)) and at.op.bias_start is not None:
            starts.setdefault(at.op.bias_start, []).append(f"{path}.bias")
    lines = []
    for start, names in starts.items():
        ends = {".".join(name.split(".")[-3:]) for name in names}
        lines += [
            "for name, parameter in self.named_parameters():",
            f"    if name.endswith({_one_or_all(sorted(ends))}):",
            f"        nn.init.constant_(parameter, {start!r})",
        ]
    return tuple(lines)


def _one_or_all(ends: list[str]) -> str:
    return literal(ends[0]) if len(ends) == 1 else f"({', '.join(map(literal, ends))})"


def _model(network: str) -> str:
    return f'def model() -> {network}:\n    """The network with fresh weights."""\n    return {network}()'


def _main(root: Node) -> str:
    size = ", ".join(map(str, (1, *root.ins[0])))
    return f"""\
if __name__ == "__main__":
    net = model().eval()
    with torch.no_grad():
        out = net(torch.zeros({size}))
    print(f"output {{tuple(out.shape)}}, {{sum(p.numel() for p in net.parameters()):,}} parameters")"""
