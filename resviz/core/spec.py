"""A Spec is what a person chose: one frozen dataclass whose knobs are at once widgets, URL, flags and JSON.

A knob is declared once, as a field made by `knob(...)`. A default may depend on other knobs (the depth of
the cifar layout differs from the imagenet one's); what nobody chose follows its default, what somebody chose
stays as chosen or is refused with one sentence that names the nearest possible choice.
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal, Self

from resviz.core.net import Net, Node, Shape, ShapeError, infer
from resviz.core.ops import dims
from resviz.core.registry import Registry

Value = int | float | bool | str | tuple[int, ...]
Kind = Literal["int", "float", "bool", "choice", "text", "ints"]

KINDS: dict[object, Kind] = {int: "int", float: "float", bool: "bool", str: "text", tuple[int, ...]: "ints"}
SOME = 5
LARGEST = 10**15
"""No choice is larger; Python neither compares much larger whole numbers with floats nor prints them."""
NUMBER = re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,2})?")
TRUE, FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


class SpecError(ValueError):
    """A choice that is not possible: one sentence, and in `fix` the knobs set to the nearest that is."""

    def __init__(self, sentence: str, **fix: Value) -> None:
        super().__init__(sentence)
        self.fix = fix


class _Unset:
    """The value of a field that nobody chose."""

    def __repr__(self) -> str:
        return "unset"


UNSET: Any = _Unset()


@dataclass(frozen=True, slots=True)
class Knob:
    """One choice: its kind, default and range, and the words for it."""

    name: str
    kind: Kind
    default: Value | Callable[[Any], Value]
    title: str
    help: str
    low: float | None
    high: float | None
    choices: Callable[[Any], Sequence[Value]] | None
    registry: Registry[Any] | None
    dependent: bool
    primary: bool

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    def initial(self, spec: Any) -> Value:
        """The value that this knob has in `spec` if nobody chooses it."""
        return self.default(spec) if callable(self.default) else self.default

    def options(self, spec: Any) -> tuple[Value, ...]:
        """The possible values beside the other knobs of `spec`; empty where a range says it."""
        return tuple(self.choices(spec)) if self.choices else ()

    def parse(self, text: str) -> Value:
        """The value that `text` (a flag's, a URL parameter's) stands for; raises SpecError."""
        text = text.strip()
        try:
            if self.kind == "int":
                return int(_plainly(text))
            if self.kind == "float":
                return float(_plainly(text))
            if self.kind == "ints":
                return tuple(int(_plainly(part)) for part in text.split(",")) if text else ()
        except ValueError:
            raise SpecError(f"{self.name} {_quoted(text)} is not {self._wanted()}") from None
        if self.kind == "bool":
            if text.lower() not in TRUE + FALSE:
                raise SpecError(f"{self.name} {_quoted(text)} is not true or false")
            return text.lower() in TRUE
        return text

    def show(self, value: Value) -> str:
        """The text that `parse` reads back."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, tuple):
            return ",".join(map(str, value))
        return str(value).removesuffix(".0") if isinstance(value, float) else str(value)

    def check_alone(self, value: object) -> Value:
        """`value` if its type and range are possible, and its choice where that hangs on no other knob."""
        right = self._typed(value)
        self._check_range(right)
        return right if self.dependent else self.check(right, None)

    def check(self, value: Value, spec: Any) -> Value:
        """`value` if it is among the choices beside the other knobs of `spec`; raises SpecError."""
        options = self.options(spec)
        if options:
            refuse_outside(self.name, value, options)
        return value

    def _typed(self, value: object) -> Value:
        numbers = value if isinstance(value, (list, tuple)) else (value,)
        if any(isinstance(number, int) and abs(number) > LARGEST for number in numbers):
            raise SpecError(f"{self.name} {_quoted(value)} is out of range")
        match self.kind, value:
            case "bool", bool():
                return value
            case "int", int() if not isinstance(value, bool):
                return value
            case "float", int() | float() if not isinstance(value, bool):
                return float(value)
            case (("choice" | "text"), str()):
                return value
            case "ints", list() | tuple() if all(type(part) is int for part in value):
                return tuple(value)
        raise SpecError(f"{self.name} {_quoted(value)} is not {self._wanted()}")

    def _check_range(self, value: Value) -> None:
        if self.low is None or self.high is None:
            return
        near = self._into_range(value)
        if near != value:
            pairs = zip(value, near) if isinstance(value, tuple) and isinstance(near, tuple) else [(value, near)]
            wrong = next(number for number, right in pairs if number != right)
            raise SpecError(
                f"{self.name} {_quoted(wrong)} is out of range: it goes from {_plain(self.low)} to "
                f"{_plain(self.high)}; the nearest is {self.show(near)}",
                **{self.name: near},
            )

    def _into_range(self, value: Value) -> Value:
        """The value, or each of its numbers, moved to the nearest end of the range where it lies outside."""
        if isinstance(value, tuple):
            return tuple(int(self._within(number)) for number in value)
        if isinstance(value, (bool, str)):
            return value
        return self._within(value) if self.kind == "float" else int(self._within(value))

    def _within(self, number: float) -> float:
        low = -LARGEST if self.low is None else self.low
        high = LARGEST if self.high is None else self.high
        return low if math.isnan(number) else min(max(number, low), high)

    def suggestion(self, value: object, spec: Any) -> tuple[str, Value]:
        """What to name beside a refused value that is not even of the knob's kind: the nearest, or the default."""
        numbers = [float(found) for found in NUMBER.findall(_quoted(value))]
        options = spec.offered(self)
        if self.kind == "ints" and numbers:
            return "the nearest", self._into_range(tuple(round(number) for number in numbers))
        if self.kind in ("int", "float") and numbers:
            return "the nearest", nearest(numbers[0], options) if options else self._into_range(numbers[0])
        return "the default", self.initial(spec)

    def _wanted(self) -> str:
        return {
            "int": "a whole number",
            "float": "a number",
            "bool": "true or false",
            "ints": "a list of whole numbers such as 3,4,6,3",
            "choice": "one of the names",
            "text": "a text",
        }[self.kind]


def knob(
    default: Value | Callable[[Any], Value],
    title: str,
    help: str = "",
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Registry[Any] | Sequence[Value] | Callable[[Any], Sequence[Value]] | None = None,
    primary: bool = False,
) -> Any:
    """Declare a knob as a field of a Spec. `choices` is a registry, a list, or a function of the spec."""
    if isinstance(choices, Registry):
        registry = choices
        possible: Callable[[Any], Sequence[Value]] | None = lambda spec: registry.names()  # noqa: E731
    elif choices is None or callable(choices):
        possible = choices
    else:
        fixed = tuple(choices)
        possible = lambda spec: fixed  # noqa: E731
    words: dict[str, Any] = {"default": default, "title": title, "help": help, "low": low, "high": high}
    dependent = callable(choices) and not isinstance(choices, Registry)
    words |= {"choices": possible, "dependent": dependent, "primary": primary}
    words["registry"] = choices if isinstance(choices, Registry) else None
    return dataclasses.field(default=UNSET, metadata=words)


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

    def values(self) -> dict[str, Value]:
        """Every knob with its value."""
        return {k.name: getattr(self, k.name) for k in self.knobs()}

    def json(self) -> dict[str, object]:
        """Every knob with its value as JSON has it: lists for tuples."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in self.values().items()}

    def chosen(self) -> dict[str, str]:
        """The fewest knobs, as text, that give this spec back: what a URL needs to carry."""
        values = self.values()
        for k in reversed(self.knobs()):
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

    `family` is the name that it is registered under; `replacing` are knobs that take the place of others, which
    `turned` then lets go.
    """

    family: ClassVar[str]
    replacing: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def net(self) -> Net:
        """The network as a term."""

    @abstractmethod
    def input_shape(self) -> Shape:
        """The shape of one input."""

    def turned(self, k: Knob, text: str) -> Turned:
        """The fewest knobs after a person turned `k`; a family may let other knobs follow, and then says so."""
        return Turned({**self.chosen(), k.name: text})

    def node(self) -> Node:
        """The term placed on the input; raises SpecError where an operation is left with nothing."""
        try:
            return infer(self.net(), self.input_shape())
        except ShapeError as error:
            raise SpecError(f"this network cannot take an input of {dims(self.input_shape())}: {error}") from None


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
    unknown = [_quoted(name) for name in values if name not in names]
    if unknown:
        raise SpecError(f"there is no knob {', '.join(unknown[:SOME])}: there are {', '.join(names)}")


def refuse_outside(name: str, value: Value, options: Sequence[Value]) -> None:
    """Raise SpecError with the nearest of `options` if the knob's value is not one of them."""
    if value in options:
        return
    near = nearest(value, options)
    listed = f"choose {_listed(options)}; the nearest is {near}" if len(options) > 1 else f"it can only be {near}"
    raise SpecError(f"{name} {_quoted(value)} is not possible beside the other choices: {listed}", **{name: near})


def nearest(value: Value, options: Sequence[Value]) -> Value:
    """The option closest to `value`: in size for numbers, in spelling for names."""
    if isinstance(value, (int, float)) and math.isfinite(value):
        return min(options, key=lambda option: (abs(float(option) - value), option))  # type: ignore[arg-type]
    text = str(value).lower()
    return max(options, key=lambda option: _likeness(text, str(option).lower()))


def _likeness(a: str, b: str) -> tuple[bool, int]:
    common = sum(1 for x, y in zip(a, b) if x == y)
    return (a == b, common - abs(len(a) - len(b)))


def _plainly(text: str) -> str:
    """`text`, unless only Python reads a number in it (1_000, digits of other scripts); raises ValueError."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return text


def _listed(options: Sequence[Value]) -> str:
    if len(options) <= 12:
        return ", ".join(map(str, options))
    return f"{', '.join(map(str, options[:4]))} … {options[-1]}"


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,.12g}"


def _quoted(value: object) -> str:
    try:
        text = " ".join(str(value).split())
    except ValueError:  # Python prints no whole number of over 4,300 digits
        text = "of thousands of digits"
    return text if len(text) <= 40 else text[:39] + "…"
