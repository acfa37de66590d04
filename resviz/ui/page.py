"""A page is a tab about the network at hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from resviz.core.net import Node
from resviz.core.spec import NetSpec


@dataclass(frozen=True)
class Shown:
    """The network that the pages are about."""

    spec: NetSpec
    node: Node
    title: str

    def file_name(self) -> str:
        """The title as a file may be called."""
        return re.sub(r"[^0-9A-Za-z.]+", "-", self.title.replace("×", "x")).strip("-")


@dataclass(frozen=True)
class Page:
    """A tab: its title, its place among the others, and what draws it. It is drawn only while it is open."""

    title: str
    rank: float
    show: Callable[[Shown], None]
