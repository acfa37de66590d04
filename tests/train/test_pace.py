"""How far a training is, by a clock that the test holds."""

from __future__ import annotations

import pytest

from resviz.train.pace import Pace
from resviz.train.recipe import Recipe


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def stepped(pace: Pace, clock: Clock, steps: int, seconds: float) -> None:
    pace.step += steps
    clock.now += seconds


def test_an_evaluation_is_no_training_while_it_lasts_and_afterwards(clock: Clock) -> None:
    pace = Pace(Recipe(epochs=1000, seconds=10.0), 5, clock)
    stepped(pace, clock, 5, 2.0)
    with pace.idle():
        clock.now += 30.0
        assert (pace.trained, pace.progress(), pace.over) == (2.0, 0.2, False)
    assert (pace.trained, pace.seconds) == (2.0, 32.0)
    stepped(pace, clock, 5, 1.0)
    assert pace.progress() == pytest.approx(0.3)


def test_what_goes_on_has_trained_as_long_as_what_was_kept_within_an_evaluation(clock: Clock) -> None:
    """The weights are saved between an evaluation and the end of its idle span."""
    pace = Pace(Recipe(epochs=1000, seconds=10.0), 5, clock)
    stepped(pace, clock, 5, 2.0)
    with pace.idle():
        clock.now += 30.0
        kept = pace.json()
    clock.now += 1000.0
    again = Pace(Recipe(epochs=1000, seconds=10.0), 5, clock)
    again.go_on(kept)
    assert (again.step, again.trained, again.seconds) == (5, 2.0, 32.0)


def test_one_step_is_made_however_short_the_time_is(clock: Clock) -> None:
    pace = Pace(Recipe(seconds=1e-9), 5, clock)
    clock.now += 1.0
    assert not pace.over
    stepped(pace, clock, 1, 1.0)
    assert (pace.over, pace.epoch_over, pace.progress()) == (True, True, 1.0)
