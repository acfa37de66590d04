"""Several processes that train one network, as `torchrun` starts them; alone, a team of one that does nothing more.

Every member draws the same batch and takes its share of the images; gradients are averaged by DistributedDataParallel,
batch normalisation sees the whole batch, and sums for the curve are added up. So the losses are those of one process
with the same batch, to rounding. Decisions that hang on a clock or on Stop are the first member's, told to all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from resviz.runs.journal import Row
from resviz.runs.process import StoppedError
from resviz.train.batches import FEWEST
from resviz.train.engine import Engine

Watch = Callable[[], None]


class Team:
    """The members: this one's rank among `size`, and what they do together."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size
        self._now = time.perf_counter()

    @property
    def fewest(self) -> int:
        """The fewest images of a batch: each member needs one."""
        return max(FEWEST, self.size)

    def share(self, x: Tensor) -> Tensor:
        """This member's part of a batch."""
        return x if self.size == 1 else x[self.rank :: self.size]

    def fair(self, loss: Tensor, own: int, whole: int) -> Tensor:
        """The mean loss of this member's images, so scaled that the mean over members is that over the whole batch."""
        return loss if self.size == 1 else loss * (self.size * own / whole)

    def wrapped(self, model: nn.Module, engine: Engine) -> nn.Module:
        """The model whose backward pass averages gradients over the members; its weights are those of `model`."""
        if self.size == 1:
            return model
        _see_all(model)
        cuda = engine.device.type == "cuda"
        ids = [torch.cuda.current_device()] if cuda else None
        return DistributedDataParallel(model, device_ids=ids)

    def add_up(self, sums: Tensor) -> Tensor:
        """The sums over all members."""
        if self.size > 1:
            dist.all_reduce(sums)
        return sums

    def clock(self) -> float:
        """Seconds; within a team those of the first member at the last tick, so that all decide alike."""
        return time.perf_counter() if self.size == 1 else self._now

    def tick(self, stop: bool = False) -> bool:
        """Take over the first member's clock; whether it, or this one, wants to stop."""
        if self.size == 1:
            return stop
        told = torch.tensor([time.perf_counter() if self.rank == 0 else 0.0, float(stop)], dtype=torch.float64)
        told = told.to(_device())
        dist.all_reduce(told)
        self._now = float(told[0])
        return bool(told[1])

    def agreed(self, watch: Watch) -> Watch:
        """`watch`, whose wish to stop ends all members at the same step."""
        if self.size == 1:
            return watch

        def together() -> None:
            wish: StoppedError | None = None
            try:
                watch()
            except StoppedError as stopped:
                wish = stopped
            if self.tick(wish is not None):
                raise wish or StoppedError

        return together

    def after(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows of what the first member does alone; the others, in `wait`, learn whether it went well."""
        went_well = False
        try:
            yield from rows
            went_well = True
        finally:
            self.from_first(went_well)

    def wait(self) -> None:
        """Wait for what the first member does alone; raises StoppedError where that did not go well."""
        if not self.from_first(True):
            raise StoppedError

    def leave(self) -> None:
        """End the connections."""
        if self.size > 1:
            dist.destroy_process_group()

    def from_first(self, value: Any) -> Any:
        """The first member's value."""
        if self.size == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0)
        return box[0]


def gathered() -> Team:
    """The team that torchrun's environment names, joined; a team of one without it."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team()
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if cuda else "gloo")
    return Team(dist.get_rank(), size)


def _device() -> torch.device:
    return torch.device("cuda" if dist.get_backend() == "nccl" else "cpu")


class _Sum(torch.autograd.Function):
    """The sum over all members; each member's gradient is the sum of all."""

    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total


def _sum(x: Tensor) -> Tensor:
    total: Tensor = _Sum.apply(x)  # type: ignore[no-untyped-call]
    return total


class _SeesAll(nn.BatchNorm2d):
    """Batch normalisation over the batches of all members (torch's own needs a GPU)."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        values = x.float()
        count = _sum(torch.tensor(float(x.numel() // x.shape[1]), device=x.device))
        mean = _sum(values.sum((0, 2, 3))) / count
        centred = values - mean[:, None, None]
        variance = _sum(centred.square().sum((0, 2, 3))) / count
        self._remember(mean.detach(), (variance * count / (count - 1)).detach())
        scale = self.weight * (variance + self.eps).rsqrt()
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        """Running statistics, as torch keeps them."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


def _see_all(model: nn.Module) -> None:
    """Let every batch normalisation of the model see the whole batch; its weights and buffers stay where they are."""
    for module in model.modules():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = _SeesAll
