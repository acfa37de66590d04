"""What a person sees and does, in Chromium: every tab, clicks, keys, links, downloads, narrow, dark, training."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader
from safetensors.numpy import load_file
from serving import Open, Server

from resviz.runs import store
from resviz.train.launch import launch
from resviz.train.recipe import Recipe
from resviz.zoo.families import from_text

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def parameters(page: Page) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def title(page: Page) -> Locator:
    return page.locator(".totals h2")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def stop_button(page: Page) -> Locator:
    """The run's own; Streamlit shows one of that name in its header while a script runs."""
    return page.locator(".st-key-stop").get_by_role("button")


def idle(page: Page) -> None:
    """Wait until the script has run to its end, so that what is clicked next does not move away."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()
    page.wait_for_timeout(300)


def choose_epochs(page: Page, epochs: int) -> None:
    """Type the number and wait until the page has taken it in: until then a press would train for the old one."""
    field = page.get_by_label("Epochs", exact=True)
    field.fill(str(epochs))
    field.press("Enter")
    page.wait_for_timeout(500)
    idle(page)


def without_shortcut(page: Page) -> None:
    """Choose the plain net in the sidebar's list of shortcuts."""
    page.locator("[data-testid=stSidebar]").get_by_role("combobox", name="Shortcut").click()
    page.get_by_role("option", name="none", exact=True).click()


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return dict(found)


def settled(locator: Locator) -> dict[str, float]:
    """The place of something once it has stood still for half a second; the sidebar slides."""
    before, now, deadline = {}, box(locator), time.monotonic() + 15
    while before != now and time.monotonic() < deadline:
        time.sleep(0.5)
        before, now = now, box(locator)
    return now


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_in_both_themes(visit: Open, scheme: str) -> None:
    page = visit(scheme=scheme, layout="cifar", depth="8")
    expect(title(page)).to_have_text("ResNet-8")
    expect(page.locator(".canvas svg .part").first).to_be_visible()
    tab(page, "Tables")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=20_000)
    expect(page.locator(".js-plotly-plot .treemaplayer").first).to_be_visible()
    tab(page, "Unrolled")
    expect(page.get_by_text("2^3 of 2^3")).to_be_visible()
    expect(page.locator(".js-plotly-plot .barlayer").first).to_be_visible()
    tab(page, "PyTorch")
    expect(page.get_by_text("counted = built")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("parameters 75,290 ✓")).to_be_visible()
    tab(page, "Train")
    expect(page.get_by_role("button", name="Train ResNet-8")).to_be_visible()


def test_figure_3_side_by_side_from_the_press_to_the_file(visit: Open, tmp_path: Path) -> None:
    """He et al. 2015, Fig. 3; the link shows the three again."""
    page = visit(size=(1280, 1400), view="Compare")
    page.get_by_role("button", name="VGG-19 | Plain-34 | ResNet-34").click()
    expect(title(page)).to_have_text("VGG-19")
    picture = page.locator(".canvas svg")
    expect(picture.locator("title")).to_have_text("VGG-19 | Plain-34 | ResNet-34 (option A)")
    for number, path in enumerate(("", "layer4.0", "layer4.0")):
        assert picture.locator(f'.part[data-path^="{number}/{path}"]').count() > 0
    assert picture.locator(".marked").count() > 10
    expect(page.locator(".compared table")).to_contain_text("143,667,240")
    assert parameters(page)["with"].count(";") == 1
    page.get_by_text("draw repeats out").click()
    expect(picture.locator('.part[data-path="2/layer4.2.add"]')).to_be_visible()
    page.get_by_role("button", name="Download the picture").click()
    text = PdfReader(download(page, "PDF", tmp_path)).pages[0].extract_text()
    assert all(words in text for words in ("VGG-19", "Plain-34", "ResNet-34", "224×224"))
    again = visit(size=(1280, 1400), **parameters(page))
    expect(again.locator(".canvas svg title")).to_have_text("VGG-19 | Plain-34 | ResNet-34 (option A)")


def test_a_box_of_the_second_network_opens_there(visit: Open) -> None:
    page = visit(size=(1280, 1400), view="Compare", depth="34", **{"with": "resnet:depth=50"})
    page.locator('.part[data-path="1/layer1.0"]').first.click()
    expect(page.locator(".inspector")).to_contain_text("layer1.0")
    expect(page.locator(".inspector")).to_contain_text("75,008 parameters")


def test_the_picture_has_the_colours_of_the_theme(visit: Open) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        page = visit(scheme=scheme)
        expect(page.locator(".canvas svg").first).to_be_visible()
        grounds[scheme] = page.locator(".canvas svg > rect").first.get_attribute("fill")
    assert grounds == {"light": "#ffffff", "dark": "#0e1117"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_tab(visit: Open, scheme: str) -> None:
    """WCAG 2.2 AA, 1.4.3: a contrast of 4.5 : 1; the pictures' own colours are in tests/draw/test_theme.py."""
    page = visit(scheme=scheme, layout="cifar", depth="110", removed="3", part="layer1.1")
    ready = {
        "Graph": ".inspector",
        "Tables": ".treemaplayer",
        "Unrolled": ".barlayer",
        "PyTorch": ".stCode",
        "Train": "[data-testid=stNumberInput]",
        "Experiments": ".st-key-begin",
    }
    for name, seen in ready.items():
        tab(page, name)
        expect(page.locator(seen).first).to_be_visible(timeout=60_000)
        assert page.evaluate(CONTRAST) == []


def test_a_join_opens_and_the_link_shows_it_again(visit: Open) -> None:
    page = visit()
    page.locator('.part[data-path="layer2.1.add"]').first.click()
    expect(page.locator(".inspector")).to_contain_text("512×28×28, 512×28×28 → 512×28×28")
    again = visit(**parameters(page))
    expect(again.locator(".inspector")).to_contain_text("layer2.1.add")


def test_the_picture_follows_the_width_of_the_window(visit: Open) -> None:
    page = visit()
    wide = settled(page.locator(".canvas svg .part").nth(3))
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".canvas svg")).to_have_attribute("viewBox", re.compile(r"^0 0 2\d\d"))
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator(".canvas svg")).to_have_attribute("viewBox", re.compile(r"^0 0 1\d\d\d"))
    assert settled(page.locator(".canvas svg .part").nth(3)) == wide


def test_more_stays_open_while_its_knobs_are_turned(visit: Open) -> None:
    page = visit()
    expect(page.locator(".canvas svg")).to_be_visible()
    sidebar = page.locator("[data-testid=stSidebar]")
    sidebar.get_by_text("More", exact=True).click()
    sidebar.get_by_text("Squeeze-and-excitation").click()
    expect(title(page)).to_have_text("SE-ResNet-50")
    idle(page)
    sidebar.get_by_text("Zero γ").first.click()
    expect(title(page)).to_have_text("SE-ResNet-50 (zero γ)")
    expect(sidebar.get_by_text("Group width")).to_be_visible()
    assert parameters(page) == {"se": "true", "zero_gamma": "true"}


def test_keys_remove_units_one_after_the_other(visit: Open) -> None:
    page = visit(view="Unrolled", layout="cifar", depth="110")
    expect(page.locator(".canvas svg .part").first).to_be_visible()
    page.locator(".canvas").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2^53 of 2^54")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2^52 of 2^54")).to_be_visible()
    assert parameters(page)["removed"] == "1,2"


def test_the_picture_follows_a_change_of_theme(visit: Open) -> None:
    page = visit()
    ground = page.locator(".canvas svg > rect").first
    expect(ground).to_have_attribute("fill", "#ffffff")
    page.emulate_media(color_scheme="dark")
    expect(ground).to_have_attribute("fill", "#0e1117")


def test_a_projector_sees_the_controls_and_all_of_resnet_50(visit: Open) -> None:
    page = visit(size=(1280, 720))
    picture = box(page.locator(".canvas"))
    assert picture["y"] + picture["height"] <= 720
    assert picture["x"] + picture["width"] <= 1280
    for name in ("Depth", "Block", "Shortcut"):
        control = box(page.locator("[data-testid=stSidebar]").get_by_text(name, exact=True).first)
        assert 0 <= control["y"] < 700
    size = page.evaluate(
        "() => { for (const e of document.querySelectorAll('*')) { const s = e.shadowRoot?.querySelector('.part text');"
        " if (s) return s.getBoundingClientRect().height } }"
    )
    assert size >= 10


def test_a_click_opens_a_block_with_its_formulas(visit: Open) -> None:
    page = visit(depth="34")
    page.locator('.part[data-path="layer2.1"]').first.click()
    opened = page.locator(".inspector")
    expect(opened).to_contain_text("layer2.1.conv1")
    expect(opened).to_contain_text("3·3·128·128 = 147,456")
    expect(page.locator('.part.selected[data-path="layer2.1"]').first).to_be_visible()


def test_the_graph_can_be_used_with_keys_alone(visit: Open) -> None:
    page = visit()
    page.locator(".canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".inspector")).to_be_visible()
    before = page.locator(".canvas svg").get_attribute("viewBox")
    page.keyboard.press("+")
    assert page.locator(".canvas svg").get_attribute("viewBox") != before
    page.keyboard.press("0")
    assert page.locator(".canvas svg").get_attribute("viewBox") == before


def test_pan_zoom_and_fit(visit: Open) -> None:
    page = visit()
    canvas, svg = page.locator(".canvas"), page.locator(".canvas svg")
    fitted = svg.get_attribute("viewBox")
    page.get_by_role("button", name="zoom in").click()
    nearer = svg.get_attribute("viewBox")
    assert nearer is not None
    assert fitted is not None
    assert float(nearer.split()[2]) < float(fitted.split()[2])
    at = box(canvas)
    page.mouse.move(at["x"] + 300, at["y"] + 100)
    page.mouse.down()
    page.mouse.move(at["x"] + 200, at["y"] + 80, steps=4)
    page.mouse.up()
    assert svg.get_attribute("viewBox") != nearer
    expect(page.locator(".inspector")).to_have_count(0)
    page.get_by_role("button", name="fit into the page").click()
    assert svg.get_attribute("viewBox") == fitted


def test_a_knob_changes_picture_totals_and_url_and_the_url_gives_the_page_back(visit: Open) -> None:
    page = visit()
    slider = page.locator("[data-testid=stSidebar] input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(title(page)).to_have_text("ResNet-101")
    expect(page.locator(".totals")).to_contain_text("44,549,160")
    assert parameters(page) == {"depth": "101"}
    without_shortcut(page)
    expect(title(page)).to_have_text("Plain-101")
    other = visit(**parameters(page))
    expect(title(other)).to_have_text("Plain-101")


def test_back_goes_to_the_network_before(visit: Open) -> None:
    page = visit()
    slider = page.locator("[data-testid=stSidebar] input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(title(page)).to_have_text("ResNet-101")
    page.go_back()
    expect(title(page)).to_have_text("ResNet-50")


def test_levels_and_graphviz(visit: Open) -> None:
    page = visit(layout="cifar", depth="8")
    for level, least in (("stage", 3), ("op", 25)):
        page.get_by_role("radio", name=level, exact=True).click()
        expect(page.locator(".canvas svg .part").nth(least)).to_be_attached()
    page.get_by_role("radio", name="Graphviz").click()
    expect(page.locator(".canvas svg g.node").nth(20)).to_be_attached(timeout=30_000)


def test_pictures_download_and_open(visit: Open, tmp_path: Path) -> None:
    page = visit()
    page.get_by_role("button", name="Download the picture").click()
    svg = download(page, "SVG", tmp_path)
    assert svg.read_text().startswith("<svg")
    assert "1024×14×14" in svg.read_text()
    pdf = PdfReader(download(page, "PDF", tmp_path))
    assert len(pdf.pages) == 1
    assert "stage 4" in pdf.pages[0].extract_text()
    with Image.open(download(page, "PNG", tmp_path)) as png:
        assert png.width > 2000
    assert "digraph" in download(page, "DOT", tmp_path).read_text()


def test_tables_download_and_open(visit: Open, tmp_path: Path) -> None:
    page = visit(view="Tables", by="op", depth="18")
    rows = list(csv.DictReader(io.StringIO(download(page, "CSV", tmp_path).read_text())))
    assert sum(int(row["params"]) for row in rows) == 11_689_512  # torchvision's resnet18
    assert download(page, "LaTeX", tmp_path).read_text().count("\\toprule") == 1
    assert "| part | kind |" in download(page, "Markdown", tmp_path).read_text()


def test_removing_units(visit: Open) -> None:
    page = visit(view="Unrolled", layout="cifar", depth="110")
    page.locator('.part[data-path="layer1.2"]').first.click()
    expect(page.get_by_text("2^53 of 2^54")).to_be_visible()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    assert parameters(page)["removed"] == "3"
    page.locator('.part[data-path="layer1.2"]').first.click()
    expect(page.get_by_text("2^54 of 2^54")).to_be_visible()


def test_all_paths_are_drawn_and_those_of_a_removed_unit_fade(visit: Open) -> None:
    page = visit(view="Unrolled", layout="cifar", depth="8")
    tree = page.locator(".canvas").nth(2)
    expect(tree.locator('.part[data-path="layer1.0"]:has(rect)')).to_have_count(4)
    tree.locator('.part[data-path="layer2.0"]:has(rect)').first.click()
    expect(tree.locator("g[opacity]").first).to_be_attached()
    expect(page.get_by_text("2^2 of 2^3")).to_be_visible()


def test_model_py_downloads_and_runs_alone(visit: Open, tmp_path: Path) -> None:
    page = visit(view="PyTorch", layout="cifar", depth="8")
    file = download(page, "Download model.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )
    assert "75,290" in done.stdout or "75290" in done.stdout, done.stderr


def test_an_impossible_link_is_a_sentence_with_a_way_out(visit: Open) -> None:
    page = visit(layout="cifar", depth="21", view="Tables")
    expect(page.get_by_text("the nearest is 20")).to_be_visible()
    page.get_by_role("button", name="Set depth to 20").click()
    expect(title(page)).to_have_text("ResNet-20")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=20_000)


def test_text_from_the_url_is_never_markup(visit: Open) -> None:
    page = visit(depth="<img src=x onerror=alert(1)>", order="**bold** [a](http://example.org)")
    expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
    assert page.locator("[data-testid=stAlert] img, [data-testid=stAlert] a, [data-testid=stAlert] strong").count() == 0


def test_a_phone_reaches_everything(visit: Open) -> None:
    page = visit(size=(390, 844), layout="cifar", depth="8")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".canvas svg").first).to_be_visible()
    for name in ("Graph", "Train", "Lab"):
        expect(page.get_by_role("tab", name=name, exact=True)).to_be_in_viewport(ratio=1)
    page.get_by_test_id("stExpandSidebarButton").click()
    for name in ("Depth", "Block", "Shortcut"):
        expect(page.locator("[data-testid=stSidebar]").get_by_text(name, exact=True).first).to_be_in_viewport()
    without_shortcut(page)
    expect(title(page)).to_have_text("Plain-8")


def test_training_is_seen_to_its_end_with_a_reload_in_the_middle(visit: Open, server: Server, tmp_path: Path) -> None:
    page = visit(view="Train", layout="cifar", depth="20")
    choose_epochs(page, 8)
    page.get_by_role("button", name="Train ResNet-20").click()
    expect(stop_button(page)).to_be_visible()
    page.wait_for_function("document.querySelector('.run')?.innerText.match(/[1-9]\\d* of/)", timeout=60_000)
    name = parameters(page)["run"]
    page.reload()
    expect(page.get_by_text(name).first).to_be_visible()
    expect(page.locator(".run")).to_contain_text("8 of 8 epochs", timeout=90_000)
    expect(page.get_by_text("finished").first).to_be_visible()
    expect(page.locator("canvas, .echarts svg, [data-testid=stEChartsChart]").first).to_be_visible()
    weights = load_file(download(page, "Weights (safetensors)", tmp_path))
    assert weights["conv1.weight"].shape == (16, 1, 3, 3)
    curve = list(csv.DictReader(io.StringIO(download(page, "Curve (CSV)", tmp_path).read_text())))
    assert sum(row["kind"] == "epoch" for row in curve) == 8
    assert json.loads(download(page, "Spec (JSON)", tmp_path).read_text())["depth"] == 20
    assert (server.runs / name).is_dir()


def test_back_goes_through_tabs(visit: Open) -> None:
    page = visit(layout="cifar", depth="8")
    opened = page.locator("[role=tab][aria-selected=true]")
    for name in ("Tables", "Costs"):
        tab(page, name)
        page.wait_for_function("name => location.search.includes('view=' + name)", arg=name)
    for name in ("Tables", "Graph"):
        page.go_back()
        expect(opened).to_have_text(name)
    expect(title(page)).to_have_text("ResNet-8")


def test_the_list_of_runs_follows_what_others_begin_and_stop(
    visit: Open, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training that the command line stops: the list says so by itself, without a press on the page."""
    monkeypatch.setenv("RESVIZ_RUNS", str(server.runs))
    run = launch(from_text("resnet:layout=cifar:depth=56"), Recipe(epochs=1000, device="cpu"))
    page = visit(view="Train", layout="cifar", depth="8")
    table = page.get_by_test_id("stDataFrame")
    state = table.locator("td[aria-colindex='2']").first
    expect(state).to_have_text(re.compile("training|starting|waiting"))
    store.stop(run)
    expect(state).to_have_text("stopped", timeout=30_000)
    store.delete(run)


def test_stop_stops_and_resume_goes_on_live(visit: Open) -> None:
    page = visit(view="Train", layout="cifar", depth="56")
    choose_epochs(page, 1000)
    page.get_by_role("button", name="Train ResNet-56").click()
    page.wait_for_function("document.querySelector('.run')?.innerText.match(/[\\d,]+ images/)", timeout=60_000)
    stop_button(page).click()
    expect(page.get_by_text("stopped", exact=True).first).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Resume").click()
    expect(stop_button(page)).to_be_visible(timeout=30_000)
    page.wait_for_selector("text=/^training,/", timeout=60_000)
    stop_button(page).click()
    expect(page.get_by_text("stopped", exact=True).first).to_be_visible(timeout=30_000)


def test_a_run_outlives_its_server_and_a_killed_one_is_not_shown_as_running(
    visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    own = Server(tmp_path)
    try:
        page = visit(at=own, view="Train", layout="cifar", depth="20")
        choose_epochs(page, 1000)
        page.get_by_role("button", name="Train ResNet-20").click()
        page.wait_for_function("document.querySelector('.run')?.innerText.match(/[1-9]\\d* of/)", timeout=60_000)
        name = parameters(page)["run"]
        page.close()
        own.kill()
        run = store.find(name)
        assert run.state() == "running"
        finished = sum(row["kind"] == "epoch" for row in store.rows(run)[0])
        own.start()
        again = visit(at=own, view="Train", run=name)
        expect(stop_button(again)).to_be_visible()
        (worker,) = re.findall(r"\d+", subprocess.check_output(["pgrep", "-f", str(run.path)], text=True))
        os.kill(int(worker), signal.SIGKILL)
        expect(again.get_by_text("interrupted").first).to_be_visible(timeout=15_000)
        expect(stop_button(again)).to_have_count(0)
        assert sum(row["kind"] == "epoch" for row in store.rows(run)[0]) >= finished
        again.close()
    finally:
        own.kill()
        for left in store.listed():
            store.stop(left)
        time.sleep(0.5)


def test_degradation_from_the_prediction_to_the_verdict(visit: Open, server: Server, tmp_path: Path) -> None:
    """He et al. 2015, Fig. 1 and 6, on digits: one button, and the plain network of 56 layers does not learn."""
    page = visit(size=(1280, 1200), view="Experiments")
    button = page.get_by_role("button", name="Train the four")
    expect(button).to_be_disabled()
    page.get_by_role("radio", name="ResNet-56", exact=True).click()
    button.click()
    expect(page.get_by_text("waiting").first).to_be_visible()
    page.locator("[data-testid=stEChartsChart], .echarts-for-react, canvas").first.wait_for(timeout=60_000)
    name = parameters(page)["experiment"]
    page.reload()
    told = page.locator("[data-testid=stAlertContentSuccess]")
    expect(told).to_contain_text(re.compile(r"Plain-56 \(\d\d\.\d %\) does not learn"), timeout=150_000)
    expect(told).to_contain_text("You predicted: ResNet-56. It came out otherwise.")
    expect(page.locator(".curves")).to_contain_text("ResNet-56")
    results = json.loads(download(page, "Results (JSON)", tmp_path).read_text())
    errors = {arm["title"]: arm["train_error"]["mean"] for arm in results["arms"]}
    assert errors["Plain-56"] > 0.45
    assert max(errors[title] for title in ("Plain-20", "ResNet-20", "ResNet-56")) < 0.05
    assert (server.runs / name / "experiment.json").is_file()
