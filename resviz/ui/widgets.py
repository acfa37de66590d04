"""A knob becomes a widget: its kind and range decide which, its value comes from outside and goes to a callback."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from resviz.core.spec import Knob, Value

FEW = 5
"""Up to so many choices stand side by side, more fold into a list."""

Set = Callable[[str], None]
"""Takes the text of the knob's new value."""


def show(k: Knob, key: str, value: Value, options: Sequence[Value], on_set: Set, titles: Mapping[str, str]) -> None:
    """Draw the knob's widget with `value`; `titles` are the words for some of its choices."""

    def changed() -> None:
        new = st.session_state[key]
        if new is not None:
            on_set(new if isinstance(new, str) else k.show(new))

    words = f"{k.help} ({_extent(k, options)})" if _extent(k, options) else k.help
    st.session_state[key] = k.show(value) if k.kind in ("ints", "text") else value
    if options:
        _choice(k, key, value, options, changed, words, titles)
    elif k.kind == "bool":
        st.toggle(k.title, key=key, help=words, on_change=changed)
    elif k.kind == "int":
        low, high = int(k.low or 0), int(k.high or 0)
        st.number_input(k.title, low, high, step=1, key=key, help=words, on_change=changed)
    elif k.kind == "float":
        _number(k, key, changed, words)
    else:
        st.text_input(k.title, key=key, help=words, on_change=changed, placeholder=k.help)


def _choice(
    k: Knob, key: str, value: Value, options: Sequence[Value], changed: Callable[[], None], words: str,
    titles: Mapping[str, str],
) -> None:  # fmt: skip
    possible = list(options)
    if value not in possible:
        possible = sorted([*possible, value]) if k.kind == "int" else [*possible, value]

    def title(option: object) -> str:
        return titles.get(str(option), str(option))

    if k.kind == "int":
        if len(possible) > 1:
            st.select_slider(k.title, possible, key=key, help=words, on_change=changed)
        else:
            st.select_slider(k.title, [*possible, " "], key=key, help=words, disabled=True)
    elif len(possible) <= FEW and sum(len(title(option)) for option in possible) < 36:
        st.segmented_control(
            k.title, possible, key=key, help=words, on_change=changed, format_func=title, required=True
        )
    else:
        st.selectbox(k.title, possible, key=key, help=words, on_change=changed, format_func=title)


def _number(k: Knob, key: str, changed: Callable[[], None], words: str) -> None:
    low, high = float(k.low or 0.0), float(k.high or 0.0)
    if high <= 1.0:
        st.slider(k.title, low, high, step=0.05, key=key, help=words, on_change=changed)
    else:
        st.number_input(k.title, low, high, format="%g", key=key, help=words, on_change=changed)


def _extent(k: Knob, options: Sequence[Value]) -> str:
    if options or k.low is None or k.high is None or k.kind == "ints":
        return ""
    return f"{k.low:,g} to {k.high:,g}"
