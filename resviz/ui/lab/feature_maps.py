"""A picture on its way through a network, on the page: from the test set, or uploaded."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import streamlit as st

from resviz.core.ops import dims
from resviz.lab import client
from resviz.lab.client import LEVELS, Features
from resviz.lab.subject import Subject
from resviz.nn.client import shared
from resviz.ui import choice

ENDINGS = ("png", "jpg", "jpeg", "gif", "bmp", "webp")
LIKELY = 3


def show(subjects: Sequence[tuple[str, Subject]]) -> None:
    """Which picture, and its maps in each network."""
    index, image, invert, by = _picture()
    for title, subject in subjects:
        st.markdown(f"**{choice.plain(title)}**")
        try:
            with st.spinner("the picture goes through …"):
                found = client.features(shared(), subject, by, index=index, image=image, invert=invert)
        except (ValueError, OSError) as error:
            st.error(choice.plain(str(error)))
            continue
        _maps(found)


def _picture() -> tuple[int, bytes | None, bool, str]:
    """The index of a test image, or an uploaded file with whether to invert it; and where maps are taken."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = st.number_input("Test image", min_value=None, step=1, value=0, key="features-index", width=160)
        by = st.segmented_control("Maps after each", LEVELS, default=LEVELS[0], key="features-by", required=True)
    file = st.file_uploader("or a picture of your own", ENDINGS, key="features-file")
    invert = file is not None and st.toggle("dark on light: invert it", key="features-invert", value=False)
    return int(index or 0), file.getvalue() if file is not None else None, invert, str(by)


def _maps(found: Features) -> None:
    picture, answer = st.columns([1, 4])
    with picture:
        _image(found.picture, "the picture as it is put in")
    likely = sorted(enumerate(found.probabilities), key=lambda pair: -pair[1])[:LIKELY]
    words = ", ".join(f"class {number}: {100 * p:.1f} %" for number, p in likely)
    truth = "" if found.label is None else f"It is a {found.label}. "
    answer.markdown(f"{truth}The network says: {words}")
    for at in found.maps:
        st.caption(f"{choice.plain(at.path)}: {dims(at.shape)}")
        _image(at.png, f"the channels behind {at.path}")


def _image(png: bytes, alt: str) -> None:
    """A picture within the page: a file of its own may be gone before the browser asks for it."""
    data = base64.b64encode(png).decode()
    st.html(f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}" style="max-width:100%;border-radius:4px">')
