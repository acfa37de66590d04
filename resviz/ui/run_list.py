"""The list of runs: pinned ones first, one to be opened by a tick, several to be compared, and the room they take."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd
import streamlit as st

from resviz.core.knob import SpecError
from resviz.runs import shelf, store
from resviz.runs.status import Status, status
from resviz.runs.store import ALIVE, Run, RunError, State
from resviz.train.recipe import recipe_of
from resviz.ui import choice, run_view

RUN = "run"
BETWEEN = ","
LISTED = 30
MOST_COMPARED = 9
EVERY_SECONDS = 2.0


def asked() -> list[str]:
    """The IDs in the URL."""
    return [name for name in st.query_params.get(RUN, "").split(BETWEEN) if name][:MOST_COMPARED]


def show() -> None:
    """The newest runs, the pinned before them."""
    runs = store.listed()
    if not runs:
        return
    found = {run: status(run) for run in _first(runs)}
    st.markdown("**Runs** (tick one to see it, several to compare them)")
    columns = {
        "pinned": st.column_config.CheckboxColumn(width="small"),
        "test accuracy": st.column_config.NumberColumn(format="percent"),
        "seconds": st.column_config.NumberColumn(format="%.1f"),
        "begun": st.column_config.DatetimeColumn(format="distance"),
    }
    st.dataframe(
        pd.DataFrame([_line(run, now) for run, now in found.items()]), hide_index=True, selection_mode="multi-row",
        key="runs", on_select=partial(_open, [run.id for run in found]), column_config=columns,
    )  # fmt: skip
    st.caption(choice.plain(_room(len(runs), len(found))))
    if any(now.state in ALIVE for now in found.values()):
        st.fragment(_follow, run_every=EVERY_SECONDS)({run.id: now.state for run, now in found.items()})


def _first(runs: list[Run]) -> list[Run]:
    """The newest runs, the pinned before them."""
    return sorted(runs, key=lambda run: not shelf.label(run).pinned)[:LISTED]


def _follow(states: dict[str, State]) -> None:
    """Draws nothing; has the page drawn anew once a run begins or ends, whoever sees to it."""
    if {run.id: run.state() for run in _first(store.listed())} != states:
        st.rerun()


def _room(runs: int, shown: int) -> str:
    words = f"the first {shown} of them shown; " if shown < runs else ""
    try:
        taken = f"{shelf.gigabytes(shelf.used())} of {shelf.gigabytes(shelf.allowed())} taken."
    except RunError as error:
        taken = f"{error}."
    return f"{runs} run{'s' if runs > 1 else ''}; {words}{taken}"


def _open(names: list[str]) -> None:
    rows = [row for row in st.session_state["runs"]["selection"]["rows"] if row < len(names)]
    if rows:
        st.query_params[RUN] = BETWEEN.join(names[row] for row in rows[:MOST_COMPARED])


def _line(run: Run, now: Status) -> dict[str, object]:
    said, about = shelf.label(run), shelf.about(run)
    return {
        "run": said.name or about.title,
        "state": run_view.state_words(run, now),
        "test accuracy": math.nan if now.test_error is None else 1 - now.test_error,
        "epochs": now.epochs,
        "seconds": math.nan if now.seconds is None else now.seconds,
        "begun": pd.NaT if about.begun is None else pd.Timestamp(about.begun),
        "pinned": said.pinned,
        "network": about.title,
        "recipe": _title(run.config()["recipe"]) if about.readable else "",
        "ID": run.id,
    }


def _title(recipe: object) -> str:
    try:
        return recipe_of(recipe).title()
    except SpecError as error:
        return str(error)
