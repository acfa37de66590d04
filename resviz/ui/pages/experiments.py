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
from resviz.experiments.record import NONE, UNSURE, Experiment
from resviz.runs.store import RunError
from resviz.train.recipe import Recipe
from resviz.ui import choice, experiment_view, recipe_form
from resviz.ui.packed import Packed
from resviz.ui.page import Page, Shown
from resviz.zoo.families import to_text

TRY = "try"
EXPERIMENT = "experiment"
PLAN, TRAINING = "plan", "training"
"""What of the form is not as it begins: networks, knobs and seeds; and the recipe."""
LINES = ";"
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
    before = _shown_experiment()
    name = _chosen(before)
    start = EXPERIMENTS[name].thing if name in EXPERIMENTS else _start_of_own(shown, before)
    plan, texts = Packed(PLAN, _plan(start)), Packed(TRAINING, start.recipe)
    asked = _named(name) if name in EXPERIMENTS else _own(plan)
    with st.container():
        place = st.container()
        with st.expander("Seeds and recipe", key=f"experiment-{name}-box"):
            seeds = _line(plan, "seeds", "Seeds", help="such as 0,1,2: mean and spread")
            without = {"seed", *(knob for knob, _ in asked.vary)} if asked else {"seed"}
            recipe = recipe_form.show(texts, f"experiment-{name}", without)
        if asked is not None and recipe is not None:
            with place:
                _press(name, asked, recipe, seeds)


def _shown_experiment() -> Experiment | None:
    """The experiment that the URL shows, if there is such."""
    try:
        return record.find(st.query_params.get(EXPERIMENT, ""))
    except RunError:
        return None


def _start_of_own(shown: Shown, before: Experiment | None) -> Design:
    """What an experiment of one's own begins with: the one that is shown, or two rates for the network at hand."""
    if before is not None and not before.name:
        return before.design
    return Design("", (to_text(shown.spec),), (("lr", ("0.02", "0.2")),), SHORT)


def _plan(start: Design) -> dict[str, str]:
    """The design as the texts of the form's fields."""
    lines = [f"{name}={(';' if any(',' in value for value in values) else ',').join(values)}"
             for name, values in start.vary]  # fmt: skip
    vary, and_ = (*lines, "", "")[:2]
    return {"networks": LINES.join(start.networks), "vary": vary, "and": and_, "seeds": ",".join(map(str, start.seeds))}


def _line(plan: Packed, name: str, title: str, help: str, placeholder: str = "") -> str:
    """A field whose text the plan holds."""
    key = f"plan-{name}"
    st.session_state[key] = plan.get(name, "")

    def changed() -> None:
        plan[name] = st.session_state[key]

    return str(st.text_input(title, key=key, on_change=changed, help=help, placeholder=placeholder))


def _chosen(before: Experiment | None) -> str:
    """The experiment that the URL names or shows, to be changed; a name that there is not is said."""
    names = (*EXPERIMENTS.names(), OWN)
    own = (before.name if before.name in EXPERIMENTS else OWN) if before is not None else names[0]
    name = st.query_params.get(TRY, own)
    if name not in names:
        st.error(choice.plain(f"there is no experiment {quoted(name)!r}: there are {', '.join(names)}"))
        name = names[0]
    st.session_state["experiment-menu"] = name
    st.selectbox(
        "Experiment", names, key="experiment-menu",
        format_func=lambda name: EXPERIMENTS[name].title if name in EXPERIMENTS else "one of your own",
        on_change=_another,
    )  # fmt: skip
    return name


def _another() -> None:
    """Another experiment has networks and a recipe of its own."""
    st.query_params[TRY] = st.session_state["experiment-menu"]
    for parameter in (PLAN, TRAINING):
        st.query_params.pop(parameter, None)


def _named(name: str) -> Design:
    entry = EXPERIMENTS[name]
    st.caption(choice.plain(f"{entry.note[0].upper()}{entry.note[1:]} ({entry.cite})."))
    return entry.thing


def _own(plan: Packed) -> Design | None:
    """An experiment of one's own; None with a sentence where the knobs cannot be read."""
    networks = _networks(plan)
    help, like = "a knob of the networks or of the recipe; lists are separated by semicolons", "such as lr=0.02,0.2"
    lines = [_line(plan, "vary", "Vary", help, like), _line(plan, "and", "and", help, like)]
    try:
        vary = tuple(design.varied(line) for line in lines if line and line.strip())
    except SpecError as error:
        st.error(choice.plain(str(error)))
        return None
    return Design(" × ".join(name for name, _ in vary) or "Networks", networks, vary, SHORT)


def _networks(plan: Packed) -> tuple[str, ...]:
    st.session_state["plan-networks"] = plan.get("networks", "").replace(LINES, "\n")

    def changed() -> None:
        lines = (line.strip() for line in st.session_state["plan-networks"].splitlines())
        plan["networks"] = LINES.join(filter(None, lines))

    text = st.text_area(
        "Networks, one a line", key="plan-networks", on_change=changed, help="as resnet20 or plain:layout=cifar"
    )
    return tuple(line.strip() for line in str(text).splitlines() if line.strip())


def _press(name: str, asked: Design, recipe: Recipe, seeds: str) -> None:
    """The question, and the button, which waits for an answer to it."""
    try:
        wanted = replace(asked, recipe=recipe.chosen(), seeds=design.seeds(seeds))
        arms = wanted.arms()
    except (SpecError, ShapeError) as error:
        st.error(choice.plain(str(error)))
        return
    prediction = _prediction(name, wanted, arms) if len(arms) > 1 else ""
    if message := st.session_state.pop(REFUSED, ""):
        st.error(choice.plain(message))
    count = len(arms) * len(wanted.seeds)
    words = f"Train the {COUNTED.get(count, count)}" if count > 1 else "Train it"
    st.button(
        words, on_click=_start, args=(wanted, name, prediction or ""),
        key="begin", width="stretch", disabled=prediction is None, help="predict first" if prediction is None else None,
    )  # fmt: skip


def _prediction(name: str, wanted: Design, arms: tuple[Arm, ...]) -> str | None:
    count = COUNTED.get(len(arms), str(len(arms)))
    fails = wanted.asks == "fails"
    question = f"Which of the {count} will not learn?" if fails else f"Which of the {count} will err least?"
    options = [*(arm.title for arm in arms), *((NONE,) if fails else ()), UNSURE]
    return st.pills(question, options, key=f"experiment-{name}-prediction", persist_state="session")


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
