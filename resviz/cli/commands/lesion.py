"""`resviz lesion`: the lab's experiment of that name."""

from __future__ import annotations

from resviz.cli import laboratory

COMMAND = laboratory.command("lesion", 7.1)
