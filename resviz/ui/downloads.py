"""Buttons that make a file of the networks on the click."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial

import streamlit as st

from resviz.export import formats
from resviz.export.export import Export, Job
from resviz.export.figure import Figure
from resviz.ui import choice


def button(export: Export, job: Job, name: str, key: str) -> None:
    """A button that downloads the job in a format; `name` is the file's name without its ending.

    Where the format cannot hold the job, the button says why; where it does not heed a knob that is turned, which.
    """
    problem = _problem(export, job)
    st.download_button(
        export.title, partial(export.write, job), f"{name}{export.ending}", export.mime, on_click="ignore", key=key,
        help=choice.plain(problem) or _note(export, job.figure), disabled=bool(problem),
    )  # fmt: skip


def _note(export: Export, figure: Figure) -> str:
    """What the format is for, and which of the figure's turned knobs do nothing in it."""
    turned = [k for k in Figure.knobs() if k.name in figure.chosen()] if export.kind == "figure" else []
    idle = [f"{k.title} does nothing in it, it has {export.idle(k.name)}" for k in turned if export.idle(k.name)]
    return "; ".join([export.note, *idle])


@lru_cache(maxsize=512)
def _problem(export: Export, job: Job) -> str:
    return export.problem(job)


AT_HAND = ("svg", "pdf", "png", "tikz", "drawio", "pptx")


def figures(job: Job, name: str, key: str, only: Iterable[str] = AT_HAND) -> None:
    """The buttons of the figure formats that are named."""
    found = formats.found()
    for format in only:
        button(found[format], job, name, f"{key}-{format}")
