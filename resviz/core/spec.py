"""A Spec is what a person chose: one frozen dataclass of knobs, which are at once widgets, URL, flags and JSON.

A knob is declared once, as a field made by `knob(...)`. A default may depend on other knobs (the depth of
the cifar layout differs from the imagenet one's); what nobody chose follows its default, what somebody chose
stays as chosen or is refused with one sentence that names the nearest possible choice.
"""

from __future__ import annotations

import dataclasses
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self

from resviz.core.knob import KINDS, UNSET, IdleKnobError, Knob, SpecError, Value, quoted
from resviz.core.net import Net, Node, Shape, ShapeError, infer
from resviz.core.ops import dims

SOME = 5
"""Of many unknown names so many are named."""


class Spec(ABC):
    """Base of all specs. A subclass is a frozen dataclass of knobs; making one resolves and checks them.

    Raises SpecError, also for a knob that there is not and for combinations that `check` refuses.
    """

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    _knobs: ClassVar[tuple[Knob, ...]]

    def __post_init__(self) -> None:
        for k in self.knobs():
            if getattr(self, k.name) is UNSET:
                if not callable(k.default):
                    self._set(k, k.default)
            else:
                self._set(k, self._refusing(k, k.check_alone))
        for k in self.knobs():
            if getattr(self, k.name) is UNSET:
                self._set(k, k.initial(self))
        for k in self.knobs():
            self._set(k, self._refusing(k, partial(k.check, spec=self)))
        self._refuse_idle()
        self.check()

    def _set(self, k: Knob, value: Value) -> None:
        object.__setattr__(self, k.name, value)

    def _refusing(self, k: Knob, check: Callable[[Any], Value]) -> Value:
        """The checked value; a refusal that names nothing possible yet is made to."""
        value = getattr(self, k.name)
        try:
            return check(value)
        except SpecError as error:
            whole = all(getattr(self, other.name) is not UNSET for other in self.knobs())
            raise _named(error, k, value, self if whole else type(self)()) from None

    def _refuse_idle(self) -> None:
        """Raise IdleKnobError where a knob is turned that does nothing beside the others."""
        for k in self.knobs():
            lacking, initial = k.needs(self), k.initial(self)
            if lacking and getattr(self, k.name) != initial:
                way_out = f"leave it at {k.show(initial)}" if k.show(initial) else "leave it out"
                raise IdleKnobError(
                    f"{k.name} {quoted(k.show(getattr(self, k.name)))} needs {lacking}; {way_out}",
                    **{k.name: initial},
                )

    def check(self) -> None:
        """Refuse combinations that no single knob can see; raises SpecError. Not every spec has such."""
        return

    def offered(self, k: Knob) -> tuple[Value, ...]:
        """The choices that a person may turn `k` to from here, other knobs following; empty where a range says it."""
        return k.options(self)

    @abstractmethod
    def title(self) -> str:
        """What people call this choice, such as "ResNet-50"."""

    @classmethod
    def knobs(cls) -> tuple[Knob, ...]:
        """The knobs in the order of their declaration."""
        if "_knobs" not in cls.__dict__:
            cls._knobs = _declared(cls)
        return cls._knobs

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """The spec with the given knobs (JSON types); raises SpecError."""
        _refuse_unknown(values, cls)
        return cls(**values)

    @classmethod
    def of_text(cls, texts: Mapping[str, str]) -> Self:
        """The spec with knobs given as text, as flags and URLs give them; raises SpecError."""
        return cls(**cls.parse(texts))

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> dict[str, Value]:
        """The values that the texts stand for; raises SpecError."""
        _refuse_unknown(texts, cls)
        values: dict[str, Value] = {}
        refused: list[tuple[Knob, SpecError]] = []
        for k in cls.knobs():
            if k.name in texts:
                try:
                    values[k.name] = k.parse(texts[k.name])
                except SpecError as error:
                    refused.append((k, error))
        for k, refusal in refused[:1]:
            raise _named(refusal, k, texts[k.name], cls._beside(values))
        return values

    @classmethod
    def _beside(cls, values: Mapping[str, Value]) -> Self:
        """The spec of the values, or the default one where they are not possible together."""
        try:
            return cls(**values)
        except SpecError:
            return cls()

    @classmethod
    def idle(cls, texts: Mapping[str, str], turned: str) -> str:
        """A knob among the texts, not the turned one, that does nothing beside the others; "" if there is none."""
        try:
            cls.of_text(texts)
        except IdleKnobError as error:
            return next((name for name in error.fix if name in texts and name != turned), "")
        except SpecError:
            return ""
        return ""

    def values(self) -> dict[str, Value]:
        """Every knob with its value."""
        return {k.name: getattr(self, k.name) for k in self.knobs()}

    def json(self) -> dict[str, object]:
        """Every knob with its value as JSON has it: lists for tuples."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in self.values().items()}

    def chosen(self) -> dict[str, str]:
        """The fewest knobs, as text, that give this spec back: what a URL needs to carry."""
        values = {
            k.name: v for k, v in zip(self.knobs(), self.values().values()) if callable(k.default) or v != k.default
        }
        for k in reversed([k for k in self.knobs() if callable(k.default)]):
            fewer = {name: value for name, value in values.items() if name != k.name}
            try:
                if type(self)(**fewer) == self:
                    values = fewer
            except SpecError:
                continue
        return {k.name: k.show(values[k.name]) for k in self.knobs() if k.name in values}


@dataclass(frozen=True, slots=True)
class Turned:
    """Knobs as texts, not checked yet, and a sentence about what followed of itself, or ""."""

    texts: dict[str, str]
    note: str = ""


class NetSpec(Spec):
    """A Spec that describes a network: it gives the term, and the shape that the term is placed on.

    `replacing` are knobs that take the place of others, which `turned` then lets go.
    """

    replacing: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def net(self) -> Net:
        """The network as a term."""

    @abstractmethod
    def input_shape(self) -> Shape:
        """The shape of one input."""

    def turned(self, k: Knob, text: str) -> Turned:
        """The fewest knobs after a person turned `k`: those that no longer do anything are let go, with a note."""
        turned = self.following(k, text)
        texts, let_go = dict(turned.texts), []
        while idle := self.idle(texts, k.name):
            let_go.append(f"{idle} {texts.pop(idle)}")
        note = f"{', '.join(let_go)} would do nothing now and is let go." if let_go else ""
        return Turned(texts, " ".join(filter(None, (turned.note, note))))

    def following(self, k: Knob, text: str) -> Turned:
        """The fewest knobs with `k` turned; a family may let other knobs follow, and then says so."""
        return Turned({**self.chosen(), k.name: text})

    def node(self) -> Node:
        """The term placed on the input; raises SpecError where an operation is left with nothing."""
        try:
            return infer(self.net(), self.input_shape())
        except ShapeError as error:
            raise SpecError(f"this network cannot take an input of {dims(self.input_shape())}: {error}") from None


def same_term(a: NetSpec, b: NetSpec) -> bool:
    """Whether two choices, perhaps of two families, are one network: equal knobs that give equal terms."""
    if type(a) is type(b) or a.values() != b.values():
        return a == b
    return a.input_shape() == b.input_shape() and a.net() == b.net()


def _named(error: SpecError, k: Knob, value: object, spec: Spec) -> SpecError:
    """The error with the nearest possible choice, or the default, named in its sentence and fix."""
    if error.fix:
        return error
    words, near = k.suggestion(value, spec)
    return SpecError(f"{error}; {words} is {k.show(near) or 'none'}", **{k.name: near})


def _declared(cls: type[Spec]) -> tuple[Knob, ...]:
    hints = typing.get_type_hints(cls)
    found = []
    for field in dataclasses.fields(cls):
        words = dict(field.metadata)
        kind = KINDS[hints[field.name]]
        if kind == "text" and words["choices"]:
            kind = "choice"
        found.append(Knob(field.name, kind, **words))
    return tuple(found)


def _refuse_unknown(values: Iterable[str], cls: type[Spec]) -> None:
    names = [k.name for k in cls.knobs()]
    unknown = [quoted(name) for name in values if name not in names]
    if unknown:
        raise SpecError(f"there is no knob {', '.join(unknown[:SOME])}: there are {', '.join(names)}")
