"""The widgets of a recipe: what is chosen stands as texts in the session, so that a wrong choice can be mended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

import streamlit as st

from resviz.core.knob import Knob, SpecError
from resviz.train.recipe import Recipe
from resviz.train.recipes import LENGTHS, RECIPES, beside, name_of
from resviz.ui import choice, widgets
from resviz.ui.packed import Packed

OWN = "–"
KEPT = ("data_dir", "device", "precision", "threads", "seed", "compile", "tensorboard")


def show(texts: Packed, prefix: str, without: Collection[str] = ()) -> Recipe | None:
    """The knobs but those `without`, the usual ones at hand; the recipe, or None with a sentence on the page."""
    recipe, refused = _read(texts)
    knobs = [k for k in Recipe.knobs() if k.name not in without]
    wrong = next((k for k in knobs if refused is not None and k.name in refused.fix and _at_hand(k, recipe)), None)
    for k in knobs:
        if _at_hand(k, recipe):
            _knob(k, recipe, texts, prefix)
        if refused is not None and k is wrong:
            _mend(refused, texts)
    with st.expander("More", key=f"{prefix}-more", expanded=recipe is not None and recipe.data != "digits"):
        for k in knobs:
            if not _at_hand(k, recipe) and (recipe is None or not k.needs(recipe)):
                _knob(k, recipe, texts, prefix)
    if refused is not None and wrong is None:
        _mend(refused, texts)
    return recipe


def _at_hand(k: Knob, recipe: Recipe | None) -> bool:
    """Whether the knob is of the usual ones; of the two lengths it is the one that the recipe has."""
    if k.name in LENGTHS and recipe is not None:
        return (k.name == "steps") == bool(recipe.steps)
    return k.primary


def named(texts: Packed) -> None:
    """The recipes of papers and tutorials, to be taken; what was named of the machine and the folder is kept."""
    recipe, _ = _read(texts)
    st.session_state["recipe-name"] = (name_of(recipe) if recipe else "") or OWN
    st.selectbox(
        "Recipe", (OWN, *RECIPES.names()), key="recipe-name", on_change=_take, args=(texts,),
        format_func=lambda name: RECIPES[name].title if name in RECIPES else "my own",
        help="of papers and tutorials; turn its knobs below",
    )  # fmt: skip
    if recipe and (name := name_of(recipe)):
        st.caption(choice.plain(f"{RECIPES[name].note} ({RECIPES[name].cite})"))


def _take(texts: Packed) -> None:
    name = st.session_state["recipe-name"]
    if name in RECIPES:
        kept = {knob: texts[knob] for knob in KEPT if knob in texts}
        texts.replace({**RECIPES[name].thing, **kept})
        _let_go(texts, "data")


def _read(texts: Mapping[str, str]) -> tuple[Recipe | None, SpecError | None]:
    try:
        return Recipe.of_text(texts), None
    except SpecError as error:
        return None, error


def _mend(refused: SpecError, texts: Packed) -> None:
    st.error(choice.plain(str(refused)))
    by_name = {k.name: k for k in Recipe.knobs()}
    for name, value in refused.fix.items():
        k = by_name[name]
        st.button(f"Set {k.title.lower()} to {k.show(value)}", on_click=texts.update, args=({name: k.show(value)},))
    if not refused.fix:
        st.button("Take the defaults", on_click=texts.replace, args=({},))


def _knob(k: Knob, recipe: Recipe | None, texts: Packed, prefix: str) -> None:
    value = recipe.values()[k.name] if recipe else widgets.readable(k, texts, Recipe().values()[k.name])
    typed = None if recipe else texts.get(k.name)
    widgets.show(k, f"{prefix}-{k.name}", value, k.options(None), partial(_turn, texts, k), typed)


def _turn(texts: Packed, k: Knob, text: str) -> None:
    """Turn a knob; what does nothing beside it any more is let go, and what is the default need not be said."""
    texts.replace(beside(texts, {k.name: text}))
    _let_go(texts, k.name)
    recipe, _ = _read(texts)
    if recipe is not None:
        texts.replace(recipe.chosen())


def _let_go(texts: Packed, turned: str) -> None:
    while idle := Recipe.idle(texts, turned):
        del texts[idle]
