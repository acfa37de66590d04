"""The sidebar: the family's knobs, three or four at hand, the others folded, and what to do when they clash."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from resviz.core.knob import Knob, SpecError, Value
from resviz.ui import choice, widgets
from resviz.ui.choice import Choice
from resviz.zoo.families import FAMILIES, PRESETS, name_of

PRESET = "preset"
NO_PRESET = "–"
EVERY = 18
THINNER = 1.25


def show() -> Choice:
    """Draw the sidebar; give the choice that the URL holds."""
    chosen = choice.read()
    with st.sidebar:
        st.markdown("### resviz")
        _family_and_preset(chosen)
        for k in chosen.cls.knobs():
            if k.primary and _acts(k, chosen):
                _knob(k, chosen)
        _more(chosen)
        st.button("Start afresh", on_click=partial(choice.choose, chosen.cls, {}), width="stretch")
    return chosen


def _more(chosen: Choice) -> None:
    """The other knobs; they are drawn only while they can be seen, which halves the work of a closed page."""
    folded = [k for k in chosen.cls.knobs() if not k.primary and _acts(k, chosen)]
    turned = chosen.spec.chosen() if chosen.spec else chosen.texts
    changed = [k.title for k in folded if k.name in turned]
    # the label stays the same, because Streamlit closes an expander whose label changes
    with st.expander("More", key="more", on_change="rerun") as box:
        if box.open:
            for k in folded:
                _knob(k, chosen)
    if changed:
        st.caption(f"changed: {choice.plain(', '.join(changed))}")


def _family_and_preset(chosen: Choice) -> None:
    if len(FAMILIES.names()) > 1:
        st.session_state["family-menu"] = name_of(chosen.cls)
        st.selectbox(
            "Family", FAMILIES.names(), key="family-menu", format_func=lambda name: FAMILIES[name].title,
            on_change=lambda: choice.choose(FAMILIES[st.session_state["family-menu"]].thing, {}),
        )  # fmt: skip
    now = choice.preset_names().get(chosen.spec, NO_PRESET) if chosen.spec else NO_PRESET
    st.session_state[PRESET] = now
    st.selectbox(
        "Network", (NO_PRESET, *PRESETS.names()), key=PRESET, format_func=_preset_title, on_change=_take_preset,
        help="a network that people know by name; turn its knobs below",
    )  # fmt: skip


def _preset_title(name: str) -> str:
    return PRESETS[name].title if name in PRESETS else "my own"


def _take_preset() -> None:
    if st.session_state[PRESET] in PRESETS:
        choice.take(st.session_state[PRESET])


def _knob(k: Knob, chosen: Choice) -> None:
    turn = partial(choice.turn, chosen.cls, k)
    widgets.show(k, f"knob-{k.name}", chosen.shown(k), _options(k, chosen), turn, chosen.typed(k))


def _acts(k: Knob, chosen: Choice) -> bool:
    """Whether the knob does anything here; one that was turned where it does not is shown, to be turned back."""
    return chosen.spec is None or not k.needs(chosen.spec)


def _options(k: Knob, chosen: Choice) -> Sequence[Value]:
    """What the widget offers beside the other knobs as they are."""
    if not k.dependent:
        return k.options(None)
    if chosen.spec is not None:
        return _thinned(chosen.spec.offered(k))
    others = {other.name: chosen.shown(other) for other in chosen.cls.knobs() if other.primary and not other.dependent}
    try:
        return _thinned(chosen.cls.of(others).offered(k))
    except SpecError:
        return _thinned(chosen.cls().offered(k))


def _thinned(options: Sequence[Value]) -> Sequence[Value]:
    """A long list of numbers thinned out towards its end, so that a slider can be aimed."""
    kept = list(options[:EVERY])
    for option in options[EVERY:]:
        if float(option) >= THINNER * float(kept[-1]) or option == options[-1]:  # type: ignore[arg-type]
            kept.append(option)
    return kept


def explain(chosen: Choice) -> None:
    """The sentence that says what is wrong with the choice, and the buttons that mend it."""
    if chosen.error is None:
        return
    st.error(choice.plain(str(chosen.error)))
    by_name = {k.name: k for k in chosen.cls.knobs()}
    for name, value in chosen.error.fix.items():
        if name in by_name:
            k = by_name[name]
            words = f"Set {k.title.lower()} to {k.show(value) or 'none'}"
            st.button(choice.plain(words), on_click=partial(choice.turn, chosen.cls, k, k.show(value)))
        else:
            st.button(f"Take {choice.family_title(chosen.cls)}", on_click=partial(choice.choose, chosen.cls, {}))
    if any(name not in by_name for name in chosen.texts):
        st.button("Drop it", on_click=partial(_keep_known, chosen))


def _keep_known(chosen: Choice) -> None:
    names = {k.name for k in chosen.cls.knobs()}
    choice.choose(chosen.cls, {name: text for name, text in chosen.texts.items() if name in names})
