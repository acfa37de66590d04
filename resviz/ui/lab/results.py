"""The results of an experiment on the page: how far it is, its charts, what they say, its table and its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from resviz.draw.theme import LIGHT
from resviz.lab import jobs
from resviz.runs import store
from resviz.runs.store import ALIVE, Run
from resviz.ui import chart_files, choice
from resviz.ui.colours import theme
from resviz.ui.lab import surface
from resviz.ui.run_view import WORDS
from resviz.views.lab import views
from resviz.views.lab.view import Series, View, as_csv, single_charts, table, whole_chart

EVERY_SECONDS = 1.0
MOST_ROWS = 2000


@dataclass(frozen=True)
class Answer:
    """One network's answer: its title, and the folder of the experiment."""

    title: str
    run: Run


def show(name: str, answers: Sequence[Answer]) -> None:
    """The answers that there are; while one is being worked out, this part of the page is drawn again every second."""
    alive = any(answer.run.state() in ALIVE for answer in answers)
    st.fragment(_live, run_every=EVERY_SECONDS if alive else None)(name, answers, alive)


def _live(name: str, answers: Sequence[Answer], was_alive: bool) -> None:
    alive = [answer for answer in answers if answer.run.state() in ALIVE]
    if was_alive and not alive:
        st.rerun()
    for answer in answers:
        _state(answer)
    series = [Series(answer.title, jobs.results(answer.run)) for answer in answers]
    filled = [network for network in series if network.rows]
    if filled:
        _charts(views()[name], filled, not alive)


def _state(answer: Answer) -> None:
    """The progress and Stop of one that is alive; why one ended that did not finish."""
    state = answer.run.state()
    if state in ALIVE:
        bar, stop = st.columns([5, 1], vertical_alignment="bottom")
        words = "working" if state == "running" else WORDS[state]
        bar.progress(min(1.0, jobs.progress(answer.run)), f"{choice.plain(answer.title)}: {words}")
        key = f"lab-stop-{answer.run.path.name}"
        stop.button("Stop", on_click=store.stop, args=(answer.run,), key=key, width="stretch",
                    disabled=answer.run.stop_asked())  # fmt: skip
    elif state != "finished":
        message = answer.run.message() or WORDS[state]
        (st.error if state == "failed" else st.warning)(choice.plain(f"{answer.title}: {message}"))


def _charts(view: View, series: Sequence[Series], complete: bool) -> None:
    chosen = ""
    if view.choices:
        chosen = str(st.segmented_control("Shown", view.choices, default=view.choices[0], key=f"lab-shown-{view.name}",
                                          required=True, label_visibility="collapsed"))  # fmt: skip
    for network in series:
        if complete:
            st.markdown(f"**{choice.plain(network.title)}**: {choice.plain(view.say(network))}.")
    charts = single_charts(view, series, theme(), chosen)
    places = st.columns(len(charts)) if view.join == "hconcat" else [st.container() for _ in charts]
    for place, panel in zip(places, charts, strict=True):
        place.vega_lite_chart(panel, theme=None, width="stretch")
    if view.name == "surface" and complete:
        surface.show(series)
    if complete:
        _files(view, series, chosen)
        _table(view, series)


def _files(view: View, series: Sequence[Series], chosen: str) -> None:
    """Every number as CSV, and the chart; made on the click."""
    with st.container(horizontal=True):
        csv = partial(as_csv, series)
        st.download_button("Numbers (CSV)", csv, f"{view.name}.csv", "text/csv", on_click="ignore", key="lab-csv")
        chart_files.buttons(lambda: whole_chart(view, series, LIGHT, chosen), view.name)


def _table(view: View, series: Sequence[Series]) -> None:
    with st.expander("All numbers", key="lab-numbers", on_change="rerun") as box:
        if box.open:
            head, *lines = table(view, series)
            st.dataframe(pd.DataFrame(lines[:MOST_ROWS], columns=head), hide_index=True)
            if len(lines) > MOST_ROWS:
                st.caption(f"The first {MOST_ROWS:,} of {len(lines):,} rows; the CSV has all.")
