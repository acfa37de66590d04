"""The badge: what a choice is. A known network says what is known of it, another names the nearest known one.

Near is what few turns lead to: the knobs that somebody has to choose differently, not those that follow by
themselves; among equally near ones the number of parameters decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass

from resviz.core.knob import Knob, Value
from resviz.core.spec import NetSpec, same_term
from resviz.views import tables

MOST_NAMED = 4
"""So many differing knobs are named; a network that differs in more is another network."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest known network: in which knobs it differs, in words, and what it lacks in parameters."""

    spec: NetSpec
    differences: tuple[str, ...]
    params: int

    def differs(self) -> str:
        """The differences in one line, such as "shortcut A instead of B (−2,776,576 parameters)"."""
        more = len(self.differences) - MOST_NAMED
        named = ", ".join(self.differences[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        cost = f"{self.params:+,}".replace("-", "−") if self.params else "as many"
        return f"{named} ({cost} parameters)"


@dataclass(frozen=True, slots=True)
class Badge:
    """What is known of a network, in sentences; where nothing is, the nearest known network of its family."""

    sentences: tuple[str, ...]
    nearest: Nearest | None = None

    def text(self) -> str:
        """The badge in one line."""
        if self.sentences or self.nearest is None:
            return "; ".join(self.sentences) or UNKNOWN
        return f"{UNKNOWN}; nearest: {self.nearest.spec.title()}, differs in: {self.nearest.differs()}"


UNKNOWN = "none of the known ones"


@dataclass(frozen=True, slots=True)
class _Known:
    """A known network with what is asked of it again and again."""

    spec: NetSpec
    values: Mapping[str, Value]
    chosen: Set[str]
    said: tuple[str, ...]
    by_name: bool

    def turns(self, values: Mapping[str, Value], chosen: Set[str]) -> list[str]:
        """The knobs that lead from here to `values`, where those follow from `chosen`."""
        return [
            name for name in values if values[name] != self.values[name] and (name in chosen or name in self.chosen)
        ]


class Catalogue:
    """Known networks, each with what is said of it; those `by_name` are the ones that a person names first.

    The nearest is one of the same family. Parameters of known networks are counted when they are needed, once.
    """

    def __init__(self, known: Mapping[NetSpec, tuple[str, ...]], by_name: Set[NetSpec] = frozenset()) -> None:
        self._known = [
            _Known(spec, spec.values(), spec.chosen().keys(), said, spec in by_name) for spec, said in known.items()
        ]
        self._params: dict[NetSpec, int] = {}

    def badge(self, spec: NetSpec, params: int) -> Badge:
        """The badge of a network that has so many parameters."""
        values = spec.values()
        same = [known for known in self._known if known.values == values and same_term(known.spec, spec)]
        if same:
            return Badge(tuple(dict.fromkeys(sentence for known in same for sentence in known.said)))
        return Badge((), self._nearest(spec, params))

    def _nearest(self, spec: NetSpec, params: int) -> Nearest | None:
        values, chosen = spec.values(), spec.chosen().keys()
        family = [known for known in self._known if type(known.spec) is type(spec)]
        turns = [(known, known.turns(values, chosen)) for known in family]
        fewest = min((len(names) for _, names in turns), default=0)
        near = [(known, names) for known, names in turns if len(names) == fewest]
        if not near:
            return None

        def rank(pair: tuple[_Known, list[str]]) -> tuple[bool, int, float]:
            known, names = pair
            away = sum(_distance(values[name], known.values[name]) for name in names)
            return not known.by_name, abs(params - self._count(known.spec)), away

        known, names = min(near, key=rank)
        by_name = {k.name: k for k in spec.knobs()}
        words = tuple(_difference(by_name[name], spec, known.spec) for name in names)
        return Nearest(known.spec, words, params - self._count(known.spec))

    def _count(self, spec: NetSpec) -> int:
        if spec not in self._params:
            self._params[spec] = tables.costs(spec.node()).params
        return self._params[spec]


def _distance(a: Value, b: Value) -> float:
    """How far two numbers are apart; another choice is farther than any number."""
    return abs(a - b) if isinstance(a, (int, float)) and isinstance(b, (int, float)) else math.inf


def _difference(k: Knob, spec: NetSpec, other: NetSpec) -> str:
    """What is chosen differently: "shortcut A instead of B"; what the other has no use for is not named."""
    value, before = spec.values()[k.name], other.values()[k.name]
    if isinstance(value, bool):
        return f"{'with' if value else 'without'} {_lower(k.title)}"
    instead = "" if k.needs(other) or not k.show(before) else f" instead of {_word(k, before)}"
    return f"{_lower(k.title)} {_word(k, value) or 'none'}{instead}"


def _word(k: Knob, value: Value) -> str:
    if k.registry:
        return k.registry[str(value)].title
    return k.show(value).replace("-", "−") if isinstance(value, (int, float)) else k.show(value)


def _lower(title: str) -> str:
    """The title inside a sentence; abbreviations such as BN stay as they are."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
