"""The README's block: its file alone, put into a copy of the package, makes the block appear everywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COPIED = ("resviz", "app.py", ".streamlit", "assets", "pyproject.toml", "tests")
SMALL = ("resnet", "--layout", "cifar", "--depth", "8", "--block", "b31")
PAGE = """
from streamlit.testing.v1 import AppTest
at = AppTest.from_file("app.py", default_timeout=60).run()
at.segmented_control(key="knob-block").set_value("b31").run()
assert not at.exception and not at.error, (at.exception, at.error)
assert at.query_params["block"] in ("b31", ["b31"])
print([html.value for html in at.get("html") if "<h2>" in html.value])
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the README's file in it and nothing else changed."""
    folder = tmp_path_factory.mktemp("with-a-block")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "resviz/zoo/blocks/b31.py").write_text(block(), encoding="utf-8")
    return folder


def block() -> str:
    """The file as the README prints it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = [code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "@block(" in code]
    assert len(found) == 1
    return found[0]


def run(copy: Path, *arguments: str) -> str:
    """What Python prints in the copy; the copy's package comes before the one that is installed."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "RESVIZ_RUNS": str(copy / "runs"), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cli(copy: Path, *arguments: str) -> str:
    return run(copy, "-m", "resviz", *arguments)


def test_it_is_one_file_of_at_most_thirty_lines():
    assert len(block().splitlines()) <= 30


def test_the_copy_is_what_runs(copy):
    assert str(copy) in run(copy, "-c", "import resviz; print(resviz.__file__)")


def test_it_is_linted_and_typed(copy):
    run(copy, "-m", "ruff", "check", "resviz/zoo/blocks/b31.py")
    run(copy, "-m", "ruff", "format", "--check", "resviz/zoo/blocks/b31.py")
    run(copy, "-m", "mypy", "--no-incremental", "resviz/zoo/blocks/b31.py")


def test_command_line_and_tables(copy):
    knobs = json.loads(cli(copy, "families", "--format", "json"))[0]["knobs"]
    assert "b31" in next(knob for knob in knobs if knob["name"] == "block")["choices"]
    table = json.loads(cli(copy, "table", *SMALL, "--format", "json"))
    assert table["totals"]["depth"] == 8
    unit = {row["path"]: row["params"] for row in table["rows"] if row["path"].startswith("layer2.0.conv")}
    assert unit == {"layer2.0.conv1": 3 * 3 * 16 * 32, "layer2.0.conv2": 32 * 32}


def test_graph_and_unrolled(copy):
    for view in ("graph", "unrolled"):
        cli(copy, "draw", *SMALL, "--view", view, "-o", f"{view}.svg")
        assert "layer2.0" in (copy / f"{view}.svg").read_text(encoding="utf-8")
    assert "1×1, 32" in (copy / "graph.svg").read_text(encoding="utf-8")


def test_source_and_check(copy):
    code = cli(copy, "code", *SMALL)
    assert "class B31Block(nn.Module):" in code
    assert "Zagoruyko & Komodakis 2016" in code
    cli(copy, "verify", *SMALL)


def test_training(copy):
    lines = cli(copy, "train", *SMALL, "--epochs", "1", "--json").splitlines()
    assert json.loads(lines[-1])["state"] == "finished"
    assert json.loads(lines[0])["train_error"] < 0.9


def test_page(copy):
    assert "ResNet-34 (B(3,1) blocks)" in run(copy, "-c", PAGE)


def test_it_is_among_what_the_conformance_test_proves(copy):
    told = run(
        copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/nn/test_conformance.py", "-k", "b31 and cifar"
    )
    assert re.search(r"[1-9]\d* passed", told)
