"""The loss of a batch: cross-entropy, with that of auxiliary heads beside it where the network has some."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

ASIDE_WEIGHT = 0.3
"""Of an auxiliary head's loss (Szegedy et al. 2014, section 5)."""


def loss_and_logits(
    output: Tensor | tuple[Tensor, ...], labels: Tensor, smoothing: float = 0.0
) -> tuple[Tensor, Tensor]:
    """The loss that is trained, and the logits [B, classes] that answers are read from.

    `output` is what a network gives in training: logits, or a tuple of them and of its auxiliary heads'. `smoothing`
    is the share of the target that goes to all classes alike (Szegedy et al. 2015, section 7).
    """
    logits, *asides = output if isinstance(output, tuple) else (output,)
    loss = functional.cross_entropy(_exact(logits), labels, label_smoothing=smoothing)
    for aside in asides:
        loss = loss + ASIDE_WEIGHT * functional.cross_entropy(_exact(aside), labels, label_smoothing=smoothing)
    return loss, logits


def _exact(logits: Tensor) -> Tensor:
    """The logits in float32 at least: an exponential needs more than bfloat16 has."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
