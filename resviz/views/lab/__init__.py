"""What is shown of an experiment's rows. A file in this folder that holds a `VIEW` is one: it is found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from resviz.views.lab.view import View


@lru_cache(maxsize=1)
def views() -> dict[str, View]:
    """Every view by the name of its experiment."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return {module.VIEW.name: module.VIEW for module in modules if hasattr(module, "VIEW")}
