"""The page Export by AppTest: the figure's knobs in the URL, the gallery, previews, and sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load
from streamlit.testing.v1 import AppTest

from resviz.export import formats
from resviz.export.export import Job
from resviz.export.figure import Figure
from resviz.nn.module import build
from resviz.runs import store
from resviz.train.checkpoint import save
from resviz.zoo.families import from_text, to_json

APP = str(Path(__file__).parents[2] / "app.py")


def page(**parameters: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for name, value in {"view": "Export", **parameters}.items():
        at.query_params[name] = value
    return well(at.run())


def well(at: AppTest) -> AppTest:
    assert not at.exception, [e.value for e in at.exception]
    return at


def figure(at: AppTest) -> str:
    value = at.query_params.get("figure", "")
    return value[-1] if isinstance(value, list) else value


def buttons(at: AppTest) -> dict[str, object]:
    return {button.proto.label: button.proto for button in at.get("download_button")}


def test_every_format_has_its_button() -> None:
    found = buttons(page())
    assert {export.title for export in formats.found().values()} <= found.keys()
    assert not any(button.disabled for button in found.values())


def test_a_knob_is_turned_and_stands_in_the_url() -> None:
    at = page(depth="18")
    at.selectbox(key="figure-style").set_value("blocks")
    well(at.run())
    assert figure(at) == "style=blocks"
    at.segmented_control(key="figure-level").set_value("stage")
    well(at.run())
    assert figure(at) == "style=blocks:level=stage"
    again = page(figure=figure(at))
    assert again.session_state["figure-style"] == "blocks"


def test_a_detail_that_a_style_has_not_is_let_go() -> None:
    at = page(figure="level=op:macs=true")
    at.selectbox(key="figure-style").set_value("blocks")
    well(at.run())
    assert figure(at) == "style=blocks"
    at.selectbox(key="figure-style").set_value("unit")
    well(at.run())
    assert figure(at) == "style=unit"


@pytest.mark.parametrize("text", ["style=cloud", "nonsense", "dpi=inf", "style=blocks:level=op", "a=b:c"])
def test_a_figure_that_is_not_possible_is_told_and_the_default_shown(text: str) -> None:
    at = page(figure=text)
    assert len(at.error) == 1
    assert at.session_state["figure-style"] == Figure().style


def test_what_cannot_be_drawn_is_a_sentence_and_its_buttons_are_off() -> None:
    at = page(layout="cifar", shortcut="none", figure="style=unrolled")
    assert "there is nothing to unroll" in at.error[0].value
    assert buttons(at)["DOT"].disabled
    assert "holds the graph" in buttons(at)["DOT"].help
    assert buttons(at)["TikZ"].disabled
    assert not buttons(at)["Keras"].disabled


def test_a_button_says_which_turned_knob_does_nothing_in_its_format() -> None:
    found = buttons(page(depth="18", figure="legend=false:theme=print"))
    said = "text that GitHub and wikis draw; Legend does nothing in it, it has no legend"
    assert found["Mermaid"].help == said
    assert found["SVG"].help == "vectors, for the web and for Inkscape"
    assert found["CSV"].help == "the stage table, plain"


def test_a_text_can_be_looked_at() -> None:
    at = page(depth="18")
    at.selectbox(key="preview").select_index(4)
    well(at.run())
    assert len(at.code) == 1
    assert at.code[0].value


def uploaded(name: str, content: bytes) -> AppTest:
    at = page(depth="18")
    at.file_uploader(key="opened").upload(name, content)
    return well(at.run())


def said(at: AppTest) -> str:
    """What the page says of the file, without the backslashes that keep Markdown out."""
    return at.info[0].value.replace("\\", "")


def test_a_file_of_several_networks_says_which_it_also_holds() -> None:
    job = Job(tuple(map(from_text, ("resnet34", "plain34", "vgg19"))), Figure(style="column"))
    at = uploaded("figure.svg", formats.found()["svg"].write(job))
    assert at.query_params["depth"] in ("34", ["34"])
    assert said(at) == (
        "ResNet-34, from figure.svg, which also holds Plain-34, VGG-19: put them beside it on the page Compare"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [("net.txt", "net.txt"), ("../../etc/net.txt", "net.txt"), ("..", "file"), ("a" * 300 + ".txt", "a.txt")],
)
def test_what_is_wrong_with_a_file_is_told_under_its_name(name: str, shown: str) -> None:
    at = uploaded(name, b"nothing")
    assert f"{shown} says nothing of a network" in said(at)


def test_a_damaged_file_is_a_sentence() -> None:
    at = uploaded("net.pptx", b"PK\x03\x04 broken")
    assert said(at).startswith("net.pptx is a ZIP that cannot be read")


def test_no_network_no_gallery() -> None:
    at = page(depth="51")
    assert not at.get("download_button")


def test_the_weights_of_a_run_of_this_network_can_be_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of another network, and of a file that says nothing, are not offered."""
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    spec, other = from_text("resnet8"), from_text("resnet20")
    assert [box for box in page(layout="cifar", depth="8").selectbox if box.key == "export-weights"] == []
    runs = [store.create(to_json(each), {}, each.title()) for each in (spec, other, spec)]
    model = build(spec.node(), 7)
    for run, about in zip(runs, (to_json(spec), to_json(other), None)):
        save(model, run.checkpoint, {} if about is None else {"spec": json.dumps(about)})
    at = page(layout="cifar", depth="8")
    assert at.selectbox(key="export-weights").options[0] == "fresh, of seed 0"
    assert len(at.selectbox(key="export-weights").options) == 2
    at.selectbox(key="export-weights").set_value(runs[0].id)
    well(at.run())
    assert at.query_params["weights"] in (runs[0].id, [runs[0].id])
    again = page(layout="cifar", depth="8", weights=runs[0].id)
    assert again.selectbox(key="export-weights").value == runs[0].id
    (warning,) = page(layout="cifar", depth="8", weights=runs[1].id).warning
    assert "has no weights of this network" in warning.value
    job = Job((spec,), weights=runs[0].checkpoint)
    held = load(formats.found()["safetensors"].write(job))
    assert all(torch.equal(held[name], tensor) for name, tensor in model.state_dict().items())


def test_formats_of_a_figure_that_does_not_fit_its_page_say_so_and_the_others_do_not() -> None:
    found = buttons(page(depth="152", figure="style=column:page=column"))
    refused = {title for title, button in found.items() if button.disabled}
    assert refused == {"SVG", "PDF", "PNG", "TikZ", "draw.io", "PowerPoint"}
    assert "7 pt are the least" in found["PDF"].help
