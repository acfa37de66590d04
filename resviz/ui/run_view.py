"""A run on the page: its state, its live curves, Stop, and its files."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from resviz.core.spec import NetSpec
from resviz.draw.theme import LIGHT
from resviz.runs import shelf, store
from resviz.runs.journal import Row
from resviz.runs.status import Status, curve_csv, kept, status
from resviz.runs.store import ALIVE, RESUMABLE, Run
from resviz.train.launch import go_on
from resviz.ui import chart_files, choice, run_curves
from resviz.ui.attempts import attempt, tried
from resviz.ui.colours import theme
from resviz.views import curves as drawn
from resviz.views.vega import Chart
from resviz.zoo.families import from_json, to_json

PACES = ((60.0, 1.0), (600.0, 2.0), (math.inf, 5.0))
"""Until so many seconds of training, the seconds between two looks: of a long one each look shows less that is new."""
REFUSED_NAME = "run-name-refused"
CURVES = (("training", "linear", True), ("test", "conv", False), ("validation", "activation", False))
WORDS = {
    "queued": "never started",
    "waiting": "waiting",
    "starting": "starting: torch is being loaded …",
    "running": "training",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}


@dataclass(frozen=True)
class Refused:
    """What somebody typed that is not possible, and why."""

    typed: str
    why: str


def show(run: Run, spec: NetSpec) -> None:
    """The run as it is; while it lives, this part of the page reads its folder again and again."""
    config = run.config()
    named = shelf.label(run).name
    st.markdown(f"**{choice.plain(named or str(config['title']))}** · `{run.id}`")
    now = status(run, _rows(run))
    alive, every = now.state in ALIVE, pace(now)
    st.fragment(_live, run_every=every if alive else None)(run, alive, every)
    if config["spec"] != to_json(spec):
        st.caption("This run is of another network than the one above; Show this network opens it.")
    _files(run)
    _keep(run, alive)


def pace(now: Status) -> float:
    """Seconds between two looks at the run."""
    return next(every for until, every in PACES if (now.seconds or 0.0) < until)


def _live(run: Run, was_alive: bool, every: float) -> None:
    curve = _rows(run)
    now = status(run, curve)
    # a click in here reruns this part alone: what is around it follows, and how often it is read
    if was_alive != (now.state in ALIVE) or every != pace(now):
        st.rerun()
    bar, stop = st.columns([5, 1], vertical_alignment="bottom")
    bar.progress(min(1.0, now.progress), _progress(run, now))
    if now.state in RESUMABLE:
        stop.button("Resume", on_click=_resume, args=(run,), key="resume", width="stretch",
                    help="goes on after the last finished epoch")  # fmt: skip
    if was_alive:
        asked = partial(store.stop, run)
        stop.button("Stop", on_click=attempt, args=(asked,), key="stop", disabled=run.stop_asked(), width="stretch")
    _figures(now, _epochs(run, curve))
    if now.message:
        (st.error if now.state == "failed" else st.warning)(choice.plain(now.message))
    if not any(row["kind"] in ("step", "epoch") for row in curve):
        return
    st.html(run_curves.legend([(name, theme().edge(hue), dashed) for name, hue, dashed in _kinds(curve)]))
    for column, quantity in zip(st.columns(2), ("loss", "error"), strict=True):
        with column:
            st.markdown(quantity.capitalize())
            option = curves(curve, quantity, _epochs(run, curve))
            st.echarts_chart(
                option, height=280, key=f"curve-{quantity}", alt=f"{quantity} of training and test by epoch"
            )


def _epochs(run: Run, curve: Sequence[Row]) -> int:
    """The epochs that were asked for, or that the steps come to."""
    recipe = run.config()["recipe"]
    asked = next((row["epochs"] for row in curve if row.get("kind") == "start" and "epochs" in row), None)
    epochs = asked if asked is not None or not isinstance(recipe, dict) else recipe.get("epochs")
    return math.ceil(epochs) if isinstance(epochs, (int, float)) else 0


def _rows(run: Run) -> list[Row]:
    """The rows so far; only what is new is read again."""
    key = f"rows-{run.id}"
    rows, at = st.session_state.get(key, ([], 0))
    new, at = store.rows(run, at)
    st.session_state[key] = ([*rows, *new], at)
    return kept([*rows, *new])


def _progress(run: Run, now: Status) -> str:
    if now.download:
        return f"downloading {now.download}"
    left = f", {now.seconds_left:.0f} s left" if now.seconds_left is not None and now.state == "running" else ""
    return f"{state_words(run, now)}{left}"


def state_words(run: Run, now: Status) -> str:
    """What the run is doing, in words; one that waits, with how many are before it."""
    ahead = run.ahead() if now.state == "waiting" else None
    return f"waiting, {ahead} before it" if ahead else WORDS[now.state]


def _figures(now: Status, epochs: int) -> None:
    figures = (
        (f"of {epochs} epochs" if epochs > 1 else f"of {epochs} epoch", str(now.epochs)),
        ("test accuracy", "–" if now.test_error is None else f"{100 * (1 - now.test_error):.2f} %"),
        ("training error", "–" if now.train_error is None else f"{100 * now.train_error:.2f} %"),
        ("images/s", "–" if now.images_per_second is None else f"{now.images_per_second:,.0f}"),
        ("seconds", "–" if now.seconds is None else f"{now.seconds:.1f}"),
    )
    cells = "".join(f"<div><b>{value}</b> {name}</div>" for name, value in figures)
    st.html(f'<div class="run" style="display:flex;flex-wrap:wrap;gap:0.2rem 1.4rem">{cells}</div>')


def _kinds(rows: Sequence[Row]) -> tuple[tuple[str, str, bool], ...]:
    """The curves of a run: name, category of its colour, and whether it is dashed."""
    held_out = any("validation_error" in row for row in rows if row["kind"] == "epoch")
    return CURVES if held_out else CURVES[:2]


def curves(rows: list[Row], quantity: str, epochs: int) -> dict[str, Any]:
    """An ECharts option with the curves of "loss" or "error" over the epochs that were asked for."""
    colours = theme()
    series = []
    for name, hue, dashed in _kinds(rows):
        kind, field = ("step", quantity) if name == "training" else ("epoch", f"{name}_{quantity}")
        points = [(row["epoch"], row.get(field)) for row in rows if row["kind"] == kind]
        series.append(run_curves.line(name, points, colours.edge(hue), dashed, symbols=not dashed))
    return run_curves.chart(series, colours, epochs)


def _files(run: Run) -> None:
    with st.container(horizontal=True):
        curve, weights, spec = f"{run.id}.csv", f"{run.id}.safetensors", f"{run.id}.json"
        st.download_button("Curve (CSV)", lambda: curve_csv(run), curve, "text/csv", on_click="ignore")
        chart_files.buttons(partial(_chart, run), run.id)
        if run.checkpoint.exists():
            st.download_button("Weights (safetensors)", run.checkpoint.read_bytes, weights, on_click="ignore")
        if run.best.exists() and not run.best.samefile(run.checkpoint):
            best = f"{run.id}-best.safetensors"
            st.download_button("Best weights", run.best.read_bytes, best, on_click="ignore",
                               help="of the epoch with the lowest error")  # fmt: skip
        st.download_button("Spec (JSON)", lambda: json.dumps(run.spec(), indent=1), spec, on_click="ignore")
        st.button("Show this network", on_click=_take, args=(run,))


def _chart(run: Run) -> Chart:
    """Error and loss by epoch, in the light theme."""
    title, seen = str(run.config()["title"]), kept(store.rows(run)[0])
    return drawn.chart({name: drawn.of_rows(title, seen, name) for name in drawn.QUANTITIES}, LIGHT, title)


def _keep(run: Run, alive: bool) -> None:
    """Its name, its pin, and the way out."""
    said = shelf.label(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        refused = st.session_state.pop(REFUSED_NAME, None)
        st.session_state["run-name"] = refused.typed if refused else said.name
        st.text_input(
            "Name", key="run-name", placeholder="a name for this run", label_visibility="collapsed", width=260,
            on_change=_rename, args=(run,),
        )  # fmt: skip
        st.session_state["run-pin"] = said.pinned
        st.toggle("Pin", key="run-pin", on_change=_pin, args=(run,),
                  help="it stands first in the list, and is not deleted")  # fmt: skip
        with st.popover("Delete …", disabled=alive or said.pinned):
            st.caption(f"Its curves and weights are gone for everybody: {shelf.gigabytes(shelf.size(run))}.")
            st.button("Delete it", key="run-delete", disabled=alive or said.pinned, on_click=_delete, args=(run,))
    if refused:
        st.error(choice.plain(refused.why))


def _resume(run: Run) -> None:
    attempt(lambda: go_on(run))


def _rename(run: Run) -> None:
    typed = st.session_state["run-name"]
    try:
        shelf.rename(run, typed)
    except (ValueError, OSError) as error:
        st.session_state[REFUSED_NAME] = Refused(typed, str(error))


def _pin(run: Run) -> None:
    attempt(lambda: shelf.pin(run, st.session_state["run-pin"]))


def _delete(run: Run) -> None:
    if tried(lambda: shelf.delete(run)):
        st.query_params.pop("run", None)


def _take(run: Run) -> None:
    attempt(lambda: _choose(from_json(run.spec())))


def _choose(spec: NetSpec) -> None:
    choice.choose(type(spec), spec.chosen())
