"""Exports in Chromium: the interactive file pans, zooms and tells, Mermaid draws its graph, the gallery works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from serving import Open

from resviz.export import carried, formats
from resviz.export.export import Job
from resviz.export.figure import Figure
from resviz.zoo.families import from_text


@pytest.fixture
def alone(browser: Browser, tmp_path: Path):
    """Opens the HTML export of a network from the disk; nothing may be asked for, nothing may go wrong."""
    wrong: list[str] = []
    pages: list[Page] = []

    def show(network: str, **knobs: object) -> Page:
        file = tmp_path / "figure.html"
        file.write_bytes(formats.found()["html"].write(Job((from_text(network),), Figure.of(knobs))))
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        pages.append(page)
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: wrong.append(r.url) if r.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield show
    for page in pages:
        page.close()
    assert not wrong


def view(page: Page) -> list[float]:
    return [float(number) for number in page.locator("svg").get_attribute("viewBox").split()]


def test_html_pans_zooms_and_tells(alone) -> None:
    page = alone("resnet50", level="op")
    said = page.locator("#said")
    expect(said).to_contain_text("drag to move")
    page.locator('[data-path="layer1.0.conv1"]').hover()
    expect(said).to_have_text("layer1.0.conv1 · 64×56×56 · 4.096 k param. · 12.85 M MACs · field 11")
    before = view(page)
    page.mouse.move(500, 300)
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"document.querySelector('svg').viewBox.baseVal.width < {before[2] * 0.9}")
    zoomed = view(page)
    assert zoomed[3] / zoomed[2] == pytest.approx(before[3] / before[2])
    page.mouse.down()
    page.mouse.move(400, 250)
    page.mouse.up()
    moved = view(page)
    assert moved[0] > zoomed[0]
    assert moved[1] > zoomed[1]
    assert moved[2] == pytest.approx(zoomed[2], rel=1e-3)
    page.keyboard.press("0")
    assert view(page) == pytest.approx(before)
    page.keyboard.press("ArrowRight")
    assert view(page)[0] > before[0]


def test_html_is_read_by_keyboard_and_in_the_dark(alone) -> None:
    page = alone("resnet8", theme="dark")
    page.keyboard.press("Tab")
    expect(page.locator("#said")).to_contain_text("stem · 16×32×32")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(14, 17, 23)"


def test_the_gallery_shows_the_figure_and_gives_it(visit: Open, tmp_path: Path) -> None:
    page = visit(view="Export", depth="34", figure="style=blocks:page=slide")
    expect(page.locator(".diagram svg")).to_be_visible()
    for name, format in (("SVG", "svg"), ("PDF", "pdf"), ("PowerPoint", "pptx"), ("Excel", "xlsx"), ("Keras", "keras")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name, exact=True).click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        assert file.name == f"ResNet-34{formats.found()[format].ending}"
        found = carried.found(file.read_bytes())
        assert found is not None
        assert found.specs == (from_text("resnet34"),)
    expect(page.get_by_role("button", name="DOT", exact=True)).to_be_disabled()


def test_a_file_is_opened_by_upload(visit: Open, tmp_path: Path) -> None:
    file = tmp_path / "figure.pdf"
    spec = from_text("resnet:layout=cifar:depth=56")
    file.write_bytes(formats.found()["pdf"].write(Job((spec,), Figure(style="blocks", theme="print"))))
    page = visit(view="Export", depth="18")
    page.get_by_role("button", name="Open a file").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".totals h2")).to_have_text("ResNet-56")
    page.wait_for_function("location.search.includes('blocks')")
    expect(page.get_by_text("ResNet-56, from figure.pdf")).to_be_in_viewport()


def test_mermaid_draws_its_graph(visit: Open) -> None:
    """Streamlit's page carries Mermaid itself, which draws the text of the export."""
    page = visit(size=(1280, 2200), view="Export", layout="cifar", depth="20")
    page.get_by_role("combobox", name="Look at").click()
    page.get_by_role("option", name="Mermaid: text that GitHub and wikis draw").click()
    drawn = page.locator("[data-testid=stMermaidChart] img")
    expect(drawn).to_be_visible(timeout=30_000)
    svg = page.evaluate("url => fetch(url).then(found => found.text())", drawn.get_attribute("src"))
    text = formats.found()["mermaid"].write(Job((from_text("resnet20"),))).decode()
    nodes = re.findall(r'^ +n\d+(?:\["|\(\(")', text, re.M)
    assert len(re.findall(r'class="node ', svg)) == len(nodes)
    assert len(re.findall(r'class="cluster', svg)) >= text.count("subgraph ")
    assert len(re.findall(r"class=\"[^\"]*flowchart-link", svg)) == len(
        re.findall(r"^  n\d+ (?:-->|==>|-\.->) n\d+$", text, re.M)
    )
    written = re.sub(r"<style.*?</style>|<[^>]+>|\s", "", svg)
    assert all(words in written for words in ("stage3,64×8×8", "3×3conv,16", "globalavgpool", "×3"))
