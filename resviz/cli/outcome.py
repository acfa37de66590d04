"""What came out of an experiment, on the terminal: a line an arm, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from resviz.experiments.record import Experiment
from resviz.experiments.results import ArmResult, Spread, verdict


def table(experiment: Experiment, arms: Sequence[ArmResult]) -> str:
    """Parameters, errors and seconds of each arm, and what follows."""
    width = max(len(arm.title) for arm in arms)
    lines = [
        f"{experiment.design.title} ({experiment.id})",
        f"{'':<{width}}  parameters  training error     test error       seconds",
    ]
    lines += [
        f"{arm.title:<{width}}  {arm.parameters:>10,}  {_share(arm.final('train_error')):<17}"
        f"  {_share(arm.final('test_error')):<15}  {arm.seconds:>7.1f}"
        for arm in arms
    ]
    found = verdict(experiment, arms)
    return "\n".join([*lines, "", found.sentence if found else "It has not come to its end."])


def _share(s: Spread | None) -> str:
    if s is None:
        return "–"
    return f"{100 * s.mean:.2f} %" + (f" ± {100 * s.deviation:.2f}" if s.seeds > 1 else "")
