"""The page Train: a recipe, a button, and the run that the URL names with its live curves.

A run is a process of its own and a folder; the page only reads the folder, so it may be reloaded or closed at will.
"""

from __future__ import annotations

import math
from functools import partial

import pandas as pd
import streamlit as st

from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.runs import store
from resviz.runs.status import status
from resviz.runs.store import Run, RunError
from resviz.train.launch import launch
from resviz.train.recipe import Recipe, changes, fitted, recipe_of
from resviz.ui import choice, notes, recipe_form, run_view
from resviz.ui.page import Page, Shown
from resviz.zoo.families import PRESETS

RUN = "run"
TEXTS = "recipe-texts"
REFUSED = "train-refused"
LISTED = 30
FOR_SMALL_IMAGES = ("resnet8", "resnet20")


def show(shown: Shown) -> None:
    """The recipe at the left, the run at the right, the list of runs below."""
    if TEXTS not in st.session_state:
        st.session_state[TEXTS] = _recipe_of_run()
    left, right = st.columns([1, 2], gap="large")
    with left:
        _recipe(shown, st.session_state[TEXTS])
    with right:
        _run(shown)
    _list()


def _recipe_of_run() -> dict[str, str]:
    """What the run in the URL was trained by, so that a link or a reload shows its recipe."""
    try:
        return recipe_of(store.find(st.query_params.get(RUN, "")).config()["recipe"]).chosen()
    except (RunError, SpecError):
        return {}


def _recipe(shown: Shown, texts: dict[str, str]) -> None:
    recipe = recipe_form.show(texts, "recipe")
    if recipe is not None:
        _button(shown, recipe)


def _button(shown: Shown, recipe: Recipe) -> None:
    """What stands against the training, or the button that starts it."""
    try:
        spec = fitted(shown.spec, recipe.data, recipe.size)
    except ValueError as error:
        st.error(choice.plain(str(error)))
        return
    if message := st.session_state.pop(REFUSED, ""):
        st.error(choice.plain(message))
    st.button(f"Train {spec.title()}", on_click=_start, args=(shown.spec, recipe), width="stretch", key="train")
    if changed := changes(shown.spec, spec, recipe.data):
        st.caption(choice.plain(f"For this training {changed}."))
    _warn_of_small_maps(spec)


def _warn_of_small_maps(spec: NetSpec) -> None:
    """Say so where a net for large images is left with maps of one pixel, and name nets that fit."""
    stage = notes.one_pixel_from(spec.node())
    if not stage:
        return
    st.warning(
        f"From {stage} on these images are 1×1: the 3×3 convolutions there see only padding, and the net learns "
        "slowly. These fit small images:"
    )
    with st.container(horizontal=True):
        for name in FOR_SMALL_IMAGES:
            st.button(PRESETS[name].title, on_click=choice.take, args=(name,))


def _start(spec: NetSpec, recipe: Recipe) -> None:
    """Create the run and put it into the queue."""
    try:
        run = launch(spec, recipe)
    except (ValueError, OSError) as error:
        st.session_state[REFUSED] = str(error)
        return
    st.query_params[RUN] = run.id


def _run(shown: Shown) -> None:
    name = st.query_params.get(RUN)
    if name is None:
        st.info(
            "Press Train: the curves appear here. The training goes on if you close the page; its link finds it again."
        )
        return
    try:
        run_view.show(store.find(name), shown.spec)
    except RunError as error:
        st.error(choice.plain(str(error)))


def _list() -> None:
    runs = store.listed()[:LISTED]
    if not runs:
        return
    st.markdown("**Runs** (tick one to see it)")
    columns = {
        "test accuracy": st.column_config.NumberColumn(format="percent"),
        "seconds": st.column_config.NumberColumn(format="%.1f"),
        "begun": st.column_config.DatetimeColumn(format="distance"),
    }
    st.dataframe(
        pd.DataFrame([_line(run) for run in runs]), hide_index=True, selection_mode="single-row", key="runs",
        on_select=partial(_open, [run.id for run in runs]), column_config=columns,
    )  # fmt: skip


def _open(names: list[str]) -> None:
    rows = st.session_state["runs"]["selection"]["rows"]
    if rows and rows[0] < len(names):
        st.query_params[RUN] = names[rows[0]]


def _line(run: Run) -> dict[str, object]:
    now, config = status(run), run.config()
    return {
        "run": run.id,
        "network": config["title"],
        "recipe": _title(config["recipe"]),
        "begun": pd.Timestamp(str(config["created"])),
        "state": run_view.WORDS[now.state],
        "epochs": now.epochs,
        "test accuracy": math.nan if now.test_error is None else 1 - now.test_error,
        "seconds": math.nan if now.seconds is None else now.seconds,
    }


def _title(recipe: object) -> str:
    try:
        return recipe_of(recipe).title()
    except SpecError as error:
        return str(error)


PAGE = Page("Train", 5, show)
