"""A knob is one choice: its kind, default and range are at once its widget, its flag, its URL parameter and JSON.

What is refused is refused with one sentence, a SpecError, that names the nearest choice that is possible.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from resviz.core.registry import Registry

Value = int | float | bool | str | tuple[int, ...]
Kind = Literal["int", "float", "bool", "choice", "text", "ints"]

KINDS: dict[object, Kind] = {int: "int", float: "float", bool: "bool", str: "text", tuple[int, ...]: "ints"}
LARGEST = 10**15
"""No choice is larger; Python neither compares much larger whole numbers with floats nor prints them."""
NUMBER = re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,2})?")
TRUE, FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
ALIKE = 0.6
"""How alike two names are, from 0 to 1, before one is taken for a slip of the other."""


class SpecError(ValueError):
    """A choice that is not possible: one sentence, and in `fix` the knobs set to the nearest that is."""

    def __init__(self, sentence: str, **fix: Value) -> None:
        super().__init__(sentence)
        self.fix = fix


class IdleKnobError(SpecError):
    """A knob that somebody turned where it does nothing; `fix` sets it back."""


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
    needs: Callable[[Any], str]

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
            raise SpecError(f"{self.name} {quoted(text)} is not {self._wanted()}") from None
        if self.kind == "bool":
            if text.lower() not in TRUE + FALSE:
                raise SpecError(f"{self.name} {quoted(text)} is not true or false")
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
        if options and self.dependent:
            refuse_outside(self.name, value, options)
        elif options:
            _refuse(self.name, value, options, "is not possible")
        return value

    def _typed(self, value: object) -> Value:
        numbers = value if isinstance(value, (list, tuple)) else (value,)
        if any(isinstance(number, int) and abs(number) > LARGEST for number in numbers):
            raise SpecError(f"{self.name} {quoted(value)} is out of range")
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
        raise SpecError(f"{self.name} {quoted(value)} is not {self._wanted()}")

    def _check_range(self, value: Value) -> None:
        if self.low is None or self.high is None:
            return
        near = self._into_range(value)
        if near != value:
            pairs = zip(value, near) if isinstance(value, tuple) and isinstance(near, tuple) else [(value, near)]
            wrong = next(number for number, right in pairs if number != right)
            raise SpecError(
                f"{self.name} {quoted(wrong)} is out of range: it goes from {_plain(self.low)} to "
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
        numbers = [float(found) for found in NUMBER.findall(quoted(value))]
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
    needs: Callable[[Any], str] = lambda spec: "",
) -> Any:
    """Declare a knob as a field of a Spec. `choices` is a registry, a list, or a function of the spec.

    `needs` says what a spec lacks for the knob to do anything, such as "shortcut scaled"; "" where it acts.
    """
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
    words |= {"choices": possible, "dependent": dependent, "primary": primary, "needs": needs}
    words["registry"] = choices if isinstance(choices, Registry) else None
    return dataclasses.field(default=UNSET, metadata=words)


def refuse_outside(name: str, value: Value, options: Sequence[Value]) -> None:
    """Raise SpecError with the nearest of `options`, which hang on other knobs, if the knob's value is none of them."""
    _refuse(name, value, options, "is not possible beside the other choices")


def _refuse(name: str, value: Value, options: Sequence[Value], words: str) -> None:
    if value in options:
        return
    near = nearest(value, options)
    listed = f"choose {_listed(options)}; the nearest is {near}" if len(options) > 1 else f"it can only be {near}"
    raise SpecError(f"{name} {quoted(value)} {words}: {listed}", **{name: near})


def nearest(value: Value, options: Sequence[Value]) -> Value:
    """The option closest to `value`: in size for numbers, in spelling for names."""
    if isinstance(value, (int, float)) and math.isfinite(value):
        return min(options, key=lambda option: (abs(float(option) - value), option))  # type: ignore[arg-type]
    text = str(value).lower()
    return max(options, key=lambda option: _likeness(text, str(option).lower()))


def hint(name: str, options: Sequence[str]) -> str:
    """The end of a sentence that refuses a name: the option that is spelled most alike, or nothing if none is."""
    text = name.lower()
    alike = {option: difflib.SequenceMatcher(None, text, option).ratio() for option in options}
    near = max(options, key=lambda option: (alike[option], _likeness(text, option)))
    return f"; the nearest is {near}" if alike[near] >= ALIKE else ""


def _likeness(a: str, b: str) -> tuple[bool, int]:
    common = sum(1 for x, y in zip(a, b) if x == y)
    return (a == b, common - abs(len(a) - len(b)))


def _listed(options: Sequence[Value]) -> str:
    if len(options) <= 12:
        return ", ".join(map(str, options))
    return f"{', '.join(map(str, options[:4]))} … {options[-1]}"


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,.12g}"


def _plainly(text: str) -> str:
    """`text`, unless only Python reads a number in it (1_000, digits of other scripts); raises ValueError."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return text


def quoted(value: object) -> str:
    try:
        text = " ".join(str(value).split())
    except ValueError:  # Python prints no whole number of over 4,300 digits
        text = "of thousands of digits"
    return text if len(text) <= 40 else text[:39] + "…"
