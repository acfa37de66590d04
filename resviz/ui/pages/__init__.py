"""The pages. A file in this folder that holds a `PAGE` is a tab: it is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from resviz.ui.page import Page


def found() -> list[Page]:
    """Every page, in the order of the tabs."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return sorted((module.PAGE for module in modules), key=lambda page: page.rank)
