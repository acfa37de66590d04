"""Signals and gradients at initialisation: one step forward and back, and what each layer puts out and is told.

Norms are the mean over the images of the L2 norm of one image's activations or gradient; means and variances are over
all elements of the batch. He et al. 2015, section 4.1, checked both of their plain networks; Glorot & Bengio 2010 are
the origin of the view. BN, where it is not taken out, normalises over the batch as in training. Without it signals grow
or shrink exponentially, so that is computed in float64; what leaves even its range is null.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from resviz.core.net import Node, Op, infer, walk
from resviz.lab import network
from resviz.lab.network import Batch
from resviz.lab.settings import Probe
from resviz.lab.subject import Subject, fresh
from resviz.nn.module import Network, build
from resviz.runs.journal import Row, finite
from resviz.runs.process import Watch
from resviz.train.loss import loss_and_logits
from resviz.views.unnormalised import unnormalised

Statistics = dict[str, float]


def rows(subject: Subject, settings: Probe, watch: Watch) -> Iterator[Row]:
    """A row for each layer and each unit, in order of execution; last the loss."""
    device = network.settle()
    if settings.signal == "digits":
        subject = fresh(subject.spec, "digits", settings.seed)
    node = placed(subject, settings.without_bn)
    x, labels = images(subject, settings, device)
    if settings.without_bn:
        x = x.double()
    watch()
    seen, loss = probe(node, x, labels, settings.seed)
    yield {"kind": "progress", "progress": 0.9}
    for path, at in walk(node):
        if path in seen and (at.role == "unit" or isinstance(at.net, Op)):
            yield {"kind": "result", "path": path, **_about(at), **finite(seen[path]), "progress": 1.0}
    yield {"kind": "result", "path": None, **finite({"loss": loss}), "progress": 1.0}


def placed(subject: Subject, without_bn: bool) -> Node:
    """The placed network, with or without its BN."""
    net = subject.spec.net()
    return infer(unnormalised(net) if without_bn else net, subject.spec.input_shape())


def images(subject: Subject, settings: Probe, device: torch.device) -> Batch:
    """Images [B, C, H, W] and labels [B]: Gaussian noise with mean 0 and variance 1, or digits as training has them."""
    if settings.signal == "digits":
        data = network.data(subject)
        chosen = network.first(data.train, settings.batch)
        return next(iter(network.Batches(chosen, data, len(chosen), device)))
    generator = torch.Generator().manual_seed(settings.seed)
    x = torch.randn(settings.batch, *subject.spec.input_shape(), generator=generator)
    classes = node_classes(subject)
    return x.to(device), torch.randint(classes, (settings.batch,), generator=generator).to(device)


def node_classes(subject: Subject) -> int:
    """How many classes the network tells apart."""
    return int(subject.spec.node().out[0])


def probe(node: Node, x: Tensor, labels: Tensor, seed: int) -> tuple[dict[str, Statistics], float]:
    """The statistics of each layer and unit by its path, and the loss, in the precision of `x`."""
    model = build(node, seed).to(x.device, x.dtype).train()
    seen: dict[str, Statistics] = {}
    units = {path for path, at in walk(node) if at.role == "unit"}
    for path, module in model.named_modules():
        if path in units or not isinstance(module, Network):
            module.register_forward_hook(partial(_see, seen, path))
    output = model(x)
    loss, _ = loss_and_logits(output, labels)
    loss.backward()  # type: ignore[no-untyped-call]
    for path, module in model.named_modules():
        weight = getattr(module, "weight", None)
        if path in seen and isinstance(weight, nn.Parameter) and weight.grad is not None:
            seen[path]["weight_gradient_norm"] = float(weight.grad.double().norm())
    return seen, float(loss.detach())


def _see(seen: dict[str, Statistics], path: str, _module: nn.Module, _inputs: object, output: Tensor) -> None:
    if not isinstance(output, Tensor):
        return
    values = output.detach().double()
    seen[path] = {
        "mean": float(values.mean()), "variance": float(values.var(correction=0)),
        "norm": float(values.flatten(1).norm(dim=1).mean()),
    }  # fmt: skip
    if output.requires_grad:
        output.register_hook(partial(_feel, seen[path]))  # type: ignore[no-untyped-call]


def _feel(into: Statistics, gradient: Tensor) -> None:
    """The gradient of one image's loss: the batch's mean loss divides it by the number of images."""
    values = gradient.double() * len(gradient)
    into["gradient_variance"] = float(values.var(correction=0))
    into["gradient_norm"] = float(values.flatten(1).norm(dim=1).mean())


def _about(at: Node) -> Row:
    """What kind of layer it is."""
    if at.role == "unit":
        return {"kind_of_layer": "unit", "label": "unit"}
    return {"kind_of_layer": at.op.category, "label": at.op.label()}
