"""The optimizer that a recipe names; biases and the scales and shifts of BN decay only where it says so."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from resviz.train.recipe import Recipe


def optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """SGD with momentum or Adam (Kingma & Ba 2014; with weights decaying apart, Loshchilov & Hutter 2017)."""
    fewest = 0 if recipe.decays == "all" else 2
    weights = [p for p in model.parameters() if p.ndim >= fewest]
    others = [p for p in model.parameters() if p.ndim < fewest]
    groups: list[dict[str, Any]] = [
        {"params": weights, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if recipe.optimizer == "adam":
        return torch.optim.AdamW(groups, recipe.lr, fused=True)
    nesterov = recipe.optimizer == "nesterov"
    return torch.optim.SGD(groups, recipe.lr, recipe.momentum, nesterov=nesterov, fused=True)
