"""The page Costs by AppTest: the ledgers are there, and what is typed is answered or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resviz.zoo.families import FAMILIES

APP = str(Path(__file__).parents[2] / "app.py")


def page(**parameters: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["view"] = "Costs"
    for name, value in parameters.items():
        at.query_params[name] = value
    return at.run()


def shown(at: AppTest) -> str:
    """All that the page's ledgers say."""
    assert not at.exception, [e.value for e in at.exception]
    return "".join(html.value for html in at.get("html") if 'class="ledger"' in html.value)


def test_three_ledgers_of_resnet_50() -> None:
    text = shown(page())
    for said in ("4,089,184,256 MACs", "4,111,512,576 MACs", "8,211,108,352 FLOPs", "24,299,077,632 FLOPs"):
        assert said in text
    assert "102,228,128 B" in text
    assert "1 + 3·3 + 4·3 + 6·3 + 3·3 + 1 = 50" in text
    assert "on shortcuts: 4 Conv" in text


@pytest.mark.parametrize("family", FAMILIES.names())
def test_every_family_has_its_costs(family: str) -> None:
    at = page(family=family)
    assert shown(at)
    assert not at.error


def test_why_my_tool_says_so() -> None:
    at = page()
    at.text_input(key="why").set_value("4.11 G").run()
    text = shown(at)
    assert "4,111,512,576 MACs, rounded: fvcore FlopCountAnalysis, as it is v1.5" in text
    at.text_input(key="why").set_value("3.858").run()
    assert "3,857,973,248 MACs, rounded: MACs, if it were v1" in shown(at)


@pytest.mark.parametrize("text", ["about four", "0", "4.1 and 4.2", "<script>alert()</script>"])
def test_what_is_no_number_is_said(text: str) -> None:
    at = page()
    at.text_input(key="why").set_value(text).run()
    shown(at)
    assert [error for error in at.error if "such as 4.11 G" in error.value.replace("\\", "")]


def test_the_question_stays_when_the_network_changes() -> None:
    at = page()
    at.text_input(key="why").set_value("3.6").run()
    at.sidebar.select_slider(key="knob-depth").set_value(34).run()
    assert "3,663,761,408 MACs, cut off: MACs." in shown(at)


def test_precision_optimizer_and_batch_change_the_memory() -> None:
    at = page()
    before = shown(at)
    at.segmented_control(key="plan-precision").set_value("mixed").run()
    assert "51,007,824 B" in shown(at)
    assert "51,007,824 B" not in before
    at.segmented_control(key="plan-optimizer").set_value("adam").run()
    assert "204,456,256 B" in shown(at)
    at.number_input(key="plan-batch").set_value(1).run()
    at.text_input(key="plan-fits").set_value("100MB").run()
    assert 'in 100MB</td><td class="number"><b>0</b>' in shown(at)
    assert not at.error


@pytest.mark.parametrize(("batch", "nearest"), [(0, 1), (-7, 1), (99_999_999, 1_000_000)])
def test_a_batch_outside_the_range_is_said_and_can_be_mended(batch: int, nearest: int) -> None:
    at = page()
    at.number_input(key="plan-batch").set_value(batch).run()
    assert any(str(batch).lstrip("-") in error.value for error in at.error)
    assert "102,228,128 B" not in shown(at)
    next(button for button in at.button if button.label == f"Set batch to {nearest}").click().run()
    assert at.number_input(key="plan-batch").value == nearest
    assert "102,228,128 B" in shown(at)
    assert not at.error


def test_a_size_that_is_none_keeps_what_was_typed() -> None:
    at = page()
    at.text_input(key="plan-fits").set_value("24 gigs").run()
    assert any("24 gigs" in error.value for error in at.error)
    assert at.text_input(key="plan-fits").value == "24 gigs"
    next(button for button in at.button if button.label == "Set memory to 24GiB").click().run()
    assert "largest batch" in shown(at)
    assert not at.error
