"""The formats. A file here that holds an `EXPORT` is one of `resviz export` and of the page's gallery."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from resviz.export.export import Export


@lru_cache(maxsize=1)
def found() -> dict[str, Export]:
    """Every format by its name, in the gallery's order."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    exports = sorted((module.EXPORT for module in modules), key=lambda export: export.rank)
    return {export.name: export for export in exports}
