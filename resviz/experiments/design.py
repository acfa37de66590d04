"""The design of an experiment: networks, one or two knobs with their values, a recipe, seeds, and what is asked.

Each network with each combination of values is an arm; each arm is trained once a seed.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from resviz.core.knob import Knob, SpecError, hint, quoted
from resviz.core.spec import NetSpec
from resviz.train.recipe import Recipe, fitted
from resviz.train.recipes import beside
from resviz.zoo.families import from_text

Asks = Literal["fails", "best"]
"""Which arms do not learn, or which one has the lowest test error."""

MOST_RUNS = 60
MOST_KNOBS = 2
SEED = "seed"

Varied = tuple[str, tuple[str, ...]]
"""A knob of the network or of the recipe, and its values as texts."""


@dataclass(frozen=True)
class Arm:
    """One curve of an experiment: a network and how it is trained, but for the seed."""

    title: str
    spec: NetSpec
    recipe: Recipe


@dataclass(frozen=True)
class Design:
    """What an experiment varies and what it keeps; everything is text, as flags and URLs have it."""

    title: str
    networks: tuple[str, ...]
    vary: tuple[Varied, ...] = ()
    recipe: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    asks: Asks = "best"

    def arms(self) -> tuple[Arm, ...]:
        """Every arm; raises SpecError or ShapeError with the sentence of the first that is not possible."""
        self._check()
        arms = [
            self._arm(from_text(network), combination)
            for network in self.networks
            for combination in itertools.product(*(_pairs(varied) for varied in self.vary))
        ]
        return _told_apart(arms)

    def _check(self) -> None:
        """Refuse what is no experiment."""
        if not self.networks:
            raise SpecError("an experiment needs a network, such as resnet20 or plain:layout=cifar:depth=20")
        if len(self.vary) > MOST_KNOBS:
            raise SpecError(f"an experiment varies {MOST_KNOBS} knobs at the most, and these are {len(self.vary)}")
        for name, values in self.vary:
            if not values:
                raise SpecError(f"{name} has no values: write them as {name}=8,20,56")
            if name == SEED:
                raise SpecError("the seed is no knob to vary: give a list of seeds, and each arm is trained with each")
        names = [name for name, _ in self.vary]
        if len(set(names)) < len(names):
            raise SpecError(f"{names[0]} is varied twice: give all its values at once, as {names[0]}=A,B")
        if SEED in self.recipe:
            raise SpecError("the seed is no part of an experiment's recipe: give a list of seeds, such as 0,1,2")
        arms = len(self.networks) * math.prod(len(values) for _, values in self.vary)
        if arms * len(self.seeds) > MOST_RUNS:
            raise SpecError(
                f"{arms:,} networks with {len(self.seeds)} seeds are {arms * len(self.seeds):,} trainings, and "
                f"{MOST_RUNS} are the most; take fewer values or seeds"
            )
        if not self.seeds or len(set(self.seeds)) != len(self.seeds):
            raise SpecError("seeds are different whole numbers, such as 0,1,2")

    def _arm(self, spec: NetSpec, combination: tuple[tuple[str, str], ...]) -> tuple[Arm, str]:
        """The arm of these values, and the words for them."""
        texts = dict(self.recipe)
        words: list[str] = []
        for name, value in combination:
            if name in _names(Recipe):
                texts = beside(texts, {name: value})
                words.append(f"{name} {value}")
            else:
                spec = _turned(spec, name, value)
        recipe = Recipe.of_text({**texts, SEED: str(self.seeds[0])})
        title = ", ".join((fitted(spec, recipe.data, recipe.size).title(), *words))
        return Arm(title, spec, recipe), ", ".join(f"{name} {value}" for name, value in combination)

    def json(self) -> dict[str, object]:
        """What `of_json` reads back."""
        return {
            "title": self.title,
            "networks": list(self.networks),
            "vary": {name: list(values) for name, values in self.vary},
            "recipe": dict(self.recipe),
            "seeds": list(self.seeds),
            "asks": self.asks,
        }


def of_json(value: object) -> Design:
    """The design of a JSON object; raises SpecError."""
    try:
        return _of_json(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpecError(f"this is no design of an experiment: {type(error).__name__}: {error}") from None


def _of_json(value: object) -> Design:
    if not isinstance(value, dict):
        raise TypeError("an object was expected")
    return Design(
        title=str(value["title"]),
        networks=tuple(map(str, value["networks"])),
        vary=tuple((str(name), tuple(map(str, values))) for name, values in value["vary"].items()),
        recipe={str(name): str(text) for name, text in value["recipe"].items()},
        seeds=tuple(int(seed) for seed in value["seeds"]),
        asks="fails" if value["asks"] == "fails" else "best",
    )


def varied(text: str) -> Varied:
    """The knob and values of a text such as "depth=8,20,56", or "blocks=1,1,1;2,2,2" for lists; raises SpecError."""
    name, equals, values = text.partition("=")
    separator = ";" if ";" in values else ","
    parts = tuple(part.strip() for part in values.split(separator) if part.strip())
    if not equals or not name.strip() or not parts:
        raise SpecError(f"{quoted(text)!r} names no values of a knob: write it as depth=8,20,56")
    return name.strip().replace("-", "_"), parts


def seeds(text: str) -> tuple[int, ...]:
    """The seeds of a text such as "0,1,2"; raises SpecError."""
    (knob,) = (k for k in Recipe.knobs() if k.name == SEED)
    found = tuple(knob.check_alone(knob.parse(part)) for part in text.split(",") if part.strip())
    return tuple(seed for seed in found if isinstance(seed, int))


def _pairs(varied: Varied) -> Iterator[tuple[str, str]]:
    return ((varied[0], value) for value in varied[1])


def _names(cls: type[Recipe] | type[NetSpec]) -> dict[str, Knob]:
    return {k.name: k for k in cls.knobs()}


def _turned(spec: NetSpec, name: str, value: str) -> NetSpec:
    """The network with the knob turned, others following; raises SpecError."""
    knobs = _names(type(spec))
    if name not in knobs:
        there = (*knobs, *_names(Recipe))
        near = hint(name, there) or f": there are {', '.join(there)}"
        raise SpecError(f"neither {spec.title()} nor the recipe has a knob {quoted(name)!r}{near}")
    return type(spec).of_text(spec.turned(knobs[name], value).texts)


def _told_apart(arms: list[tuple[Arm, str]]) -> tuple[Arm, ...]:
    """The arms with titles that differ: where two are the same, with the values that were varied."""
    _refuse_twice([(arm.title, (arm.spec, arm.recipe)) for arm, _ in arms])
    count = Counter(arm.title for arm, _ in arms)
    told = [
        replace(arm, title=f"{arm.title}, {words}") if words and count[arm.title] > 1 else arm for arm, words in arms
    ]
    _refuse_twice([(arm.title, arm.title) for arm in told])
    return tuple(told)


def _refuse_twice(titled: list[tuple[str, object]]) -> None:
    """Raise SpecError with the title of what is there twice."""
    count = Counter(what for _, what in titled)
    twice = next((title for title, what in titled if count[what] > 1), None)
    if twice is not None:
        raise SpecError(f"{twice} is there twice: every network of an experiment has to differ from the others")
