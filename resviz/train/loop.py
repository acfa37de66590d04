"""The training loop: a generator that trains a model and yields what a curve needs, row by row.

Two kinds of rows, both plain dicts. "step": loss and error of the training images since the last such row, about
four a second at first and rarer in long runs, so that a file of them stays small. "epoch": loss and error of
training (running, with the weights as they were at each step) and of the test set; the last one may be of an epoch
that the limit of seconds cut short.

On the CPU the same seed, precision and threads give the same weights and the same epoch rows, but for their clock
fields (seconds, images_per_second, seconds_left). Where step rows fall follows the clock. A limit of seconds
makes the learning rate follow the clock, too, once that is ahead of the epochs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from resviz.runs.journal import Row
from resviz.train import batches
from resviz.train.capacity import LARGEST_BATCH
from resviz.train.data import Data, Images
from resviz.train.engine import Engine, compiled
from resviz.train.errors import DivergedError
from resviz.train.loss import loss_and_logits
from resviz.train.optimizer import optimizer
from resviz.train.pace import Pace
from resviz.train.recipe import Recipe
from resviz.train.sources import SOURCES
from resviz.train.team import Team

ALONE = Team()


class Tally:
    """Loss, wrong answers and images summed on the device, so that reading them is the only synchronisation."""

    def __init__(self, device: torch.device, team: Team) -> None:
        self._sums = torch.zeros(3, dtype=torch.float64, device=device)
        self._team = team

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Add this member's part of a batch with its mean `loss`."""
        wrong = (logits.argmax(1) != labels).sum()
        count = torch.full_like(wrong, len(labels))
        self._sums += torch.stack([loss.detach().double() * len(labels), wrong.double(), count.double()])

    def read(self, what: str) -> tuple[float, float, int]:
        """Mean loss, share of wrong answers, and images; raises DivergedError, which names `what` images."""
        loss, wrong, images = self._team.add_up(self._sums.clone()).tolist()
        if not math.isfinite(loss):
            raise DivergedError(
                f"the training diverged: the loss of the {what} images is no longer a finite number; "
                "take a smaller learning rate"
            )
        return loss / images, wrong / images, int(images)


class Training:
    """One training of `model` on `data`; `watch` is called before each batch, and what it raises ends the training.

    So many images go through `together` where no gradient is wanted.
    """

    def __init__(
        self,
        model: nn.Module,
        data: Data,
        recipe: Recipe,
        engine: Engine,
        watch: Callable[[], None],
        team: Team = ALONE,
        together: int = LARGEST_BATCH,
    ) -> None:
        self.model = engine.ready(model)
        self.team = team
        self.trained = compiled(team.wrapped(self.model, engine), recipe)
        self.data = data.to(engine.device)
        self.recipe, self.engine, self.watch = recipe, engine, team.agreed(watch)
        padding, mirror = recipe.moved()
        self.source = replace(SOURCES[recipe.data].thing, padding=padding, mirror=mirror)
        self.optimizer = optimizer(self.model, recipe)
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.pace = Pace(recipe, len(batches.cuts(len(data.train), recipe.batch, team.fewest)), team.clock)
        self.epochs = 0
        self._together = together

    def rows(self) -> Iterator[Row]:
        """Train, and yield the rows; raises DivergedError, and whatever `watch` raises.

        Goes on after the epochs that are done already.
        """
        if not self.epochs:
            torch.manual_seed(self.recipe.seed + self.team.rank)
        while not self.pace.over:
            tally, begun = Tally(self.engine.device, self.team), self.pace.trained
            yield from self._train(tally)
            took = self.pace.trained - begun
            self.epochs += 1
            with self.pace.idle():
                measured = self._measured()
                yield self._epoch_row(tally, took) | measured

    def _measured(self) -> Row:
        """Loss and error of the test images, and of those that were held out."""
        test_loss, test_error = self.evaluate(self.data.test, "test")
        row: Row = {"test_loss": test_loss, "test_error": test_error}
        if self.data.validation is not None:
            loss, error = self.evaluate(self.data.validation, "validation")
            row |= {"validation_loss": loss, "validation_error": error}
        return row

    def _train(self, tally: Tally) -> Iterator[Row]:
        """The steps of an epoch, or as many as the time allows, added up in `tally`."""
        self.model.train()
        part, since = Tally(self.engine.device, self.team), self.pace.trained
        drawn = batches.training(self.data, self.source, self.recipe.batch, self.generator, self.team.fewest)
        for images, labels in drawn:
            self.watch()
            own = self.team.share(labels)
            loss, logits = self._step(self.team.share(images), own, len(labels))
            self.pace.step += 1
            self.team.tick()
            for each in (tally, part):
                each.add(loss, logits, own)
            if self.pace.epoch_over or self.pace.row_due(since):
                yield self._step_row(part, self.pace.trained - since)
                part, since = Tally(self.engine.device, self.team), self.pace.trained
            if self.pace.over:
                return

    def _step(self, images: Tensor, labels: Tensor, whole: int) -> tuple[Tensor, Tensor]:
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(self.pace.progress(ahead=0.5))
        with self.engine.autocast():
            output = self.trained(images)
        loss, logits = loss_and_logits(output, labels, self.recipe.label_smoothing)
        self.optimizer.zero_grad()
        self.team.fair(loss, len(labels), whole).backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return loss, logits

    @torch.inference_mode()
    def evaluate(self, of: Images, what: str) -> tuple[float, float]:
        """Loss and error on images, which `what` names."""
        self.model.eval()
        tally = Tally(self.engine.device, self.team)
        for images, labels in batches.in_order(of, self.data, self._together):
            self.watch()
            own = self.team.share(labels)
            if not len(own):
                continue
            with self.engine.autocast():
                logits = self.model(self.team.share(images))
            tally.add(functional.cross_entropy(logits.float(), own), logits, own)
        loss, error, _ = tally.read(what)
        return loss, error

    def _step_row(self, part: Tally, took: float) -> Row:
        loss, error, images = part.read("training")
        return {"kind": "step", "epoch": self.pace.epoch, "loss": loss, "error": error} | self._times(images, took)

    def _epoch_row(self, tally: Tally, took: float) -> Row:
        loss, error, images = tally.read("training")
        lr = self.optimizer.param_groups[0]["lr"]
        means = {"train_loss": loss, "train_error": error, "lr": lr}
        return {"kind": "epoch", "epoch": self.epochs} | means | self._times(images, took)

    def _times(self, images: int, took: float) -> Row:
        return {
            "step": self.pace.step,
            "seconds": self.pace.seconds,
            "images_per_second": images / took,
            "progress": self.pace.progress(),
            "seconds_left": self.pace.left(),
        }
