"""The laws of the house: who may import whom, and where streamlit and torch may stand."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "resviz").rglob("*.py"))
MODULES = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in FILES}

ALLOWED = {
    "core": set(),
    "zoo": {"core"},
    "views": {"core", "draw"},
    "draw": {"core"},
    "nn": {"core", "zoo"},
    "export": {"core", "zoo", "views", "draw", "nn"},
    "runs": {"core"},
    "train": {"core", "zoo", "nn", "runs"},
    "experiments": {"core", "zoo", "runs", "train"},
    "lab": {"core", "zoo", "nn", "runs", "train", "views"},
    "ui": {"core", "zoo", "views", "draw", "export", "runs", "nn", "train", "experiments", "lab"},
    "cli": {"core", "zoo", "views", "draw", "export", "runs", "nn", "train", "experiments", "lab"},
}
"""A package may import these and itself. What it may take of nn, train and lab without torch is said in TORCHLESS."""

THIRD_PARTY = {
    "resviz.core": set(),
    "resviz.zoo": set(),
    "resviz.views": set(),
    "resviz.views.charts": {"plotly"},
    "resviz.views.lab.surface": {"contourpy"},
    "resviz.draw": set(),
    "resviz.draw.dot": {"graphviz", "pygraphviz"},
    "resviz.draw.engine": {"pygraphviz"},
    "resviz.draw.raster": {"graphviz", "pygraphviz", "vl_convert"},
    "resviz.draw.chart": {"vl_convert"},
    "resviz.runs": {"filelock"},
    "resviz.experiments": set(),
}
"""The most specific entry counts; packages that are not here may use what they declare."""

TORCHLESS = {
    "resviz.nn.client",
    "resviz.train.recipe",
    *(f"resviz.lab.{name}" for name in ("client", "experiments", "jobs", "names", "settings", "subject")),
}
"""What the page's process may import of the packages that hold torch."""


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


@cache
def imports(name: str) -> frozenset[str]:
    """Every module that a module imports; `from package import module` names the module."""
    found = set()
    for at in ast.walk(tree(name)):
        if isinstance(at, ast.Import):
            found |= {alias.name for alias in at.names}
        elif isinstance(at, ast.ImportFrom):
            assert at.level == 0, f"{name} has a relative import"
            assert at.module is not None
            inner = {f"{at.module}.{alias.name}" for alias in at.names}
            found |= {module if module in MODULES else at.module for module in inner}
    return frozenset(found)


def package(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def third_party(name: str) -> set[str]:
    roots = {module.partition(".")[0] for module in imports(name)}
    return roots - sys.stdlib_module_names - {"resviz"}


def holds_torch(name: str) -> bool:
    return package(name) in ("nn", "train", "lab") and name not in TORCHLESS


def reach(name: str) -> set[str]:
    """Every module of resviz that importing `name` loads, with the packages around them."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        module = todo.pop()
        if module in seen or module not in MODULES:
            continue
        seen.add(module)
        todo += [*imports(module), module.rpartition(".")[0]]
    return seen


def test_there_is_something_to_check():
    assert len(MODULES) > 30
    assert "resviz.core.net" in imports("resviz.core.ops.pool")
    assert "torch" in imports("resviz.nn.module")


@pytest.mark.parametrize("name", MODULES)
def test_arrows_between_packages(name):
    own = package(name)
    others = {package(module) for module in imports(name) if module.startswith("resviz.")} - {own}
    assert others <= ALLOWED.get(own, set(ALLOWED)), f"{name} imports from {others - ALLOWED[own]}"


@pytest.mark.parametrize("name", MODULES)
def test_third_parties(name):
    law = max((prefix for prefix in THIRD_PARTY if f"{name}.".startswith(f"{prefix}.")), key=len, default=None)
    if law is not None:
        assert third_party(name) <= THIRD_PARTY[law]


@pytest.mark.parametrize("name", MODULES)
def test_streamlit_is_in_the_ui_alone(name):
    assert "streamlit" not in third_party(name) or package(name) == "ui"


@pytest.mark.parametrize("name", MODULES)
def test_torch_is_in_nn_train_and_lab_alone(name):
    torch_itself = third_party(name) & {"torch", "torchinfo", "safetensors"}
    assert not torch_itself or holds_torch(name)


@pytest.mark.parametrize("name", [name for name in MODULES if not holds_torch(name)])
def test_nothing_else_loads_torch_on_the_way(name):
    """Whatever a page or a command imports, torch stays out of its process."""
    assert not [module for module in reach(name) if "torch" in third_party(module)]


@pytest.mark.parametrize("name", MODULES)
def test_imports_stand_at_the_top(name):
    """None hides in a function."""
    inner = [
        at.lineno
        for function in ast.walk(tree(name))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for at in ast.walk(function)
        if isinstance(at, (ast.Import, ast.ImportFrom))
    ]
    assert not inner, f"{name} imports within a function at lines {inner}"


def test_modules_go_in_no_circle():
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in done:
            for other in sorted(imports(name) & MODULES.keys()):
                visit(other, (*above, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


def test_the_app_is_a_page_and_nothing_else():
    app = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    roots = {at.module.partition(".")[0] for at in app.body if isinstance(at, ast.ImportFrom) and at.module}
    roots |= {alias.name.partition(".")[0] for at in app.body if isinstance(at, ast.Import) for alias in at.names}
    assert roots - sys.stdlib_module_names == {"streamlit", "resviz"}
