"""A knob becomes a widget: its kind and range decide which, its value comes from outside and goes to a callback.

No widget is given the knob's limits where Streamlit would drop a number outside them without a word: the spec
refuses it, with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from resviz.core.knob import LARGEST, Knob, SpecError, Value

FEW = 5
"""Up to so many choices stand side by side, more fold into a list."""
NARROW = 36
"""Characters that fit side by side."""

Set = Callable[[str], None]
"""Takes the text of the knob's new value."""


def readable(k: Knob, texts: Mapping[str, str], fallback: Value) -> Value:
    """The value that was chosen, as far as it can be read by itself; otherwise the fallback."""
    try:
        return k.check_alone(k.parse(texts[k.name])) if k.name in texts else fallback
    except SpecError:
        return fallback


def show(k: Knob, key: str, value: Value, options: Sequence[Value], on_set: Set, typed: str | None = None) -> None:
    """Draw the knob's widget with `value`; a field keeps what was `typed`, also where that is not possible."""

    def changed() -> None:
        new = st.session_state[key]
        if new is not None:
            on_set(new if isinstance(new, str) else k.show(new))

    help = f"{k.help} ({_extent(k)})" if _extent(k) and not options else k.help
    st.session_state[key] = value
    if options:
        _choice(k, key, value, options, changed, help)
    elif k.kind == "bool":
        st.toggle(k.title, key=key, help=help, on_change=changed)
    elif k.kind in ("int", "float"):
        st.session_state[key] = _number(k, value, typed)
        step, form = (1, "%d") if k.kind == "int" else (_step(k), "%g")
        st.number_input(k.title, step=step, format=form, key=key, help=help, on_change=changed)
    else:
        st.session_state[key] = k.show(value) if typed is None else typed
        st.text_input(k.title, key=key, help=help, on_change=changed, placeholder=k.help)


def _number(k: Knob, value: Value, typed: str | None) -> Value:
    """The number that was typed, however large; the value where none was, or where it is none."""
    try:
        number = value if typed is None else k.parse(typed)
    except SpecError:
        return value
    return number if isinstance(number, (int, float)) and abs(number) <= LARGEST else value


def _choice(k: Knob, key: str, value: Value, options: Sequence[Value], changed: Callable[[], None], help: str) -> None:
    titles = {entry.name: entry.title for entry in k.registry} if k.registry else {}
    possible = list(options)
    if value not in possible:
        possible = sorted([*possible, value]) if k.kind == "int" else [*possible, value]

    def title(option: object) -> str:
        return titles.get(str(option), str(option))

    if k.kind == "int" and len(possible) > 1:
        st.select_slider(k.title, possible, key=key, help=help, on_change=changed)
    elif k.kind == "int":
        st.select_slider(k.title, [*possible, " "], key=key, help=help, disabled=True)
    elif len(possible) <= FEW and sum(len(title(option)) for option in possible) < NARROW:
        st.segmented_control(k.title, possible, key=key, help=help, on_change=changed, format_func=title, required=True)
    else:
        st.selectbox(k.title, possible, key=key, help=help, on_change=changed, format_func=title)


def _step(k: Knob) -> float:
    return 0.05 if k.high is not None and k.high <= 1.0 else 0.01


def _extent(k: Knob) -> str:
    if k.low is None or k.high is None or k.kind == "ints":
        return ""
    return f"{k.low:,g} to {k.high:,g}"
