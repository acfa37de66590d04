"""The page Compare by AppTest: the URL carries the networks, knobs turn, matches match, nonsense is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resviz.views import tables
from resviz.zoo.comparisons import COMPARISONS
from resviz.zoo.families import from_text

APP = str(Path(__file__).parents[2] / "app.py")


def page(**parameters: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for name, value in {"view": "Compare", **parameters}.items():
        at.query_params[name] = value
    return well(at.run())


def well(at: AppTest) -> AppTest:
    assert not at.exception, [e.value for e in at.exception]
    return at


def beside(at: AppTest) -> list[str]:
    value = at.query_params.get("with", "")
    return [text for text in (value[-1] if isinstance(value, list) else value).split(";") if text]


def table(at: AppTest) -> str:
    return next((html.value for html in at.get("html") if 'class="compared"' in html.value), "")


@pytest.mark.parametrize("entry", COMPARISONS, ids=lambda entry: entry.name)
def test_each_comparison_is_a_press_and_a_link(entry):
    at = page()
    next(button for button in at.button if button.label == entry.title).click()
    well(at.run())
    specs = [from_text(text) for text in entry.thing]
    assert [from_text(text) for text in beside(at)] == specs[1:]
    for spec in specs:
        assert f"{tables.totals(spec.node()).params:,}" in table(at)
    again = page(**{name: value if isinstance(value, str) else value[-1] for name, value in at.query_params.items()})
    assert table(again) == table(at)


def test_a_network_is_added_as_a_copy_turned_and_taken_out():
    at = page(depth="18")
    assert table(at) == ""
    well(at.button(key="compare-add").click().run())
    assert beside(at) == ["resnet:depth=18"]
    at.segmented_control(key="with-0-block").set_value("bottleneck")
    well(at.run())
    assert from_text(beside(at)[0]).title() == "ResNet-26"
    at.selectbox(key="with-0").set_value("plain34")
    well(at.run())
    assert beside(at) == ["plain:depth=34"]
    well(at.button(key="with-0-out").click().run())
    assert beside(at) == []


def test_a_match_turns_the_other_and_says_how_near_it_comes():
    at = page(layout="cifar", depth="20", **{"with": "plain:layout=cifar:depth=56"})
    well(at.button(key="with-0-params").click().run())
    spec = from_text(beside(at)[0])
    assert spec.values()["depth"] == 56
    assert spec.values()["width"] < 16
    assert any(f"width {spec.values()['width']} gives" in caption.value.replace("\\", "") for caption in at.caption)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nix", "there is no preset or family"),
        ("resnet:depth=99999", "not possible"),
        ("resnet:depth", "write it as"),
        ("<script>alert(1)</script>", "there is no preset or family"),
        ("resnet:input=3,1,1:blocks=1,1,1,1,1", "resnet"),
    ],
)
def test_what_is_no_network_gets_its_sentence_and_a_way_out(text, words):
    at = page(**{"with": f"{text};resnet34"})
    if not at.error:
        assert words in beside(at)[0]
        return
    assert words in at.error[0].value.replace("\\", "")
    assert "ResNet-34" in table(at)
    well(at.button(key="with-0-out").click().run())
    assert beside(at) == ["resnet34"]
    assert not at.error


def test_at_most_four_stand_beside():
    at = page(**{"with": ";".join(["resnet18"] * 9)})
    assert table(at).count("<th>ResNet-18</th>") == 4
    assert not [button for button in at.button if button.key == "compare-add"]
    assert any("names 9 networks" in caption.value for caption in at.caption)
