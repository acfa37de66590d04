"""What each unit's branch adds: ‖F(x)‖ beside ‖x‖, and the mean gate, before and after training."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from resviz.lab import network
from resviz.lab.chain import Chain, State, Unit
from resviz.lab.settings import Contribution
from resviz.lab.subject import Subject
from resviz.runs.journal import Row, finite
from resviz.runs.process import Watch
from resviz.train.capacity import batch_size


@dataclass
class Sums:
    """Sums over the images of the norms of one unit's signals, and of its gate's means."""

    images: int = 0
    norms: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, values: Tensor) -> None:
        """Add a value [B] for each image."""
        self.norms[name] = self.norms.get(name, 0.0) + float(values.double().sum())

    def means(self) -> dict[str, float]:
        return {name: value / self.images for name, value in self.norms.items()}


def rows(subject: Subject, settings: Contribution, watch: Watch) -> Iterator[Row]:
    """A row for each unit before training ("initial"), and one after ("trained") where there is a run."""
    device = network.settle()
    data = network.data(subject)
    chosen = network.first(data.test, settings.images)
    states: dict[str, State] = {"initial": network.initial(subject)}
    if subject.run is not None:
        states["trained"] = network.weights(subject)
    for done, (weights, state) in enumerate(states.items(), start=1):
        chain = network.chain(subject, device, state)
        size = batch_size(subject.spec.node(), len(chain.links), len(chosen))
        sums = contributions(chain, network.Batches(chosen, data, size, device), watch)
        for number, (link, found) in enumerate(zip(chain.units, sums)):
            means = found.means()
            ratio = means["branch"] / means["input"] if means["input"] else math.nan
            row: Row = {"kind": "result", "weights": weights, "unit": number, "path": link.path}
            yield {**row, **finite({**means, "ratio": ratio}), "progress": done / len(states)}


@torch.inference_mode()
def contributions(chain: Chain, batches: Iterable[network.Batch], watch: Watch) -> list[Sums]:
    """The sums of each unit: ‖x‖ "input", ‖F(x)‖ "branch", ‖h(x)‖ "shortcut", and the mean "gate"."""
    sums = [Sums() for _ in chain.places]
    for x, _ in batches:
        watch()
        *signals, _ = chain.inputs(x)
        for place, found in zip(chain.places, sums):
            unit = chain.links[place].module
            assert isinstance(unit, Unit)
            _add(found, unit, signals[place])
    return sums


def _add(found: Sums, unit: Unit, x: Tensor) -> None:
    found.images += len(x)
    found.add("input", x.flatten(1).norm(dim=1))
    led = unit.lead(x)
    for role, way in zip(unit.roles, unit.ways):
        values: Tensor = way(led)
        if role == "gate":
            found.add("gate", values.flatten(1).mean(1))
        else:
            found.add(role, values.flatten(1).norm(dim=1))
