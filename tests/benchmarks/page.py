"""From a knob to the new picture on the screen, in a real Chromium, beside the floor: an empty page's slider and text.

The clock starts at the key press in the page and stops two animation frames after the new picture is in the
document, which is when it has been painted. Each press asks for a network that was not shown before.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.benchmarks.server import ROOT, serving

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
PRESSES = 16
PAUSE_MS = 400

EMPTY_PAGE = 'import streamlit as st\n\nst.text(st.select_slider("Depth", range(8, 200)))\n'

WATCH = """(shown) => {
  window.painted = new Promise((resolve) => {
    let pressed = 0;
    addEventListener("keydown", () => { pressed = performance.now(); }, { capture: true, once: true });
    const seen = new MutationObserver(() => {
      seen.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - pressed)));
    });
    seen.observe(shown, { childList: true, subtree: true, characterData: true });
  });
}"""


def main(app: Path = ROOT / "app.py") -> None:
    """Print the medians."""
    print(f"\nPage: from a key on the depth slider to the paint, {PRESSES} presses, Chromium")
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY_PAGE)
        floor = _measure(empty, "", '[data-testid="stText"]')
    _report("floor: an empty page's slider to its text", floor)
    ours = _measure(app, "?layout=cifar&depth=8", ".diagram .canvas")
    _report("resviz: the depth slider to the new graph", ours)
    over, times = statistics.median(ours) - statistics.median(floor), statistics.median(ours) / statistics.median(floor)
    print(f"  over the floor: {over:.0f} ms, {times:.1f} ×")


def _report(title: str, waits: list[float]) -> None:
    print(f"  {title:<44} median {statistics.median(waits):.0f} ms, {min(waits):.0f} to {max(waits):.0f}")


def _measure(app: Path, query: str, picture: str) -> list[float]:
    """Milliseconds from each key press until what `picture` selects has changed and is painted."""
    with serving(app) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"http://{server.address}/{query}")
        shown = page.locator(picture).first
        shown.wait_for()
        knob = page.get_by_role("slider", name="Depth").first
        knob.focus()
        waits = [_press(page, shown) for _ in range(PRESSES + 1)]
        browser.close()
    return waits[1:]


def _press(page: Page, shown: Locator) -> float:
    """One step of the slider, when the page has been quiet for a while."""
    page.wait_for_timeout(PAUSE_MS)
    shown.evaluate(WATCH)
    page.keyboard.press("ArrowRight")
    return float(page.evaluate("window.painted"))
