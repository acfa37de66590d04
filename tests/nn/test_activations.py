"""The memory ledger against torch, to the byte: what autograd really keeps, and the most that a forward pass holds.

Kept for the backward pass: every tensor that `torch.autograd.graph.saved_tensors_hooks` sees, each storage once,
parameters and buffers left out. Live at once: `torch.fx.Interpreter` frees each value after its last use; every storage
that an operation makes is followed until it is freed.
"""

from __future__ import annotations

import weakref
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, fx, nn
from torch.utils._python_dispatch import TorchDispatchMode

from resviz.core.net import Net, Node, Par, Seq, infer
from resviz.core.ops import (
    AdaptiveAvgPool,
    Add,
    Aside,
    Blend,
    Concat,
    Conv,
    Flatten,
    Linear,
    LocalResponseNorm,
    Mul,
    OneMinus,
    Pad,
    ReLU,
    SamePad,
    Sigmoid,
    Tanh,
)
from resviz.nn.module import Network, build
from resviz.views import activations, counting, memory
from resviz.zoo.families import FAMILIES, named

BATCH = 3
SMALL = {"input": "3,65,47", "classes": "5", "width": "8", "blocks": "1,2"}

NETS = {
    "resnet20": ("resnet20", {}),
    "ImageNet stem": ("resnet", SMALL),
    "option C": ("resnet", {**SMALL, "shortcut": "C"}),
    "plain": ("plain", SMALL),
    "pre-activation": ("resnet", {**SMALL, "order": "pre"}),
    "ReLU before addition": ("resnet", {**SMALL, "order": "relu-before-add"}),
    "BN after addition": ("resnet", {**SMALL, "order": "bn-after-add"}),
    "SE": ("resnet", {**SMALL, "se": "true"}),
    "ResNeXt": ("resnet", {**SMALL, "block": "bottleneck", "groups": "4", "group_width": "8"}),
    "ResNet-D": ("resnet", {**SMALL, "stem": "deep", "avg_down": "true", "block": "bottleneck"}),
    "biases": ("resnet", {**SMALL, "conv_bias": "true"}),
    "drop path": ("resnet", {**SMALL, "drop_path": "0.5"}),
    "exclusive gate": ("resnet", {**SMALL, "shortcut": "exclusive-gate"}),
    "shortcut-only gate": ("resnet", {**SMALL, "shortcut": "shortcut-gate"}),
    "scaled": ("resnet", {**SMALL, "shortcut": "scaled", "branch_scale": "0.5"}),
    "dropout on the shortcut": ("resnet", {**SMALL, "shortcut": "dropout"}),
}  # fmt: skip


def chain(*parts: Net) -> Net:
    return Seq(tuple((f"p{i}", part) for i, part in enumerate(parts)))


def split(join: Any, *branches: Net) -> Net:
    return Par(join, tuple((f"b{i}", branch) for i, branch in enumerate(branches)))


IDENTITY = Seq(())
RESPONSE = LocalResponseNorm(3, 1, 0.5, 1.0)
AUX = Seq((("c", Conv(2, 3)), ("r", ReLU())), "aux")
GATE = chain(Conv(4, 1, bias=True), Sigmoid())
TERMS = {
    "gated image": chain(split(Mul(), IDENTITY, GATE), ReLU()),
    "highway layer on the image": chain(split(Blend(), Conv(4, 3, padding=1), IDENTITY, GATE), Tanh()),
    "highway layer": chain(Conv(4, 1), split(Blend(), Conv(4, 3, padding=1), IDENTITY, GATE)),
    "sum of three": chain(Conv(4, 1), split(Add(), Conv(4, 3, padding=1), IDENTITY, ReLU()), ReLU()),
    "inception": chain(Conv(4, 1), ReLU(), split(Concat(), Conv(2, 1), Conv(3, 3, padding=1), IDENTITY), ReLU()),
    "response norm": chain(Conv(4, 1), ReLU(), LocalResponseNorm(5, 1e-4, 0.75, 2.0), Conv(4, 3), RESPONSE),
    "bins": chain(Conv(4, 1), AdaptiveAvgPool(3), ReLU(), AdaptiveAvgPool(1), Flatten(), Linear(5)),
    "pads": chain(Pad(2), SamePad(3, 2), Conv(4, 3, 2), Pad(1), Conv(4, 3)),
    "vector": chain(Flatten(), Linear(7), Tanh(), Linear(3), Sigmoid()),
    "complement": chain(Conv(4, 1), Sigmoid(), OneMinus(), ReLU()),
    "auxiliary head": chain(Conv(4, 1), split(Aside(), IDENTITY, AUX), ReLU()),
}  # fmt: skip


def node_of(name: str) -> Node:
    if name in TERMS:
        return infer(TERMS[name], (4, 9, 7))
    network, knobs = NETS.get(name, (name, {}))
    return named(network, knobs).node()


def kept_by_torch(node: Node, precision: str) -> int:
    """Bytes that autograd keeps in training, of one forward pass; autocast's copies of weights are not activations.

    A fully connected layer on the image keeps no weights: nothing asks for the image's gradient.
    """
    model = build(node, seed=0).train()
    image = torch.randn(BATCH, *node.ins[0])
    if precision == "bfloat16":
        model, image = model.bfloat16(), image.bfloat16()
    own = {value.untyped_storage().data_ptr() for value in (*model.parameters(), *model.buffers())}
    seen: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        seen.append(tensor)
        return tensor

    autocast = torch.autocast("cpu", torch.bfloat16) if precision == "mixed" else nullcontext()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), autocast:
        _outputs = model(image)
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in seen}
    kept = sum(size for pointer, size in storages.items() if pointer not in own)
    if precision == "mixed":
        matrices = [module.weight for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
        on_image = [at for at in counting.at_image(node) if isinstance(at.op, Linear)]
        kept -= 2 * (sum(map(torch.numel, matrices)) - sum(map(counting.macs, on_image)))
    return kept


def kept_counted(node: Node, precision: str) -> int:
    per_image, fixed = activations.kept(node, memory.PRECISIONS[precision])
    return BATCH * per_image + fixed


@pytest.mark.parametrize("name", [*NETS, *TERMS])
def test_what_autograd_keeps(name: str) -> None:
    node = node_of(name)
    assert kept_counted(node, "float32") == kept_by_torch(node, "float32")


@pytest.mark.parametrize("name", [*NETS, *TERMS])
def test_what_autograd_keeps_under_autocast(name: str) -> None:
    node = node_of(name)
    assert kept_counted(node, "mixed") == kept_by_torch(node, "mixed")


@pytest.mark.parametrize("name", [name for name in (*NETS, *TERMS) if name != "response norm"])
def test_what_autograd_keeps_in_bfloat16(name: str) -> None:
    """torch's response normalisation has no bfloat16 on a CPU."""
    node = node_of(name)
    assert kept_counted(node, "bfloat16") == kept_by_torch(node, "bfloat16")


class Layers(fx.Tracer):
    """Sees layers as calls, as the network makes them: what they take is held until they return."""

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return not isinstance(module, Network)


class Live(TorchDispatchMode):
    """Follows every storage that an operation makes until it is freed; the model's own are left out."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.own = {value.untyped_storage()._cdata for value in (*model.parameters(), *model.buffers())}
        self.sizes: dict[int, int] = {}
        self.most = 0

    def follow(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata not in self.sizes.keys() | self.own:
            self.sizes[storage._cdata] = storage.nbytes()
            weakref.finalize(storage, self.sizes.pop, storage._cdata)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, (tuple, list)) else (made,):
            if isinstance(tensor, Tensor):
                self.follow(tensor)
        self.most = max(self.most, sum(self.sizes.values()))
        return made


def live_in_torch(node: Node) -> int:
    model = build(node, seed=0).eval()
    traced = fx.GraphModule(model, Layers().trace(model))
    image = torch.randn(BATCH, *node.ins[0])
    live = Live(model)
    live.follow(image)
    with torch.no_grad(), live:
        fx.Interpreter(traced).run(image)
    return live.most


@pytest.mark.parametrize("name", [*NETS, *TERMS])
def test_the_most_that_lives_at_once(name: str) -> None:
    node = node_of(name)
    assert BATCH * activations.peak(node, memory.PRECISIONS["float32"]) == live_in_torch(node)


SMALLER = {
    "alexnet": {"input": "3,67,67"},
    "googlenet": {"input": "3,65,65"},
    "vgg": {"input": "3,64,64", "width": "8"},
}


@pytest.mark.parametrize("name", [entry.name for entry in FAMILIES])
def test_every_family(name: str) -> None:
    knobs = SMALLER.get(name, {})
    node = named(name, knobs).node()
    assert kept_counted(node, "float32") == kept_by_torch(node, "float32")
    assert BATCH * activations.peak(node, memory.PRECISIONS["float32"]) == live_in_torch(node)


@pytest.mark.parametrize("kind", ["resnet20", "SE"])
@pytest.mark.parametrize(("optimizer", "make"), [
    ("sgd", lambda params: torch.optim.SGD(params, lr=0.1, momentum=0.9)),
    ("adam", torch.optim.Adam),
    ("none", lambda params: torch.optim.SGD(params, lr=0.1)),
])  # fmt: skip
def test_what_else_training_holds(kind: str, optimizer: str, make: Any) -> None:
    """Parameters, gradients, buffers and optimizer state; Adam's step counters (one number a tensor) are left out."""
    node = node_of(kind)
    model = build(node, seed=0)
    steps = make(model.parameters())
    model(torch.randn(2, *node.ins[0])).sum().backward()
    steps.step()
    ledger = memory.training(node, memory.Plan(optimizer=optimizer)).json()
    assert ledger["parameters"] == sum(p.nbytes for p in model.parameters())
    assert ledger["gradients"] == sum(p.grad.nbytes for p in model.parameters())  # type: ignore[union-attr]
    assert ledger["buffers"] == sum(b.nbytes for b in model.buffers())
    held = [value for state in steps.state.values() for value in state.values() if isinstance(value, Tensor)]
    assert ledger["optimizer"] == sum(value.nbytes for value in held if value.dim())
