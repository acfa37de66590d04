"""Units that are removed by a click, and at once what the network answers without them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from resviz.draw import ensemble
from resviz.lab import client
from resviz.lab.subject import Subject
from resviz.nn.client import shared
from resviz.train.sources import SOURCES
from resviz.ui import choice, diagram
from resviz.ui.colours import theme
from resviz.views import paths, tables

OUT = "out"
AT_ONCE = 30_000_000_000
"""So many multiply-adds an answer may take, so that it comes at once; a large network answers fewer test images."""
FEWEST, MOST = 50, 2000


def show(subjects: Sequence[tuple[str, Subject]], images: int) -> None:
    """The chain of each network's units, and the accuracy without those that are clicked.

    It is that on so many test images (0: all). A large network answers fewer, so that the answer comes at once.
    """
    st.markdown("**Click a unit to remove it**: the network answers the test images at once")
    _fragment(subjects, images)


@st.fragment
def _fragment(subjects: Sequence[tuple[str, Subject]], images: int) -> None:
    for number, (title, subject) in enumerate(subjects):
        units = [(path, paths.has_shortcut(unit)) for path, unit in paths.units(subject.spec.node())]
        removed = _removed(len(units))
        svg = ensemble.chain(units, removed, len(units), theme(), f"{title}: its units")

        def toggle(path: str, names: tuple[str, ...] = tuple(path for path, _ in units)) -> None:
            if path in names:
                _write(_removed(len(names)) ^ {names.index(path)})

        st.markdown(choice.plain(title))
        diagram.show(svg, f"lab-chain-{number}", toggle, height=220)
        _answer(subject, sorted(removed), images)
    if _removed(10_000):
        st.button("Put all units back", on_click=_write, args=(frozenset(),), key="lab-back")


def _answer(subject: Subject, removed: list[int], wanted: int) -> None:
    most = max(FEWEST, min(MOST, AT_ONCE // max(1, tables.costs(subject.spec.node()).macs)))
    images = min(wanted, most) if wanted else most
    try:
        with st.spinner("the network answers the test images …"):
            intact = client.accuracy(shared(), subject, [], images)
            now = client.accuracy(shared(), subject, removed, images) if removed else intact
    except (ValueError, OSError) as error:
        st.error(choice.plain(str(error)))
        return
    data = SOURCES[subject.recipe.data].title
    all_of_them = f"{now.images} test images of {data}"
    before = f" (intact {100 * (1 - intact.error):.2f} %)" if removed else ""
    st.html(
        f'<div class="lab-accuracy" role="status">accuracy <b>{100 * (1 - now.error):.2f} %</b>{before}, '
        f"{now.images - now.wrong} of {all_of_them}</div>"
    )


def _removed(count: int) -> frozenset[int]:
    """The units in the URL, as far as there are so many."""
    numbers = (part.strip() for part in st.query_params.get(OUT, "").split(","))
    found = {int(number) - 1 for number in numbers if number.isascii() and number.isdigit() and len(number) < 6}
    return frozenset(i for i in found if 0 <= i < count)


def _write(removed: frozenset[int]) -> None:
    if removed:
        st.query_params[OUT] = ",".join(str(i + 1) for i in sorted(removed))
    elif OUT in st.query_params:
        del st.query_params[OUT]
