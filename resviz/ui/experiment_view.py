"""An experiment on the page: what was predicted, its curves while they grow, the table, and the verdict."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from resviz.draw.theme import LIGHT
from resviz.experiments import record
from resviz.experiments.named import EXPERIMENTS
from resviz.experiments.record import Experiment
from resviz.experiments.results import ArmResult, Spread, document, results, verdict
from resviz.runs import store
from resviz.runs.journal import Row
from resviz.runs.store import Run
from resviz.ui import chart_files, choice, run_curves, run_view
from resviz.ui.attempts import attempt, tried
from resviz.ui.colours import theme
from resviz.views import curves as drawn
from resviz.views.vega import Chart

EVERY_SECONDS = 1.0


def show(experiment: Experiment) -> None:
    """The experiment as it is; while it lives, this part of the page reads its runs every second."""
    st.markdown(f"**{choice.plain(experiment.design.title)}** · `{experiment.id}`")
    if experiment.prediction:
        st.caption(choice.plain(f"The prediction: {experiment.prediction}"))
    alive = experiment.alive()
    st.fragment(_live, run_every=EVERY_SECONDS if alive else None)(experiment, alive)
    _files(experiment)


def _live(experiment: Experiment, was_alive: bool) -> None:
    # a click in here reruns this part alone: what is around it follows, and how often it is read
    if was_alive != experiment.alive():
        st.rerun()
    arms = results(experiment, _rows)
    _bar(experiment, arms, was_alive)
    _verdict(experiment, arms)
    epochs = max((arm.epochs for arm in arms), default=0)
    asked = experiment.design.recipe.get("epochs", "")
    longest = int(asked) if asked.isdigit() and not experiment.design.vary else epochs
    if epochs:
        drawn_to = max(longest, epochs)
        run_curves.show_errors(
            "experiment", [arm.title for arm in arms], lambda quantity: curves(arms, quantity, drawn_to)
        )
    _table(arms)


def _rows(run: Run) -> list[Row]:
    """The rows so far but those of steps; only what is new is read again."""
    key = f"ends-{run.id}"
    rows, at = st.session_state.get(key, ([], 0))
    new, at = store.rows(run, at)
    rows = [*rows, *(row for row in new if row.get("kind") != "step")]
    st.session_state[key] = (rows, at)
    return rows


def _progress(run: Run) -> float:
    """The share of the training that its last epoch ended."""
    shares = (row.get("progress") for row in reversed(_rows(run)) if row.get("kind") == "epoch")
    share = next(shares, 0.0)
    return min(1.0, float(share)) if isinstance(share, (int, float)) else 0.0


def _bar(experiment: Experiment, arms: list[ArmResult], alive: bool) -> None:
    states = Counter(run_view.WORDS[state] for arm in arms for state in arm.states)
    done = [1.0 if run.state() in ("finished", "failed") else _progress(run) for run in experiment.runs()]
    words = ", ".join(f"{count} {word}" for word, count in states.items())
    bar, button = st.columns([5, 1], vertical_alignment="bottom")
    bar.progress(sum(done) / max(1, len(done)), words)
    if alive:
        stop = partial(record.stop, experiment)
        button.button("Stop all", on_click=attempt, args=(stop,), key="stop-experiment", width="stretch")
    elif record.unfinished(experiment):
        go_on = partial(record.go_on, experiment)
        button.button("Go on", on_click=attempt, args=(go_on,), key="go-on", width="stretch")


def _verdict(experiment: Experiment, arms: list[ArmResult]) -> None:
    found = verdict(experiment, arms)
    if found is None:
        return
    if not found.settled:
        st.warning(found.sentence)
        return
    st.success(choice.plain(" ".join(filter(None, (found.sentence, found.prediction)))), icon=":material/gavel:")
    if experiment.name in EXPERIMENTS:
        entry = EXPERIMENTS[experiment.name]
        st.caption(choice.plain(f"The papers ({entry.cite}): {entry.text}"))


def curves(arms: list[ArmResult], quantity: str, epochs: int) -> dict[str, Any]:
    """An ECharts option: each arm's mean over its seeds, and a band from the lowest to the highest."""
    colours = theme()
    series: list[dict[str, Any]] = []
    for i, arm in enumerate(arms):
        colour, dashed = run_curves.hue(i, colours)
        spreads = list(enumerate(arm.curves[quantity], start=1))
        if any(s.seeds > 1 for _, s in spreads):
            low = [(epoch, s.low) for epoch, s in spreads]
            series += run_curves.band(arm.title, low, [s.high for _, s in spreads], colour)
        series.append(run_curves.line(arm.title, [(epoch, s.mean) for epoch, s in spreads], colour, dashed, True))
    return run_curves.chart(series, colours, epochs)


def _table(arms: list[ArmResult]) -> None:
    rows = [
        {
            "network": arm.title,
            "parameters": f"{arm.parameters:,}" if arm.parameters else "–",
            "seeds": f"{sum(state == 'finished' for state in arm.states)} of {len(arm.states)}",
            "training error": _share(arm.final("train_error")),
            "test error": _share(arm.final("test_error")),
            "epochs": arm.epochs,
            "seconds": arm.seconds,
            "": "; ".join(dict.fromkeys(filter(None, arm.messages))),
        }
        for arm in arms
    ]
    columns = {
        "seconds": st.column_config.NumberColumn(format="%.1f", help="of all seeds together"),
        "training error": st.column_config.TextColumn(help="mean over the seeds ± standard deviation"),
        "test error": st.column_config.TextColumn(help="mean over the seeds ± standard deviation"),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, key="arms")


def _share(s: Spread | None) -> str:
    if s is None or math.isnan(s.mean):
        return "–"
    return f"{100 * s.mean:.2f} %" + (f" ± {100 * s.deviation:.2f}" if s.seeds > 1 else "")


def _files(experiment: Experiment) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Results (JSON)", lambda: json.dumps(document(experiment, results(experiment)), indent=1),
            f"{experiment.id}.json", "application/json", on_click="ignore",
        )  # fmt: skip
        chart_files.buttons(partial(_chart, experiment), experiment.id)
        if not experiment.alive():
            why = record.pinned(experiment)
            with st.popover("Delete …", disabled=bool(why), help=why):
                st.caption("The curves and the weights of all its runs are gone for everybody.")
                st.button("Delete it and its runs", on_click=_delete, args=(experiment,), disabled=bool(why))


def _chart(experiment: Experiment) -> Chart:
    """The error by epoch of every arm: the mean over the seeds, with the band of all."""
    lines = [
        drawn.Curve(arm.title, words, tuple(drawn.Point(epoch, s.mean, s.low, s.high) for epoch, s in
                     enumerate(arm.curves[f"{part}_error"], start=1)))
        for arm in results(experiment) for part, words in drawn.PARTS.items() if f"{part}_error" in arm.curves
    ]  # fmt: skip
    return drawn.chart({"error": lines}, LIGHT, experiment.design.title)


def _delete(experiment: Experiment) -> None:
    if tried(lambda: record.delete(experiment)):
        st.query_params.pop("experiment", None)
