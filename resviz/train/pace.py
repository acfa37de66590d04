"""How far a training is, and how long it will go on: by its steps, and by a clock that can be let stand still."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from resviz.train.recipe import Recipe

ROW_SECONDS = 0.25
ROWS = 1000
"""Step rows come every ROW_SECONDS at first, and every 1/ROWS of the time so far once that is longer."""


class Pace:
    """The steps done, the steps to do, and the time that they take."""

    def __init__(self, recipe: Recipe, steps_per_epoch: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.steps_per_epoch = steps_per_epoch
        self.steps = recipe.steps_of(steps_per_epoch)
        self.step = 0
        self._limit = recipe.seconds
        self._clock = clock
        self._begun = clock()
        self._idle = 0.0
        self._idle_from: float | None = None

    def json(self) -> dict[str, float]:
        """What `go_on` needs."""
        now = self.seconds
        return {"step": self.step, "seconds": now, "idle": now - self._trained_at(now)}

    def go_on(self, saved: Mapping[str, float]) -> None:
        """Continue where another process left off; the time in between does not count."""
        self.step = int(saved["step"])
        self._begun = self._clock() - saved["seconds"]
        self._idle = saved["idle"]

    @property
    def seconds(self) -> float:
        """Since the beginning, evaluations included."""
        return self._clock() - self._begun

    @property
    def trained(self) -> float:
        """Seconds of training alone."""
        return self._trained_at(self.seconds)

    def _trained_at(self, now: float) -> float:
        """Seconds of training until `now`, which may lie within an idle span."""
        return (now if self._idle_from is None else self._idle_from) - self._idle

    @contextmanager
    def idle(self) -> Iterator[None]:
        """What happens within is no training: evaluation, saving."""
        self._idle_from = begun = self.seconds
        yield
        self._idle += self.seconds - begun
        self._idle_from = None

    @property
    def over(self) -> bool:
        """Whether the epochs are done or the time is up; one step is made in any time."""
        return self.step >= self.steps or (self.step > 0 and 0 < self._limit <= self.trained)

    @property
    def epoch_over(self) -> bool:
        return self.over or self.step % self.steps_per_epoch == 0

    @property
    def epoch(self) -> float:
        """Epochs done, with the fraction of the present one."""
        return self.step / self.steps_per_epoch

    def progress(self, ahead: float = 0.0) -> float:
        """The share done, 0 to 1, of the epochs or of the time, whichever is more; `ahead` counts in steps."""
        by_clock = self.trained / self._limit if self._limit else 0.0
        return 1.0 if self.over else min(1.0, max((self.step + ahead) / self.steps, by_clock))

    def left(self) -> float:
        """Seconds until the end, if everything goes on as it did."""
        done = self.progress()
        return self.seconds * (1.0 - done) / done

    def row_due(self, since: float) -> bool:
        """Whether the last step row, at `since` seconds of training, is long enough ago."""
        return self.trained - since >= max(ROW_SECONDS, self.trained / ROWS)
