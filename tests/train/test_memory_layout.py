"""Gradients come back channels-last, and are the same numbers as without that."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from resviz.core.net import infer
from resviz.nn.module import build
from resviz.train import layout
from resviz.zoo.families import from_text, named


def gradients(kept: bool) -> tuple[list[bool], list[Tensor]]:
    """Whether each ReLU of a ResNet-8 with option A gets its gradient channels-last, and the weights' gradients."""
    spec = named("resnet8", {})
    model = build(infer(spec.net(), spec.input_shape()), 0).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if kept:
        layout.keep(model)
    last: list[bool] = []

    def seen(_: nn.Module, __: object, outward: tuple[Tensor, ...]) -> None:
        last.append(outward[0].is_contiguous(memory_format=torch.channels_last))

    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.register_full_backward_hook(seen)
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    model(images.contiguous(memory_format=torch.channels_last)).square().mean().backward()
    return last, [p.grad for p in model.parameters() if p.grad is not None]


def test_every_relu_gets_its_gradient_channels_last() -> None:
    assert all(gradients(kept=True)[0])


def test_torch_still_loses_the_layout_without_that() -> None:
    """When this fails, `resviz.train.layout` has nothing left to do."""
    assert not all(gradients(kept=False)[0])


def test_the_numbers_stay_the_same() -> None:
    for a, b in zip(gradients(kept=True)[1], gradients(kept=False)[1], strict=True):
        assert torch.equal(a, b) or a.flatten().tolist() == pytest.approx(b.flatten().tolist(), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("network", ["resnet8", "resnet:layout=cifar:depth=8:order=pre:se=true:drop_path=0.2"])
def test_torch_compiles_such_a_network_as_one_graph(network: str) -> None:
    """Whole, forward and back: a graph that breaks off at every layer is no faster than none."""
    spec = from_text(network)
    model = build(infer(spec.net(), spec.input_shape()), 0).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    layout.keep(model)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    outputs = []
    for each in (model, compiled):
        torch.manual_seed(0)
        model.zero_grad()
        each(images).square().mean().backward()
        outputs.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    for a, b in zip(*outputs, strict=True):
        assert torch.allclose(a, b, rtol=1e-3, atol=1e-6)
