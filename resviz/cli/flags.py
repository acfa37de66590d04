"""Knobs as flags: --name value, --name=value, --toggle, --no-toggle, taken out before the other options are parsed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from resviz.cli.command import Command, Texts
from resviz.core.knob import SpecError
from resviz.core.spec import Spec
from resviz.zoo.families import FAMILIES


def split(arguments: Sequence[str], commands: Iterable[Command]) -> tuple[Texts, list[str]]:
    """The knobs' flags as texts, and the other arguments; raises SpecError.

    What the command that is named first declares as an option of its own is no knob there.
    """
    kinds = _kinds(commands, arguments[0] if arguments else "")
    texts: Texts = {}
    rest, words = [], list(arguments)
    while words:
        word = words.pop(0)
        flag, given, value = word.removeprefix("--").partition("=")
        name = flag.replace("-", "_")
        if word.startswith("--no-") and kinds.get(name.removeprefix("no_")) == "bool":
            if given:
                raise SpecError(f"--{flag} takes no value")
            name, given, value = name.removeprefix("no_"), "=", "false"
        if not word.startswith("--") or name not in kinds:
            rest.append(word)
            continue
        if not given and kinds[name] == "bool":
            value = "true"
        elif not given and not words:
            raise SpecError(f"--{flag} needs a value")
        elif not given:
            value = words.pop(0)
        if name in texts:
            raise SpecError(f"--{flag} is given twice")
        texts[name] = value
    return texts, rest


def refuse_knobs(texts: Texts) -> None:
    """Raise SpecError where a command that has no knobs is given some."""
    if texts:
        raise SpecError(f"this command has no --{next(iter(texts)).replace('_', '-')}")


class _Declared(argparse.ArgumentParser):
    """A parser that only remembers which options it was given."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        super().__init__(add_help=False)

    def add_argument(self, *names: str, **words: Any) -> argparse.Action:
        self.names |= {name.removeprefix("--").replace("-", "_") for name in names if name.startswith("--")}
        return super().add_argument(*names, **words)


def _kinds(commands: Iterable[Command], named: str) -> dict[str, str]:
    """The kinds of all knobs by their names, but for what the named command has as an option."""
    listed = list(commands)
    classes: list[type[Spec]] = [cls for command in listed for _, cls in command.knobs]
    classes += [entry.thing for entry in FAMILIES]
    declared = _Declared()
    for command in listed:
        if command.name == named:
            command.options(declared)
    return {k.name: k.kind for cls in classes for k in cls.knobs() if k.name not in declared.names}
