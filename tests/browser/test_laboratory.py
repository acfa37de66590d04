"""The lab in Chromium: from the press to the curves, units removed by a click, pictures uploaded, files opened."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from serving import ROOT, Open, Server


@pytest.fixture(scope="module")
def trained(server: Server) -> str:
    """A run of ResNet-8 that the server finds."""
    command = [sys.executable, "-m", "resviz", "train", "resnet8", "--epochs", "2", "--device", "cpu", "--json"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "RESVIZ_RUNS": str(server.runs)}, check=True,
                          capture_output=True, text=True)  # fmt: skip
    return str(json.loads(done.stdout.splitlines()[-1])["run"])


def begin(page: Page) -> None:
    page.locator(".st-key-lab-begin button").click()


def download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def test_lesions_from_the_press_to_the_files(visit: Open, trained: str, tmp_path: Path) -> None:
    page = visit(size=(1280, 1200), view="Lab", layout="cifar", depth="8", run=trained)
    begin(page)
    chart = page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first
    expect(chart).to_be_visible(timeout=60_000)
    expect(page.get_by_text("with one unit less").first).to_be_visible(timeout=60_000)
    rows = list(csv.DictReader(download(page, "Numbers (CSV)", tmp_path).open(encoding="utf-8")))
    assert [row["unit"] for row in rows] == ["", "0", "1", "2"]
    assert "removed unit" in PdfReader(download(page, "PDF", tmp_path)).pages[0].extract_text()
    assert Image.open(download(page, "PNG", tmp_path)).size[0] > 1000


def test_a_click_removes_a_unit_and_the_network_answers_within_a_second(visit: Open, trained: str) -> None:
    page = visit(size=(1280, 1200), view="Lab", layout="cifar", depth="8", run=trained)
    answer = page.locator(".lab-accuracy")
    expect(answer).to_contain_text("of 360 test images", timeout=60_000)
    whole = answer.inner_text()
    page.locator('.canvas svg .part[data-path="layer1.0"]').click()
    begun = time.monotonic()
    expect(answer).to_contain_text("intact", timeout=10_000)
    assert answer.inner_text() != whole
    print(f"answered in {time.monotonic() - begun:.2f} s")
    assert parse_qs(urlsplit(page.url).query)["out"] == ["1"]
    again = visit(size=(1280, 1200), view="Lab", layout="cifar", depth="8", run=trained, out="1")
    expect(again.locator(".lab-accuracy")).to_have_text(answer.inner_text(), timeout=60_000)
    page.get_by_role("button", name="Put all units back").click()
    expect(answer).to_have_text(whole)


def test_a_picture_of_ones_own_goes_through_and_what_is_none_is_refused(
    visit: Open, trained: str, tmp_path: Path
) -> None:
    page = visit(size=(1280, 1400), view="Lab", layout="cifar", depth="8", run=trained, lab="features")
    expect(page.get_by_text("The network says").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("It is a").first).to_be_visible()
    pictures = page.get_by_role("img", name="the channels behind stage2")
    assert pictures.evaluate("image => image.naturalWidth") > 300
    own, none = tmp_path / "own.png", tmp_path / "none.png"
    Image.new("L", (30, 30), 200).save(own)
    none.write_bytes(b"this is text")
    page.locator("input[type=file]").set_input_files(own)
    expect(page.get_by_text("It is a")).to_have_count(0)
    expect(page.get_by_text("The network says").first).to_be_visible()
    page.locator("input[type=file]").set_input_files(none)
    expect(page.get_by_text("this is no picture that can be read").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_networks_probed_side_by_side(visit: Open, scheme: str) -> None:
    page = visit(size=(1280, 1400), scheme=scheme, view="Lab", lab="probe", on="plain20;resnet20", set="signal=digits")
    if scheme == "light":
        begin(page)
    expect(page.get_by_text("Plain-20, not trained").first).to_be_visible(timeout=60_000)
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(3, timeout=60_000)
