"""Make the pictures of the README: `python assets/make.py` (the screenshots need a Chromium)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
URL = "http://127.0.0.1:8599"
CHROMIUM = "/usr/bin/chromium"


def draw() -> None:
    """The figures, by the command line."""
    for name, words in {
        "resnet50.svg": ["resnet50"],
        "resnet8-unrolled.svg": ["resnet8", "--view", "unrolled"],
        "se-unit.svg": ["resnet", "--blocks", "1,1", "--se", "--block", "bottleneck", "--level", "op"],
        "resnet50-blocks.svg": ["resnet50", "--style", "blocks", "--page", "slide", "--no-legend"],
    }.items():
        subprocess.run([sys.executable, "-m", "resviz", "draw", *words, "-o", str(HERE / name)], check=True)
    figure3 = ["compare", "figure3", "--fold", "--level", "block", "--unmarked"]
    subprocess.run([sys.executable, "-m", "resviz", *figure3, "-o", str(HERE / "figure3.svg")], check=True)


def photograph(browser: Browser, name: str, query: str, dark: bool, ready: str, press: str = "") -> None:
    """A screenshot of the page at `query`, once `ready` is to be seen."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, color_scheme="dark" if dark else "light", device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(f"{URL}/?{query}")
    if press:
        page.locator(press).first.click()
    page.wait_for_selector(ready, timeout=60_000)
    time.sleep(2)
    page.screenshot(path=str(HERE / name))
    context.close()


def main() -> None:
    """Everything."""
    draw()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "8599", "--server.headless", "true"]
    with tempfile.TemporaryDirectory() as runs:
        server = subprocess.Popen(command, cwd=HERE.parent, env={**os.environ, "RESVIZ_RUNS": runs})
        try:
            wait()
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless=new", "--no-sandbox"])
                photograph(chromium, "page-graph.png", "", False, ".inspector", '.part[data-path="layer2.1"]')
                photograph(
                    chromium,
                    "page-unrolled.png",
                    "view=Unrolled&layout=cifar&depth=110&removed=3,20",
                    True,
                    ".barlayer",
                )
                trained = train(runs)
                query = f"view=Lab&layout=cifar&depth=20&lab=lesion&on={';'.join(trained)}&out=3"
                photograph(
                    chromium, "page-lab.png", query, False, "text=with one unit less", ".st-key-lab-begin button"
                )
                photograph(chromium, "page-train.png", "view=Train&layout=cifar&depth=20", False, "text=finished",
                           "text=Train ResNet-20")  # fmt: skip
                query = f"view=Experiments&layout=cifar&depth=20&experiment={experiment(runs)}"
                photograph(chromium, "page-experiments.png", query, False, "text=does not learn")
        finally:
            server.kill()


def train(runs: str) -> list[str]:
    """ResNet-20 and Plain-20 on digits; their runs."""
    for network in ("resnet20", "plain20"):
        command = [sys.executable, "-m", "resviz", "train", network]
        subprocess.run(command, cwd=HERE.parent, env={**os.environ, "RESVIZ_RUNS": runs}, check=True)
    return [path.parent.name for path in sorted(Path(runs).glob("*/config.json"))]


def experiment(runs: str) -> str:
    """The degradation experiment on digits; its ID."""
    command = [sys.executable, "-m", "resviz", "experiment", "degradation"]
    subprocess.run(command, cwd=HERE.parent, env={**os.environ, "RESVIZ_RUNS": runs}, check=True)
    return next(Path(runs).glob("*/experiment.json")).parent.name


def wait() -> None:
    """Until the server answers."""
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{URL}/_stcore/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the server did not start")


if __name__ == "__main__":
    main()
