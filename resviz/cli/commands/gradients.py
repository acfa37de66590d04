"""`resviz gradients`: the lab's experiment of that name."""

from __future__ import annotations

from resviz.cli import laboratory

COMMAND = laboratory.command("gradients", 7.4)
