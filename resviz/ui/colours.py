"""The theme of the pictures: light or dark, as the page is, also when the person changes it."""

from __future__ import annotations

import streamlit as st

from resviz.draw.theme import DARK, LIGHT, Theme

# Streamlit recolours its own elements by itself, without a rerun; ours are drawn in Python, so they ask for one.
_FOLLOWER = st.components.v2.component(
    "resviz_theme",
    html="<span hidden></span>",
    js="""
const asked = new WeakMap();
export default function ({ data, parentElement, setTriggerValue }) {
  const ground = getComputedStyle(parentElement.querySelector("span")).getPropertyValue("--st-background-color").trim();
  if (!ground || ground.toLowerCase() === data.ground || asked.get(parentElement) === ground) return;
  asked.set(parentElement, ground);
  setTriggerValue("ground", ground);
}
""",
)


def theme() -> Theme:
    """The theme that the person's browser shows the page in."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def follow() -> None:
    """Draw the page again when its theme is changed."""
    _FOLLOWER(key="theme-follower", data={"ground": theme().ground}, on_ground_change=lambda: None)
