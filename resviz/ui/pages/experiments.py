"""The page Experiments: what a paper compared, or one's own comparison; predict, press, and see what comes out.

An experiment is a folder beside its runs; the page only reads it, so it may be reloaded or closed at will.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from resviz.core.knob import SpecError, quoted
from resviz.core.net import ShapeError
from resviz.experiments import design, record
from resviz.experiments.design import Arm, Design
from resviz.experiments.named import EXPERIMENTS, SHORT
from resviz.experiments.record import NONE, UNSURE
from resviz.runs.store import RunError
from resviz.train.recipe import Recipe
from resviz.ui import choice, experiment_view, recipe_form
from resviz.ui.page import Page, Shown
from resviz.zoo.families import to_text

TRY = "try"
EXPERIMENT = "experiment"
OWN = "own"
REFUSED = "experiment-refused"
LISTED = 12
COUNTED = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


def show(shown: Shown) -> None:
    """The experiment to be tried at the left, the one that was begun at the right, the list of them below."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        _proposal(shown)
    with right:
        _begun()
    _list()


def _proposal(shown: Shown) -> None:
    name = _chosen()
    asked = _named(name) if name in EXPERIMENTS else _own(shown)
    if asked is None:
        return
    with st.container():
        place = st.container()
        texts = st.session_state.setdefault(f"experiment-{name}-recipe", dict(asked.recipe))
        with st.expander("Seeds and recipe", key=f"experiment-{name}-box"):
            seeds = st.text_input("Seeds", "0", key=f"experiment-{name}-seeds", help="such as 0,1,2: mean and spread")
            without = {"seed", *(knob for knob, _ in asked.vary)}
            recipe = recipe_form.show(texts, f"experiment-{name}", without)
        if recipe is not None:
            with place:
                _press(name, asked, recipe, seeds)


def _chosen() -> str:
    """The experiment that the URL names, to be changed; a name that there is not is said."""
    names = (*EXPERIMENTS.names(), OWN)
    name = st.query_params.get(TRY, names[0])
    if name not in names:
        st.error(choice.plain(f"there is no experiment {quoted(name)!r}: there are {', '.join(names)}"))
        name = names[0]
    st.session_state["experiment-menu"] = name
    st.selectbox(
        "Experiment", names, key="experiment-menu",
        format_func=lambda name: EXPERIMENTS[name].title if name in EXPERIMENTS else "one of your own",
        on_change=lambda: st.query_params.__setitem__(TRY, st.session_state["experiment-menu"]),
    )  # fmt: skip
    return name


def _named(name: str) -> Design:
    entry = EXPERIMENTS[name]
    st.caption(choice.plain(f"{entry.note[0].upper()}{entry.note[1:]} ({entry.cite})."))
    return entry.thing


def _own(shown: Shown) -> Design | None:
    """An experiment around the network at hand; None with a sentence where the knobs cannot be read."""
    networks = st.text_area(
        "Networks, one a line", to_text(shown.spec), key="own-networks", help="as resnet20 or plain:layout=cifar"
    )
    lines = [
        st.text_input(label, start, key=f"own-vary-{i}", placeholder="knob=values, such as lr=0.02,0.2", help="a knob "
                      "of the networks or of the recipe; lists are separated by semicolons")
        for i, (label, start) in enumerate((("Vary", "lr=0.02,0.2"), ("and", "")))
    ]  # fmt: skip
    try:
        vary = tuple(design.varied(line) for line in lines if line and line.strip())
    except SpecError as error:
        st.error(choice.plain(str(error)))
        return None
    title = " × ".join(name for name, _ in vary) or "Networks"
    return Design(title, tuple(line.strip() for line in str(networks).splitlines() if line.strip()), vary, SHORT)


def _press(name: str, asked: Design, recipe: Recipe, seeds: str) -> None:
    """The question, and the button, which waits for an answer to it."""
    try:
        wanted = replace(asked, recipe=recipe.chosen(), seeds=design.seeds(seeds))
        arms = wanted.arms()
    except (SpecError, ShapeError) as error:
        st.error(choice.plain(str(error)))
        return
    prediction = _prediction(name, wanted, arms)
    if message := st.session_state.pop(REFUSED, ""):
        st.error(choice.plain(message))
    count = len(arms) * len(wanted.seeds)
    st.button(
        f"Train the {COUNTED.get(count, count)}", on_click=_start, args=(wanted, name, prediction or ""),
        key="begin", width="stretch", disabled=prediction is None, help="predict first" if prediction is None else None,
    )  # fmt: skip


def _prediction(name: str, wanted: Design, arms: tuple[Arm, ...]) -> str | None:
    count = COUNTED.get(len(arms), str(len(arms)))
    fails = wanted.asks == "fails"
    question = f"Which of the {count} will not learn?" if fails else f"Which of the {count} will err least?"
    options = [*(arm.title for arm in arms), *((NONE,) if fails else ()), UNSURE]
    return st.pills(question, options, key=f"experiment-{name}-prediction")


def _start(wanted: Design, name: str, prediction: str) -> None:
    try:
        begun = record.begin_all(wanted, name if name in EXPERIMENTS else "", prediction)
    except (ValueError, OSError) as error:
        st.session_state[REFUSED] = str(error)
        return
    st.query_params[EXPERIMENT] = begun.id


def _begun() -> None:
    name = st.query_params.get(EXPERIMENT)
    if name is None:
        st.info("Predict, then press the button: the curves appear here, and the verdict when all have been trained.")
        return
    try:
        experiment_view.show(record.find(name))
    except RunError as error:
        st.error(choice.plain(str(error)))


def _list() -> None:
    found = record.listed()[:LISTED]
    if not found:
        return
    st.markdown("**Experiments so far**")
    with st.container(horizontal=True):
        for each in found:
            st.button(
                choice.plain(f"{each.design.title}, {each.id[:15]}"), key=f"open-{each.id}",
                on_click=st.query_params.__setitem__, args=(EXPERIMENT, each.id),
            )  # fmt: skip


PAGE = Page("Experiments", 5.5, show)
