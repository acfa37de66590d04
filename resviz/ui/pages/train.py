"""The page Train: a recipe, a button, and the run that the URL names with its live curves.

A run is a process of its own and a folder; the page only reads the folder, so it may be reloaded or closed at will.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.runs import store
from resviz.runs.store import RunError
from resviz.train.errors import DataError
from resviz.train.launch import launch
from resviz.train.recipe import Recipe, changes, fitted, recipe_of
from resviz.train.sources import SOURCES, locate
from resviz.ui import choice, notes, recipe_form, run_compare, run_list, run_view
from resviz.ui.packed import Packed
from resviz.ui.page import Page, Shown
from resviz.zoo.families import PRESETS

RECIPE = "recipe"
REFUSED = "train-refused"
FOR_SMALL_IMAGES = ("resnet8", "resnet20")


def show(shown: Shown) -> None:
    """The recipe at the left, the run at the right, the list of runs below."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        _recipe(shown, _texts())
    with right:
        _run(shown)
    run_list.show()


def _texts() -> Packed:
    """The recipe that the URL has, or else the one that the run in the URL was trained by."""
    return Packed(RECIPE, _recipe_of_run())


def _recipe_of_run() -> dict[str, str]:
    try:
        return recipe_of(store.find(run_list.asked()[0]).config()["recipe"]).chosen()
    except (IndexError, RunError, SpecError):
        return {}


def _recipe(shown: Shown, texts: Packed) -> None:
    recipe_form.named(texts)
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
    _warn_of_absent(recipe)
    if changed := changes(shown.spec, spec, recipe.data):
        st.caption(choice.plain(f"For this training {changed}."))
    _warn_of_small_maps(spec)


def _warn_of_absent(recipe: Recipe) -> None:
    """Say so where the data have to be fetched first, and offer those that have not."""
    if recipe.data_dir:
        return
    try:
        locate(recipe.data, "")
    except DataError:
        entry = SOURCES[recipe.data]
        host = urlsplit(entry.thing.remotes[0].url).hostname
        st.caption(choice.plain(
            f"{entry.title} is not on this machine: the training fetches it from {host} first, or name under More the "
            f"folder that holds {entry.thing.files[0]}."
        ))  # fmt: skip
        st.button("Take digits, which are built in", on_click=_take_digits)


def _take_digits() -> None:
    texts = _texts()
    texts.replace({knob: text for knob, text in texts.items() if knob != "data"})


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
    st.query_params[run_list.RUN] = run.id


def _run(shown: Shown) -> None:
    names = run_list.asked()
    if not names:
        st.info(
            "Press Train: the curves appear here. The training goes on if you close the page; its link finds it again."
        )
        return
    try:
        runs = [store.find(name) for name in names]
        if len(runs) == 1:
            run_view.show(runs[0], shown.spec)
        else:
            run_compare.show(runs)
    except RunError as error:
        st.error(choice.plain(str(error)))


PAGE = Page("Train", 5, show)
