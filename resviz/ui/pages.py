"""The pages: an open set of tabs, of which only the open one runs. A file that registers a page is a tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resviz.core.net import Node
from resviz.core.registry import Registry
from resviz.core.spec import NetSpec


@dataclass(frozen=True)
class Shown:
    """The network that the pages are about."""

    spec: NetSpec
    node: Node
    title: str


PAGES: Registry[Callable[[Shown], None]] = Registry("page")
