"""The page Train: a recipe, a button, and the run that the URL names with its live curves.

A run is a process of its own and a folder; the page only reads the folder, so it may be reloaded or closed at will.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from resviz.core.spec import Knob, NetSpec, SpecError
from resviz.runs import store
from resviz.runs.status import status
from resviz.runs.store import ALIVE, Run, RunError
from resviz.train.launch import launch
from resviz.train.recipe import Recipe, changes, fitted
from resviz.ui import choice, run_view, widgets
from resviz.ui.page import Page, Shown
from resviz.views import tables
from resviz.zoo.families import PRESETS

RUN = "run"
TEXTS = "recipe-texts"
LISTED = 30
FOR_SMALL_IMAGES = ("resnet8", "resnet20")


def show(shown: Shown) -> None:
    """The recipe at the left, the run at the right, the list of runs below."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        _recipe(shown)
    with right:
        _run()
    _list()


def _recipe(shown: Shown) -> None:
    texts: dict[str, str] = st.session_state.setdefault(TEXTS, {})
    recipe, error = _read(texts)
    for k in Recipe.knobs():
        if k.primary:
            _knob(k, recipe, texts)
    with st.expander("More", expanded=recipe is not None and recipe.data != "digits"):
        for k in Recipe.knobs():
            if not k.primary:
                _knob(k, recipe, texts)
    if recipe is None:
        st.error(choice.plain(error))
        st.button("Back to the defaults", on_click=texts.clear)
        return
    try:
        spec = fitted(shown.spec, recipe.data)
    except ValueError as refused:
        st.error(choice.plain(str(refused)))
        return
    changed = changes(shown.spec, spec)
    st.button(f"Train {spec.title()}", on_click=_start, args=(shown.spec, recipe), width="stretch", key="train")
    if changed:
        st.caption(f"For this training {changed}.")
    _warn_of_small_maps(spec)
    if message := st.session_state.pop("train-refused", ""):
        st.error(choice.plain(message))


def _warn_of_small_maps(spec: NetSpec) -> None:
    """Say so where a net for large images is left with maps of one pixel: there a 3×3 sees only padding."""
    stages = [row for row in tables.rows(spec.node(), "stage") if len(row.out) == 3]
    point = next((row.path for row in stages[:-1] if row.out[1:] == (1, 1)), None)
    if point is None:
        return
    st.warning(
        f"From {point} on these images are 1×1: the 3×3 convolutions there see only padding, and the net learns "
        "slowly. These fit small images:"
    )
    with st.container(horizontal=True):
        for name in FOR_SMALL_IMAGES:
            st.button(PRESETS[name].title, on_click=choice.take, args=(name,))


def _read(texts: Mapping[str, str]) -> tuple[Recipe | None, str]:
    try:
        return Recipe.of_text(texts), ""
    except SpecError as error:
        return None, str(error)


def _knob(k: Knob, recipe: Recipe | None, texts: dict[str, str]) -> None:
    value = (recipe or Recipe()).values()[k.name]
    titles = {entry.name: entry.title for entry in k.registry} if k.registry else {}
    widgets.show(k, f"recipe-{k.name}", value, k.options(None), partial(texts.__setitem__, k.name), titles)


def _start(spec: NetSpec, recipe: Recipe) -> None:
    """Create the run and start it, unless every core trains already."""
    busy = sum(run.state() in ALIVE for run in store.listed())
    most = os.cpu_count() or 1
    if busy >= most:
        st.session_state["train-refused"] = (
            f"{busy} networks are being trained and this machine has {most} cores: wait for one to end, or stop one."
        )
        return
    try:
        run = launch(spec, recipe)
    except (ValueError, OSError) as error:
        st.session_state["train-refused"] = str(error)
        return
    st.query_params[RUN] = run.id


def _run() -> None:
    name = st.query_params.get(RUN)
    if name is None:
        st.info(
            "Press Train: the curves appear here. The training goes on if you close the page; its link finds it again."
        )
        return
    try:
        run_view.show(store.find(name))
    except RunError as error:
        st.error(choice.plain(str(error)))


def _list() -> None:
    runs = store.listed()[:LISTED]
    if not runs:
        return
    st.markdown("**Runs**")
    chosen = st.dataframe(
        pd.DataFrame([_line(run) for run in runs]), hide_index=True, on_select="rerun", selection_mode="single-row",
        key="runs", column_config={
            "test accuracy": st.column_config.NumberColumn(format="percent"),
            "seconds": st.column_config.NumberColumn(format="%.1f"),
        },
    )  # fmt: skip
    rows = chosen.get("selection", {}).get("rows", [])
    if rows and rows[0] < len(runs) and runs[rows[0]].id != st.query_params.get(RUN):
        st.button(f"Show {runs[rows[0]].id}", on_click=_open, args=(runs[rows[0]],))


def _open(run: Run) -> None:
    st.query_params[RUN] = run.id


def _line(run: Run) -> dict[str, object]:
    now = status(run)
    return {
        "run": run.id,
        "network": run.config()["title"],
        "state": now.state,
        "epochs": now.epochs,
        "test accuracy": None if now.test_error is None else 1 - now.test_error,
        "seconds": now.seconds,
    }


PAGE = Page("Train", 5, show)
