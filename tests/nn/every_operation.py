"""Small networks that have every operation, with weights that give outputs of order one."""

from __future__ import annotations

import torch

from resviz.core.spec import NetSpec
from resviz.nn import weights
from resviz.zoo.shortcuts import SHORTCUTS

SMALL = (
    *(f"resnet:layout=cifar:depth=8:shortcut={name}" for name in SHORTCUTS.names()),
    "resnet:layout=cifar:depth=20:order=pre:drop_path=0.3:se=true",
    "resnet:blocks=1,2:width=16:groups=4:group_width=16:stem=deep:avg_down=true:input=3,33,47",
    "googlenet:width=8:input=3,96,96:aux=true", "googlenet:width=8:input=3,96,96:form=paper", "alexnet-d2l:hidden=64",
    "vgg:depth=11:width=8:input=3,96,64", "lenet", "nin-cifar", "highway", "highway19",
    "keras-applications:version=v2:width=8:input=3,64,64", "keras-resnet18:width=8:input=1,64,64",
)  # fmt: skip


def settled(spec: NetSpec) -> torch.nn.Module:
    """The network with the statistics of a batch in its BN, so that its outputs are of order one."""
    model = weights.loaded(spec, None, 0)
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None
    model.train()
    with torch.no_grad():
        model(torch.randn(4, *spec.input_shape(), generator=torch.Generator().manual_seed(1)))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    return model.eval()
