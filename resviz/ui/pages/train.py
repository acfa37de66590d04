"""The page Train: a recipe, a button, and the run that the URL names with its live curves.

A run is a process of its own and a folder; the page only reads the folder, so it may be reloaded or closed at will.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from resviz.core.knob import Knob, SpecError
from resviz.core.spec import NetSpec
from resviz.runs import store
from resviz.runs.status import status
from resviz.runs.store import ALIVE, Run, RunError
from resviz.train.launch import launch
from resviz.train.recipe import Recipe, changes, fitted, recipe_of
from resviz.ui import choice, notes, run_view, widgets
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
    recipe, refused = _read(texts)
    for k in Recipe.knobs():
        if k.primary:
            _knob(k, recipe, texts)
    with st.expander("More", expanded=recipe is not None and recipe.data != "digits"):
        for k in Recipe.knobs():
            if not k.primary:
                _knob(k, recipe, texts)
    if refused is not None:
        _mend(refused, texts)
    if recipe is not None:
        _button(shown, recipe)


def _mend(refused: SpecError, texts: dict[str, str]) -> None:
    st.error(choice.plain(str(refused)))
    by_name = {k.name: k for k in Recipe.knobs()}
    for name, value in refused.fix.items():
        k = by_name[name]
        st.button(f"Set {k.title.lower()} to {k.show(value)}", on_click=texts.update, args=({name: k.show(value)},))


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


def _read(texts: Mapping[str, str]) -> tuple[Recipe | None, SpecError | None]:
    try:
        return Recipe.of_text(texts), None
    except SpecError as error:
        return None, error


def _knob(k: Knob, recipe: Recipe | None, texts: dict[str, str]) -> None:
    value = recipe.values()[k.name] if recipe else widgets.readable(k, texts, Recipe().values()[k.name])
    typed = None if recipe else texts.get(k.name)
    widgets.show(k, f"recipe-{k.name}", value, k.options(None), partial(texts.__setitem__, k.name), typed)


def _start(spec: NetSpec, recipe: Recipe) -> None:
    """Create the run and start it, unless every core trains already."""
    busy = sum(run.state() in ALIVE for run in store.listed())
    most = os.cpu_count() or 1
    if busy >= most:
        st.session_state[REFUSED] = (
            f"{busy} networks are being trained and this machine has {most} cores: wait for one to end, or stop one."
        )
        return
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
