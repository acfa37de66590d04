"""Several runs on the page: their training and test errors in one picture, and what they came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from resviz.runs import shelf, store
from resviz.runs.journal import Row
from resviz.runs.status import kept, status
from resviz.runs.store import ALIVE, Run
from resviz.ui import run_curves, run_view
from resviz.ui.colours import theme

EVERY_SECONDS = 2.0


def show(runs: Sequence[Run]) -> None:
    """The runs side by side; while one of them lives, this part of the page reads their folders."""
    alive = any(run.state() in ALIVE for run in runs)
    st.fragment(_live, run_every=EVERY_SECONDS if alive else None)(runs, alive)


def _live(runs: Sequence[Run], were_alive: bool) -> None:
    if were_alive and not any(run.state() in ALIVE for run in runs):
        st.rerun()
    ends = [[row for row in kept(store.rows(run)[0]) if row.get("kind") == "epoch"] for run in runs]
    titles = _titles(runs)
    run_curves.show_errors("compared", titles, partial(curves, titles, ends))
    st.dataframe(pd.DataFrame([_line(run, title) for run, title in zip(runs, titles, strict=True)]), hide_index=True)


def _titles(runs: Sequence[Run]) -> list[str]:
    """Names where runs have one, otherwise networks; with the seed or the ID where those are the same."""
    configs = [run.config() for run in runs]
    titles = [shelf.label(run).name or str(config["title"]) for run, config in zip(runs, configs, strict=True)]
    seeds = [config["recipe"].get("seed") if isinstance(config["recipe"], dict) else None for config in configs]
    seeded = [f"{title}, seed {seed}" if titles.count(title) > 1 else title for title, seed in zip(titles, seeds)]
    count = Counter(seeded)
    return [f"{title}, {run.id}" if count[title] > 1 else title for title, run in zip(seeded, runs, strict=True)]


def curves(titles: Sequence[str], ends: Sequence[Sequence[Row]], quantity: str) -> dict[str, Any]:
    """An ECharts option with a curve a run."""
    colours = theme()
    series = []
    for i, (title, rows) in enumerate(zip(titles, ends, strict=True)):
        colour, dashed = run_curves.hue(i, colours)
        points = [(row["epoch"], row.get(quantity)) for row in rows]
        series.append(run_curves.line(title, points, colour, dashed, symbols=True))
    return run_curves.chart(series, colours, max((len(rows) for rows in ends), default=0))


def _line(run: Run, title: str) -> dict[str, object]:
    now = status(run)
    return {
        "run": title,
        "state": run_view.state_words(run, now),
        "epochs": now.epochs,
        "training error": _share(now.train_error),
        "test error": _share(now.test_error),
        "seconds": "–" if now.seconds is None else f"{now.seconds:.1f}",
    }


def _share(error: float | None) -> str:
    return "–" if error is None else f"{100 * error:.2f} %"
