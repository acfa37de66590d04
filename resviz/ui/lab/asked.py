"""What the page Lab is asked: experiment, networks and settings, all of which the URL holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from resviz.core.knob import SpecError
from resviz.lab import jobs
from resviz.lab.experiments import EXPERIMENTS
from resviz.lab.names import by_name, untrained
from resviz.lab.settings import Settings
from resviz.lab.subject import Subject
from resviz.runs import store
from resviz.runs.store import RunError
from resviz.ui.packed import Packed
from resviz.ui.page import Shown

EXPERIMENT, NETWORKS, SETTINGS, RUN = "lab", "on", "set", "run"
THIS = "this"
"""Names the network of the page, not trained."""
BETWEEN = ";"
MOST = 4
FIRST = "lesion"
FEATURES = "features"


@dataclass(frozen=True)
class Named:
    """A network by the name that the URL has for it; the subject, or the sentence that says why there is none."""

    name: str
    subject: Subject | None
    refusal: str = ""


def experiment() -> str:
    """The experiment that the URL names, or the first."""
    name = st.query_params.get(EXPERIMENT, FIRST)
    return name if name in EXPERIMENTS or name == FEATURES else FIRST


def trained(name: str) -> bool:
    """Whether the experiment is about a network with data."""
    return name == FEATURES or EXPERIMENTS[name].thing.trained


def names(shown: Shown, name: str) -> list[str]:
    """The networks that the URL names; otherwise the run on the page, or the network itself."""
    found = [each for each in st.query_params.get(NETWORKS, "").split(BETWEEN) if each]
    if found:
        return found[:MOST]
    run = st.query_params.get(RUN, "")
    return [run] if trained(name) and run and _has_weights(run) else [THIS]


def subjects(shown: Shown, name: str) -> list[Named]:
    """What the names stand for."""
    return [_named(each, shown, name) for each in names(shown, name)]


def _named(name: str, shown: Shown, experiment: str) -> Named:
    with_data = trained(experiment)
    try:
        found = untrained(shown.spec, trained=with_data) if name == THIS else by_name(name, trained=with_data)
        if experiment in EXPERIMENTS and EXPERIMENTS[experiment].thing.needs_units:
            jobs.refuse_unitless(found.spec)
        return Named(name, found)
    except ValueError as error:
        return Named(name, None, str(error))


def _has_weights(run: str) -> bool:
    try:
        return store.find(run).checkpoint.is_file()
    except RunError:
        return False


def texts() -> dict[str, str]:
    """The settings that the URL has, as texts."""
    return dict(_settings())


def settings(cls: type[Settings], given: Mapping[str, str]) -> tuple[Settings | None, SpecError | None]:
    """The settings of those texts, or what is wrong with them."""
    try:
        return cls.of_text(given), None
    except SpecError as error:
        return None, error


def write(parameter: str, parts: Sequence[str]) -> None:
    """Put the parts into the URL; nothing where there are none."""
    if parts:
        st.query_params[parameter] = BETWEEN.join(parts)
    elif parameter in st.query_params:
        del st.query_params[parameter]


def set_text(cls: type[Settings], name: str, text: str) -> None:
    """Turn one of the settings; what is the default leaves the URL."""
    given = {**texts(), name: text}
    found, _ = settings(cls, given)
    _settings().replace(found.chosen() if found else given)


def _settings() -> Packed:
    """The settings as the URL has them."""
    return Packed(SETTINGS, {}, BETWEEN)
