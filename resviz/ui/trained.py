"""The runs whose weights are at hand, the newest first."""

from __future__ import annotations

import json

from resviz.core.spec import NetSpec
from resviz.runs import shelf, store
from resviz.runs.header import metadata
from resviz.runs.store import Run
from resviz.zoo.families import to_json

OFFERED = 40
"""So many runs are offered, and looked at."""


def runs() -> list[Run]:
    """Those that have weights."""
    return [run for run in store.listed()[:OFFERED] if run.checkpoint.exists()]


def runs_of(spec: NetSpec) -> list[Run]:
    """Those that have weights of exactly this network."""
    return [run for run in runs() if _network(run) == to_json(spec)]


def title(run: Run) -> str:
    """What was trained, and when; its name where it has one."""
    about, name = shelf.about(run), shelf.label(run).name
    words = name or about.title
    return words if about.begun is None else f"{words}, {about.begun:%d %b %H:%M:%S}"


def _network(run: Run) -> object:
    """The network that the run's weights say they are of; None where they do not say it."""
    try:
        return json.loads(metadata(run.checkpoint).get("spec", "null"))
    except (OSError, ValueError):
        return None
