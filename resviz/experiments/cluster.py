"""Runs on a Ray cluster, whose nodes see the runs' folder: Ray decides where and when; needs the extra [ray].

A node runs the same worker on the same folder as this machine's queue would, so that everything else stays as it is.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from resviz.runs import queue, store
from resviz.runs.store import Run, RunError
from resviz.train.recipe import Recipe

CORES = 2
"""Of a node, for a training on the CPU; as in the queue."""


class Cluster:
    """A Ray cluster at `address` ("" for one on this machine alone)."""

    def __init__(self, address: str) -> None:
        try:
            self._ray = importlib.import_module("ray")
        except ImportError:
            raise RunError('a Ray cluster needs Ray: pip install "resviz[ray]"') from None
        try:
            self._ray.init(
                address=address or "local", log_to_driver=False, logging_level="ERROR", configure_logging=False
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise RunError(f"there is no Ray cluster at {address or 'this machine'}: {error}") from None
        self._tasks: dict[str, Any] = {}

    def start(self, run: Run, recipe: Recipe) -> None:
        """Give the run to the cluster."""
        gpu = queue.places(recipe.device).kind == "gpu"
        cores = min(CORES, int(self._ray.cluster_resources().get("CPU", 1)))
        task = self._ray.remote(_work).options(num_cpus=cores, num_gpus=1 if gpu else 0, max_retries=0)
        self._tasks[run.id] = task.remote(str(run.path))

    def waiting(self) -> bool:
        """Whether a run that was given to the cluster has not ended there."""
        _, left = self._ray.wait(list(self._tasks.values()), num_returns=len(self._tasks), timeout=0)
        return bool(left)

    def leave(self) -> None:
        """Let go of the cluster; what runs there ends."""
        self._ray.shutdown()


def _work(folder: str) -> int:
    """On a node: train what the folder asks for."""
    with Run(Path(folder)).log.open("ab") as log:
        command = [sys.executable, "-P", "-m", store.TRAINER, folder]
        env = {**store.CALM, **os.environ, queue.GIVEN: "1"}
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, env=env
        ).returncode
