"""Where parameters and MACs sit: bars by stage, for the pages that show them."""

from __future__ import annotations

from functools import lru_cache

from resviz.core.spec import NetSpec
from resviz.draw.bars import Group, bars
from resviz.draw.theme import THEMES
from resviz.views import tables
from resviz.views.numbers import count, percent

QUANTITIES = (("parameters", "params"), ("MACs", "macs"))


@lru_cache(maxsize=64)
def where(spec: NetSpec, theme_name: str) -> str:
    """Bars of the shares of parameters and MACs, by stage, as SVG."""
    rows = tables.rows(spec.node(), "stage")
    wholes = {name: sum(getattr(row, name) for row in rows) for _, name in QUANTITIES}
    groups = []
    for row in rows:
        values = [getattr(row, name) for _, name in QUANTITIES]
        shares = tuple(v / (wholes[name] or 1) for v, (_, name) in zip(values, QUANTITIES, strict=True))
        labels = tuple(
            f"{count(v)} · {percent(v, wholes[name])}" for v, (_, name) in zip(values, QUANTITIES, strict=True)
        )
        groups.append(Group(row.path, shares, labels))
    return bars(groups, [words for words, _ in QUANTITIES], THEMES[theme_name], f"{spec.title()}: by stage")
