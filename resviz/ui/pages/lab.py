"""The page Lab: experiments on networks that were trained here, or as they are initialised.

Each is a process of its own and a folder, like a training; what was asked once is answered at once afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from resviz.core.knob import Knob
from resviz.lab import jobs, subject
from resviz.lab.experiments import EXPERIMENTS
from resviz.lab.jobs import Job
from resviz.lab.settings import Lesion, Settings
from resviz.lab.subject import Subject
from resviz.ui import choice, trained, widgets
from resviz.ui.lab import asked, clicking, feature_maps, results
from resviz.ui.lab.asked import EXPERIMENT, NETWORKS, SETTINGS, THIS, Named
from resviz.ui.lab.results import Answer
from resviz.ui.page import Page, Shown
from resviz.zoo.families import PRESETS

REFUSED = "lab-refused"
FEATURES_TITLE, FEATURES_NOTE = "Feature maps", "a picture on its way through the network, channel by channel"


def show(shown: Shown) -> None:
    """The experiment, its networks and settings at the left, the results at the right, the lesson below."""
    name = asked.experiment()
    left, right = st.columns([1, 2], gap="large")
    with left:
        _experiment(name)
        _networks(shown, name)
    found = asked.subjects(shown, name)
    with right:
        for each in found:
            if each.subject is None:
                st.error(choice.plain(each.refusal))
    if asked.trained(name) and any(each.subject is not None and each.subject.run is None for each in found):
        with left:
            st.caption("What is not trained guesses. Train it on the page Train, or choose a run above.")
    possible = [each.subject for each in found if each.subject is not None]
    titled = list(zip(subject.titles(possible), possible, strict=True))
    if name == asked.FEATURES:
        with right:
            feature_maps.show(titled)
        return
    with left:
        settings = _settings(EXPERIMENTS[name].thing.settings)
    with right:
        if settings is not None:
            _results(name, titled, settings, _refusals(found))
        apart = [(title, about) for title, about in titled if jobs.has_units(about.spec)]
        if apart and isinstance(settings, Lesion):
            clicking.show(apart, settings.images)
    _lesson(name)


def _experiment(name: str) -> None:
    titles = {entry.name: entry.title for entry in EXPERIMENTS} | {asked.FEATURES: FEATURES_TITLE}
    notes = {entry.name: entry.note for entry in EXPERIMENTS} | {asked.FEATURES: FEATURES_NOTE}
    st.session_state["lab-experiment"] = name
    st.selectbox("Experiment", tuple(titles), key="lab-experiment", format_func=titles.__getitem__, on_change=_take)
    st.caption(choice.plain(notes[name]))


def _take() -> None:
    """Another experiment has settings of its own, and perhaps no use for the networks that were chosen."""
    before, now = asked.experiment(), st.session_state["lab-experiment"]
    st.query_params[EXPERIMENT] = now
    asked.write(SETTINGS, [])
    if asked.trained(before) != asked.trained(now):
        asked.write(NETWORKS, [])


def _networks(shown: Shown, name: str) -> None:
    """The networks to look at, several side by side: this one, and runs, or well-known ones."""
    chosen = asked.names(shown, name)
    titles = {THIS: f"{shown.title}, not trained"}
    if asked.trained(name):
        titles |= {run.id: trained.title(run) for run in trained.runs()}
    else:
        titles |= {entry.name: entry.title for entry in PRESETS}
    titles |= {each: each for each in chosen if each not in titles}
    st.session_state["lab-networks"] = chosen
    st.multiselect(
        "Networks", tuple(titles), key="lab-networks", format_func=titles.__getitem__, max_selections=asked.MOST,
        on_change=lambda: asked.write(NETWORKS, st.session_state["lab-networks"]),
        help="several are shown side by side; a network is trained on the page Train",
    )  # fmt: skip


def _settings(cls: type[Settings]) -> Settings | None:
    """The knobs of the experiment; None and the sentence where they are not possible."""
    texts = asked.texts()
    settings, refused = asked.settings(cls, texts)
    for k in cls.knobs():
        _knob(k, cls, settings, texts)
    if refused is not None:
        st.error(choice.plain(str(refused)))
        for knob, value in refused.fix.items():
            st.button(f"Set {knob} to {value}", on_click=asked.set_text, args=(cls, knob, str(value)))
        if unknown := [text for text in texts if text not in {k.name for k in cls.knobs()}]:
            st.button("Drop it", on_click=asked.write, args=(SETTINGS, []), help=", ".join(unknown))
    return settings


def _knob(k: Knob, cls: type[Settings], settings: Settings | None, texts: dict[str, str]) -> None:
    value = settings.values()[k.name] if settings else widgets.readable(k, texts, cls().values()[k.name])
    typed = None if settings else texts.get(k.name)
    turn = partial(asked.set_text, cls, k.name)
    widgets.show(k, f"lab-{k.name}", value, k.options(None), turn, typed)


def _results(name: str, titled: Sequence[tuple[str, Subject]], settings: Settings, refusals: int) -> None:
    todo = [(title, Job(name, about, settings)) for title, about in titled]
    answers = [Answer(title, job.run()) for title, job in todo if (job.run().path / "config.json").is_file()]
    missing = [job for _, job in todo if not jobs.begun(job)]
    if message := st.session_state.pop(REFUSED, ""):
        st.error(choice.plain(message))
    if missing and not refusals:
        words = "Begin" if len(missing) == len(todo) else "Begin what is missing"
        st.button(words, on_click=_begin, args=(missing,), key="lab-begin", icon=":material/play_arrow:")
    if answers:
        results.show(name, answers)


def _begin(missing: Sequence[Job]) -> None:
    try:
        for job in missing:
            jobs.begin(job)
    except (ValueError, OSError) as error:
        st.session_state[REFUSED] = str(error)


def _refusals(found: Sequence[Named]) -> int:
    return sum(each.subject is None for each in found)


def _lesson(name: str) -> None:
    entry = EXPERIMENTS[name]
    st.markdown(f"#### {choice.plain(entry.title)}")
    st.caption(choice.plain(entry.cite))
    if entry.formula:
        st.latex(entry.formula)
    st.markdown(entry.text)


PAGE = Page("Lab", 6, show)
