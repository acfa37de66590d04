"""The commands. A file in this folder that holds a `COMMAND` is a verb of the command line: it is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from resviz.cli.command import Command


def found() -> list[Command]:
    """Every command, in the order of the help."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return sorted((module.COMMAND for module in modules), key=lambda command: command.rank)
