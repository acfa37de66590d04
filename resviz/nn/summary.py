"""The network as torch prints it, and as torchinfo summarises it."""

from __future__ import annotations

import torch
import torchinfo

from resviz.core.net import leaves
from resviz.core.spec import NetSpec
from resviz.nn.module import build

DEPTHS = ((1_000, 4), (2_500, 2))
"""(operations, depth): up to so many operations torchinfo goes so deep; larger networks are listed by stage."""
COLUMNS = ("input_size", "output_size", "num_params", "kernel_size", "mult_adds")


def printed(spec: NetSpec) -> str:
    """What `print(model)` gives."""
    with torch.device("meta"):
        return repr(build(spec.node()))


def torchinfo_summary(spec: NetSpec) -> str:
    """torchinfo's table for one image. Its mult-adds count BN's and biases' parameters too, unlike resviz's MACs."""
    node = spec.node()
    operations = sum(1 for _ in leaves(node))
    depth = next((depth for most, depth in DEPTHS if operations <= most), 1)
    with torch.device("meta"):
        model = build(node)
    summary = torchinfo.summary(
        model,
        input_size=(1, *spec.input_shape()),
        depth=depth,
        device="meta",
        mode="eval",
        col_names=COLUMNS,
        row_settings=("var_names",),
        verbose=0,
    )
    return str(summary)
