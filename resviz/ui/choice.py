"""The choice: what the URL says, as a spec, or as the sentence that says why there is none.

The URL is the only state of the choice: widgets are set from it and write to it, so a link gives the same page
anywhere. It is not left to Streamlit's own binding of widgets to the URL, because that takes a wrong value for
the default without a word, and because a knob's default may hang on other knobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from resviz.core.knob import Knob, SpecError, Value
from resviz.core.spec import NetSpec
from resviz.ui import widgets
from resviz.zoo.families import FAMILIES, PRESETS, family, name_of, named

FIRST_FAMILY = "resnet"
OTHER_PARAMETERS = (
    "family", "view", "level", "run", "removed", "log", "embed", "embed_options", "by", "part", "with", "side", "of",
    "unfolded", "unmarked", "formulas", "lab", "on", "set", "out", "try", "experiment", "figure", "recipe",
    "plan", "training", "weights",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The family and the knobs' texts as the URL has them; the spec, or the error that there is none."""

    cls: type[NetSpec]
    texts: Mapping[str, str]
    spec: NetSpec | None
    error: SpecError | None

    def shown(self, k: Knob) -> Value:
        """The value that the knob's widget shows: where there is no spec, what was chosen as far as it can be read."""
        if self.spec is not None:
            return self.spec.values()[k.name]
        return widgets.readable(k, self.texts, self._beside().values()[k.name])

    def typed(self, k: Knob) -> str | None:
        """What was typed into the knob's field, where there is no spec that shows it."""
        return None if self.spec is not None else self.texts.get(k.name)

    def _beside(self) -> NetSpec:
        """The defaults of the chosen layout, block …, as far as those are possible together."""
        names = [k.name for k in self.cls.knobs() if k.primary and not k.dependent]
        readable = {name: self.texts[name] for name in names if name in self.texts}
        try:
            return self.cls.of_text(readable)
        except SpecError:
            return self.cls()


def read() -> Choice:
    """The choice that the URL holds."""
    parameters = st.query_params.to_dict()
    texts = {name: text for name, text in parameters.items() if name not in OTHER_PARAMETERS}
    try:
        cls = family(parameters.get("family", FIRST_FAMILY))
    except SpecError as error:
        return Choice(family(FIRST_FAMILY), {}, None, SpecError(str(error), family=FIRST_FAMILY))
    try:
        return Choice(cls, texts, _spec(name_of(cls), tuple(sorted(texts.items()))), None)
    except SpecError as error:
        return Choice(cls, texts, None, error)


@lru_cache(maxsize=512)
def _spec(name: str, texts: tuple[tuple[str, str], ...]) -> NetSpec:
    return family(name).of_text(dict(texts))


def choose(cls: type[NetSpec], texts: Mapping[str, str]) -> None:
    """Write a choice to the URL, in its shortest form where it is possible, as it is where it is not."""
    try:
        texts = cls.of_text(texts).chosen()
    except SpecError:
        texts = dict(texts)
    for name in list(st.query_params):
        if name not in OTHER_PARAMETERS and name not in texts:
            del st.query_params[name]
    for name, text in texts.items():
        if st.query_params.get(name) != text:
            st.query_params[name] = text
    if name_of(cls) != FIRST_FAMILY:
        st.query_params["family"] = name_of(cls)
    elif "family" in st.query_params:
        del st.query_params["family"]


def turn(cls: type[NetSpec], k: Knob, text: str) -> None:
    """Turn one knob; the others stay, or follow where the family says so, with a note on the page."""
    now = read()
    if now.spec is None:
        known = {other.name for other in cls.knobs()}
        choose(cls, {**{name: t for name, t in now.texts.items() if name in known}, k.name: text})
        return
    turned = now.spec.turned(k, text)
    choose(cls, turned.texts)
    if turned.note:
        st.toast(turned.note)


def take(preset: str) -> None:
    """Take all knobs from a preset."""
    spec = named(preset, {})
    choose(type(spec), spec.chosen())


@lru_cache(maxsize=1)
def preset_names() -> Mapping[NetSpec, str]:
    """The presets by their specs."""
    return {named(name, {}): name for name in reversed(PRESETS.names())}


def family_title(cls: type[NetSpec]) -> str:
    """What people call the family."""
    return FAMILIES[name_of(cls)].title


def plain(text: str) -> str:
    """Text for a place that reads Markdown, as it stands: what came by the URL is shown, never interpreted."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>$~:" else char for char in text)
