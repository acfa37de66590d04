"""The registries of families and presets, and the one way from a name with choices to a spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resviz.core.knob import SpecError, hint, quoted
from resviz.core.registry import Registry
from resviz.core.spec import NetSpec

FAMILIES: Registry[type[NetSpec]] = Registry("family")


@dataclass(frozen=True)
class Preset:
    """A family with some of its knobs chosen."""

    family: str
    knobs: Mapping[str, object]


PRESETS: Registry[Preset] = Registry("preset")


def preset(family: str, name: str, title: str, cite: str, /, **knobs: object) -> None:
    """Enter a network that people know by name: a family with the given knobs."""
    PRESETS.register(name, title=title, cite=cite)(Preset(family, knobs))


def family(name: str) -> type[NetSpec]:
    """The family of that name; raises SpecError."""
    if name not in FAMILIES:
        raise SpecError(f"there is no family {name!r}: there are {', '.join(FAMILIES.names())}")
    return FAMILIES[name].thing


def name_of(cls: type[NetSpec]) -> str:
    """The name that a family is registered under."""
    return next(entry.name for entry in FAMILIES if entry.thing is cls)


def named(name: str, choices: Mapping[str, str]) -> NetSpec:
    """The spec of the preset or family `name` with further knobs given as text; raises SpecError."""
    if name in FAMILIES:
        return FAMILIES[name].thing.of_text(choices)
    if name not in PRESETS:
        near = hint(name, (*PRESETS.names(), *FAMILIES.names()))
        there = near or f": the families are {', '.join(FAMILIES.names())}"
        raise SpecError(f"there is no preset or family {quoted(name)!r}{there}")
    preset = PRESETS[name].thing
    cls = FAMILIES[preset.family].thing
    spec = cls.of(preset.knobs)
    for k in cls.knobs():
        if k.name in cls.replacing and k.name in choices:
            return cls.of_text({**spec.turned(k, choices[k.name]).texts, **choices})
    return cls.of({**preset.knobs, **cls.parse(choices)})


def from_text(text: str) -> NetSpec:
    """The spec of a text such as "resnet50" or "resnet:depth=34:shortcut=A"; raises SpecError."""
    name, *pairs = text.strip().split(":")
    choices: dict[str, str] = {}
    for pair in pairs:
        knob, equals, value = pair.partition("=")
        if not equals or knob in choices:
            raise SpecError(f"{quoted(text)} is no network: write it as resnet50 or as resnet:depth=34:shortcut=A")
        choices[knob] = value
    return named(name, choices)


def to_text(spec: NetSpec) -> str:
    """The shortest text with a family's name that `from_text` reads back."""
    return ":".join([name_of(type(spec)), *(f"{name}={value}" for name, value in spec.chosen().items())])


def from_json(value: object) -> NetSpec:
    """The spec of a JSON object {"family": name, ...knobs}; raises SpecError."""
    if not isinstance(value, dict) or not isinstance(value.get("family", ""), str):
        raise SpecError('a spec is a JSON object such as {"family": "resnet", "depth": 50}')
    return family(value.get("family", "")).of({name: v for name, v in value.items() if name != "family"})


def to_json(spec: NetSpec) -> dict[str, object]:
    """The JSON object that `from_json` reads back: every knob with its value."""
    return {"family": name_of(type(spec)), **spec.json()}
