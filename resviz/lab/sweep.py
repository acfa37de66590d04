"""Many variants of one network measured on the same images, each only from where it differs from the intact one.

What every unit takes in the intact network is computed once for a batch; a variant is then run from the first unit that
it changes. The batches are the same for all, so that the numbers are bit for bit those of whole evaluations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from resviz.lab.chain import Chain, Slot
from resviz.lab.network import Batch, Batches

Variant = tuple[Slot, ...]
"""What stands in the place of each unit."""


@dataclass
class Tally:
    """Loss and wrong answers of one variant, summed over the images so far."""

    images: int = 0
    wrong: int = 0
    loss: float = 0.0

    def add(self, logits: Tensor, labels: Tensor) -> None:
        """Add a batch."""
        self.images += len(labels)
        self.wrong += int((logits.argmax(1) != labels).sum())
        self.loss += float(functional.cross_entropy(logits.float(), labels, reduction="sum").double())

    def row(self) -> dict[str, object]:
        """Mean loss and share of wrong answers."""
        return {"error": self.wrong / self.images, "loss": self.loss / self.images, "images": self.images}


def intact(chain: Chain) -> Variant:
    """The network as it is."""
    return tuple(Slot(i) for i in range(len(chain.places)))


def first_change(variant: Variant) -> int | None:
    """The first place that is not as in the intact network; None where all are."""
    return next((i for i, slot in enumerate(variant) if slot != Slot(i)), None)


@torch.inference_mode()
def measure(
    chain: Chain, variants: Sequence[Variant], batches: Batches | Sequence[Batch], watch: Callable[[], None]
) -> Iterator[tuple[float, int | None, Tally]]:
    """Each variant on all batches: (share done, number of the variant, its tally), None while it is unfinished."""
    tallies = [Tally() for _ in variants]
    done, whole = 0, len(variants) * len(batches)
    for b, (x, labels) in enumerate(batches):
        signals = list(chain.inputs(x))
        for number, (variant, tally) in enumerate(zip(variants, tallies)):
            watch()
            tally.add(_logits(chain, variant, signals), labels)
            done += 1
            yield done / whole, number if b == len(batches) - 1 else None, tally


def _logits(chain: Chain, variant: Variant, signals: Sequence[Tensor]) -> Tensor:
    """What the variant puts out; `signals` are what each link takes in the intact network, and its output."""
    at = first_change(variant)
    if at is None:
        return signals[-1]
    return chain.run(signals[chain.places[at]], variant, at)
