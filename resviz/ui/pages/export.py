"""The page Export: the figure as it will be, its knobs, and a gallery of every format that the network goes out in.

The figure's knobs stand in the URL as one parameter, so that a link carries them too. A file that resviz wrote opens
here as the network that it is of.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import streamlit as st

from resviz.core.knob import Knob, SpecError
from resviz.core.spec import NetSpec
from resviz.draw.paper import NARROW, PaperError
from resviz.export import formats
from resviz.export.export import Export, Job
from resviz.export.figure import Figure, drawing_on
from resviz.export.picture import svg, svg_of
from resviz.export.reading import opened
from resviz.ui import choice, diagram, downloads, trained, widgets
from resviz.ui.packed import Packed
from resviz.ui.page import Page, Shown

FIGURE, WEIGHTS = "figure", "weights"
WITH_WEIGHTS = "program"
KINDS = {"figure": "Figures", "table": "Tables", "program": "Programs"}
PREVIEW = "preview"
SAID = "opened-said"
LONGEST = 20_000
"""Characters of a text that are shown."""
LONGEST_NAME = 60
"""Characters of a file's name, which may have four bytes each of the 255 that there may be."""


def show(shown: Shown) -> None:
    """The figure beside its knobs, then the gallery."""
    _upload()
    figure = _read()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for k in _acting(figure, primary=True):
            _knob(k, figure)
    with st.expander("What is written in it", key="figure-more", on_change="rerun") as box:
        if box.open:
            with st.container(horizontal=True):
                for k in _acting(figure, primary=False):
                    _knob(k, figure)
    job = Job((shown.spec,), figure)
    try:
        wide = _picture(shown.spec, figure)
        diagram.show(wide, "export", lambda path: None, tall=_narrow(shown.spec, figure), height=460)
    except ValueError as error:
        st.error(choice.plain(str(error)))
    _gallery(job, shown.file_name())


def _gallery(job: Job, name: str) -> None:
    found = list(formats.found().values())
    for kind, words in KINDS.items():
        st.markdown(f"**{words}**")
        weighted = _weighted(job) if kind == WITH_WEIGHTS else job
        with st.container(horizontal=True):
            for export in found:
                if export.kind == kind:
                    downloads.button(export, weighted if export.torch else job, name, f"export-{export.name}")
    st.caption(
        "Each file carries the network and the figure's knobs: opened here (up to "
        f"{st.get_option('server.maxUploadSize')} MB) or by `resviz open FILE` it gives this page again. CSV alone has "
        "no place for them. TikZ, draw.io and PowerPoint have the same layout as the picture."
    )
    texts = [export for export in found if export.text and not export.torch]
    shown = st.selectbox(
        "Look at", texts, format_func=lambda export: f"{export.title}: {export.note}", key=PREVIEW, index=None,
        placeholder="look at a text before you take it",
    )  # fmt: skip
    if shown is not None:
        _preview(shown, job)


def _weighted(job: Job) -> Job:
    """The job with the weights that a person chooses, where some run has trained this network."""
    (spec,) = job.specs
    runs = {run.id: run for run in trained.runs_of(spec)}
    asked = st.query_params.get(WEIGHTS, "")
    if asked and asked not in runs:
        st.warning(choice.plain(f"{asked} has no weights of this network: fresh ones are taken."))
    if not runs:
        return job
    st.session_state["export-weights"] = asked if asked in runs else ""
    chosen = st.selectbox(
        "Weights", ("", *runs), key="export-weights", on_change=_take_weights, width=420,
        format_func=lambda name: f"of {trained.title(runs[name])}" if name else f"fresh, of seed {job.seed}",
        help="in the files that hold weights: ONNX, torch.export, safetensors",
    )  # fmt: skip
    return replace(job, weights=runs[chosen].checkpoint if chosen else None)


def _take_weights() -> None:
    if chosen := st.session_state["export-weights"]:
        st.query_params[WEIGHTS] = chosen
    else:
        st.query_params.pop(WEIGHTS, None)


def _preview(export: Export, job: Job) -> None:
    try:
        text = export.write(job).decode("utf-8-sig")
    except ValueError as error:
        st.error(choice.plain(str(error)))
        return
    if LANGUAGES.get(export.ending) == MERMAID and len(text) <= LONGEST:
        st.markdown(f"```{MERMAID}\n{text}\n```")
    more = f"\n… {len(text) - LONGEST:,} characters more" if len(text) > LONGEST else ""
    st.code(text[:LONGEST] + more, language=LANGUAGES.get(export.ending), height=420)


MERMAID = "mermaid"
"""What Streamlit draws by itself."""
LANGUAGES: Mapping[str, str] = {
    ".py": "python", ".keras.py": "python", ".tex": "latex", ".table.tex": "latex", ".md": "markdown",
    ".json": "json", ".dot": "dot", ".mmd": MERMAID,
}  # fmt: skip


@lru_cache(maxsize=64)
def _picture(spec: NetSpec, figure: Figure) -> str:
    return svg(Job((spec,), figure), "")


def _narrow(spec: NetSpec, figure: Figure) -> str:
    """The figure for a narrow page, what stands side by side broken into rows, or "" where that would be too small."""
    if figure.page != "none" or figure.style not in ("landscape", "blocks"):
        return ""
    try:
        return svg_of(drawing_on(NARROW, (spec,), figure), Job((spec,), figure).line(), "")
    except PaperError:
        return ""


def _acting(figure: Figure, primary: bool) -> list[Knob]:
    return [k for k in Figure.knobs() if k.primary == primary and not k.needs(figure)]


def _knob(k: Knob, figure: Figure) -> None:
    widgets.show(k, f"figure-{k.name}", figure.values()[k.name], figure.offered(k), partial(_turn, figure, k))


def _turn(figure: Figure, k: Knob, text: str) -> None:
    """Turn a knob; those that do nothing beside it are let go, and a detail that the style does not have follows."""
    texts = {**figure.chosen(), k.name: text}
    while True:
        try:
            turned = Figure.of_text(texts)
        except SpecError as error:
            if not any(name in texts and name != k.name for name in error.fix):
                st.toast(choice.plain(str(error)))
                return
            texts = {name: value for name, value in texts.items() if name not in error.fix or name == k.name}
            continue
        _figure().replace(turned.chosen())
        return


def _figure() -> Packed:
    """The figure's knobs as the URL has them."""
    return Packed(FIGURE, {}, between=":")


def _read() -> Figure:
    """The figure that the URL names; where it names none that is possible, it is said and the default taken."""
    try:
        return Figure.of_text(_figure())
    except SpecError as error:
        st.error(choice.plain(str(error)))
        return Figure()


def _upload() -> None:
    said = st.session_state.pop(SAID, "")
    with st.popover("Open a file", width="content"):
        st.file_uploader(
            "A figure, table or source that resviz wrote, or weights", key="opened", on_change=_open,
            help="Weights are recognised by the names and shapes of their tensors; larger files by resviz open FILE.",
        )  # fmt: skip
        if said:
            st.info(choice.plain(said))


def _open() -> None:
    file = st.session_state["opened"]
    if file is None:
        return
    with tempfile.TemporaryDirectory(prefix="resviz-") as folder:
        kept = Path(folder) / _name(file.name)
        kept.write_bytes(file.getvalue())
        try:
            found = opened(kept)
        except (ValueError, OSError) as error:
            st.session_state[SAID] = str(error)
            return
    first, *others = found.specs
    choice.choose(type(first), first.chosen())
    if found.figure is not None:
        _figure().replace(found.figure.chosen())
    st.session_state[SAID] = "; ".join((f"{first.title()}, from {kept.name}{_beside(others)}", *found.notes))


def _name(given: str) -> str:
    """The upload's name as one that a file may have anywhere, whatever the browser says."""
    return "".join(c for c in Path(given).name if c.isprintable()).lstrip(".")[-LONGEST_NAME:] or "file"


def _beside(others: Sequence[NetSpec]) -> str:
    """What is said of a file's further networks, which a page of one network does not show."""
    titles = ", ".join(spec.title() for spec in others)
    return f", which also holds {titles}: put them beside it on the page Compare" if titles else ""


PAGE = Page("Export", 4.5, show)
