"""A command is one verb of the command line: its help, its options, the knobs that are its own, and what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from resviz.core.spec import Spec
from resviz.zoo.families import FAMILIES

Texts = dict[str, str]
"""The knobs that were given as flags, as texts."""


def _no_options(parser: argparse.ArgumentParser) -> None:
    """Most commands have none."""


@dataclass(frozen=True)
class Command:
    """`run` takes the parsed options and the knobs' texts, and gives the exit code.

    `rank` is its place in the help. `takes_network` says that the command is about networks, `knobs` names the
    specs whose knobs it takes beside theirs, each with words for it ("the training").
    """

    name: str
    rank: float
    help: str
    run: Callable[[argparse.Namespace, Texts], int]
    options: Callable[[argparse.ArgumentParser], None] = _no_options
    takes_network: bool = False
    knobs: tuple[tuple[str, type[Spec]], ...] = ()

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Give the parser of this command what it needs."""
        parser.set_defaults(run=self.run)
        kinds = list(self.knobs)
        if self.takes_network:
            parser.add_argument("network", nargs="?", metavar="PRESET|FAMILY", help="see resviz presets, families")
            parser.add_argument(
                "--spec", metavar="FILE", help='JSON {"family": "resnet", …} or a list of them; - is stdin'
            )
            kinds += [(f"the family {entry.name}", entry.thing) for entry in FAMILIES]
        parser.epilog = _knob_help(kinds)
        self.options(parser)

    def own(self, texts: Texts, cls: type[Spec]) -> tuple[Texts, Texts]:
        """The texts of the knobs of `cls`, and the others."""
        names = {k.name for k in cls.knobs()}
        return (
            {name: text for name, text in texts.items() if name in names},
            {name: text for name, text in texts.items() if name not in names},
        )


def _knob_help(kinds: Iterable[tuple[str, type[Spec]]]) -> str:
    lines = []
    for words, cls in kinds:
        lines.append(f"knobs of {words}, as flags:")
        lines.extend(f"  {k.flag:<16} {k.title}: {k.help}" for k in cls.knobs())
    return "\n".join(lines).replace("%", "%%")
