"""The blocks of residual networks. A file in this folder is a block: it is found and registered by itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from resviz.core.net import Net
from resviz.core.registry import Registry
from resviz.zoo.site import Site
from resviz.zoo.unit import Shortcut


@dataclass(frozen=True)
class Block:
    """How to build a unit; `layers` weighted layers deep, and `expansion` times as wide outside as its width."""

    build: Callable[[Site, Shortcut], Net]
    layers: int
    expansion: int = 1


BLOCKS: Registry[Block] = Registry("block")


def block(
    name: str,
    *,
    title: str,
    cite: str,
    layers: int,
    expansion: int = 1,
    note: str = "",
    formula: str = "",
    text: str = "",
) -> Callable[[Callable[[Site, Shortcut], Net]], Callable[[Site, Shortcut], Net]]:
    """A decorator that registers a function (site, shortcut) -> unit as a block."""

    def enter(build: Callable[[Site, Shortcut], Net]) -> Callable[[Site, Shortcut], Net]:
        entry = BLOCKS.register(name, title=title, cite=cite, note=note, formula=formula, text=text)
        entry(Block(build, layers, expansion))
        return build

    return enter


for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{module.name}")
