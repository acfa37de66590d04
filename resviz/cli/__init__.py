"""The command line: every page's work, without the page. Bad input ends with one sentence and exit code 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from resviz.cli import commands, flags
from resviz.cli.command import Command
from resviz.core.knob import SpecError


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence; the knobs' flags are taken out before."""

    def error(self, message: str) -> NoReturn:
        raise SpecError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 well, 1 a check that failed, 2 bad input.

    130 is for interrupted, 141 for a reader that went away (`| head`), as shells have it.
    """
    try:
        found = commands.found()
        texts, rest = flags.split(sys.argv[1:] if arguments is None else arguments, found)
        options = _parser(found).parse_args(rest)
        code: int = options.run(options, texts)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _drop_output()
        return 141
    except (ValueError, OSError) as error:
        print(f"resviz: {_sentence(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser(found: Sequence[Command]) -> argparse.ArgumentParser:
    parser = _Parser(prog="resviz", description="An explorer of residual networks.", allow_abbrev=False)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in found:
        made = verbs.add_parser(
            command.name, help=command.help, description=command.help, allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        command.configure(made)
    return parser


def _drop_output() -> None:
    """Nobody reads the output any more: what is still buffered goes nowhere, so that the exit stays silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _sentence(error: Exception) -> str:
    """The error in one line, whatever stands in the input that it quotes."""
    if isinstance(error, UnicodeEncodeError):
        text = f"the output's encoding {error.encoding} lacks {error.object[error.start]!a}: set PYTHONIOENCODING=utf-8"
    elif isinstance(error, OSError) and error.filename:
        text = f"{error.filename}: {error.strerror}"
    else:
        text = str(error)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
