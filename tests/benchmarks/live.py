"""What watching costs: a training with its page open in a Chromium and without, and the page with 20 runs in its list.

Windows with and without the page take turns within one training, so that what else the machine does hits both. Images
for each second of the training's own CPU time leave out the Chromium, which in a class is on another machine.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from streamlit.testing.v1 import AppTest

from resviz.runs import store
from resviz.runs.journal import Journal
from resviz.train.launch import launch
from resviz.train.recipe import Recipe
from resviz.zoo.families import named
from tests.benchmarks.page import ARGUMENTS, CHROMIUM
from tests.benchmarks.server import ROOT, Server, serving

WINDOWS, WINDOW_SECONDS = 6, 10.0
RUNS, ROWS, PRESSES = 20, 1000, 15
GOAL = 0.02


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RESVIZ_RUNS"] = folder
        _watched()
        _listed()
        for run in store.listed():
            store.delete(run)


def _watched() -> None:
    run = launch(named("resnet20", {}), Recipe(epochs=10_000, batch=128, device="cpu", precision="float32", threads=1))
    _wait_for_rows(run)
    print(f"\nLive view: ResNet-20 on digits, {WINDOWS} windows of {WINDOW_SECONDS:.0f} s each way")
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        alone, watched, served = [], [], []
        for _ in range(WINDOWS):
            alone.append(_images_a_second(run))
            page = _open(browser, server, run)
            before = server.cpu_seconds()
            watched.append(_images_a_second(run))
            served.append((server.cpu_seconds() - before) / WINDOW_SECONDS)
            page()
        browser.close()
    store.stop(run)
    for title, at in (("of its CPU time", 0), ("of the clock, Chromium on the same cores", 1)):
        without, with_page = (statistics.median(window[at] for window in windows) for windows in (alone, watched))
        cost = 1 - with_page / without
        goal = f"   goal < {GOAL:.0%}: {'reached' if cost < GOAL else 'not reached'}" if at == 0 else ""
        print(f"  images a second {title:<42} {without:>7,.0f} alone, {with_page:>7,.0f} watched: {cost:+.1%}{goal}")
    print(f"  the server takes {statistics.median(served):.1%} of a core for the page")


def _wait_for_rows(run: store.Run) -> None:
    while not any(row["kind"] == "step" for row in store.rows(run)[0]):
        time.sleep(0.1)


def _images_a_second(run: store.Run) -> tuple[float, float]:
    """Over a window: images for each second of the training's CPU time, and of the clock."""
    pid = int(str(next(row["pid"] for row in store.rows(run)[0] if row["kind"] == "start")))
    worker = Server(0, pid)
    begun, cpu, since = time.perf_counter(), worker.cpu_seconds(), _steps(run)
    time.sleep(WINDOW_SECONDS)
    images = (_steps(run) - since) * 128
    return images / (worker.cpu_seconds() - cpu), images / (time.perf_counter() - begun)


def _steps(run: store.Run) -> int:
    rows = [row for row in store.rows(run)[0] if "step" in row]
    return int(str(rows[-1]["step"]))


def _open(browser: Browser, server: Server, run: store.Run):  # type: ignore[no-untyped-def]
    """Open the run's page; what closes it again."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"http://{server.address}/?view=Train&layout=cifar&depth=20&run={run.id}")
    page.locator(".run").wait_for()
    return page.close


def _listed() -> None:
    """A page whose list has 20 runs that were queued at once, and as many with long curves."""
    recipe = Recipe(epochs=10_000, device="cpu")
    queued = [launch(named("resnet8", {}), recipe) for _ in range(RUNS)]
    for _ in range(RUNS):
        run = store.create({}, recipe.json(), "ResNet-8 on Digits")
        journal = Journal(Path(run.metrics))
        for i in range(ROWS):
            journal.write({"kind": "step", "step": i, "epoch": i / 45, "loss": 1.25, "error": 0.5, "seconds": i / 4,
                           "images_per_second": 900.0, "progress": i / ROWS, "seconds_left": 1.0})  # fmt: skip
    _wait_for_rows(queued[0])
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"view": "Train", "layout": "cifar", "depth": "8", "run": queued[0].id}.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    waits = []
    for _ in range(PRESSES):
        begun = time.perf_counter()
        at.run()
        waits.append(time.perf_counter() - begun)
    waiting = sum(run.state() == "waiting" for run in queued)
    print(
        f"  the page with {2 * RUNS} runs, {waiting} of them waiting: {1e3 * statistics.median(waits):.0f} ms a rerun"
    )


if __name__ == "__main__":
    main()
