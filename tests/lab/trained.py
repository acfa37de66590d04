"""Two networks trained on digits by the default recipe, once for all tests that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resviz.runs import store
from resviz.runs.store import Run
from resviz.train.launch import launch
from resviz.train.recipe import Recipe
from resviz.zoo.families import named

NETWORKS = ("resnet20", "plain20")


def train(folder: Path) -> Iterator[dict[str, Run]]:
    """The finished runs by their network's name, in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESVIZ_RUNS", str(folder))
        runs = {name: launch(named(name, {}), Recipe(device="cpu")) for name in NETWORKS}
        for run in runs.values():
            assert list(store.follow(run))[-1]["state"] == "finished"
        yield runs
