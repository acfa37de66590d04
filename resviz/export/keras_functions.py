"""Units as functions: units whose code differs in numbers alone are one, and where they differ stands an argument.

A number that may differ is a *hole* in a line: its word, its text, and what stands before it where it is written at
all. Holes that are equal in every unit are one argument (as `resviz.export.source_classes` does it for PyTorch).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from resviz.export.source_code import WIDTH, indented, laid
from resviz.export.source_names import unused

HOLE = re.compile("\x02(.*?)\x1f(.*?)\x1f(.*?)\x1f(.*?)\x03")
SIZES = ("filters", "width")
"""Words for channels, which calls give without the name, those that the unit puts out first."""

Lines = tuple[str, ...]


def hole(word: str, value: object, lead: str = "", usual: str = "") -> str:
    """A number in a line; with a lead it is an argument that is left out where it is the usual one."""
    return f"\x02{word}\x1f{value}\x1f{lead}\x1f{usual}\x03"


def filled(line: str) -> str:
    """The line with its numbers."""
    return HOLE.sub(lambda match: "" if match[2] == match[4] else match[3] + match[2], line)


def skeleton(lines: Lines) -> Lines:
    """The lines without their numbers: equal ones are one function."""
    return tuple(HOLE.sub(lambda match: f"\x02{match[1]}{match[3]}\x03", line) for line in lines)


def fitted(line: str, room: int) -> str:
    """A statement `x = call(…)` or `x = layer(…)(y)`, its first call with an argument a line where it is too long."""
    if len(line) <= room or "\n" in line:
        return line
    statement = ast.parse(line).body[0]
    assert isinstance(statement, ast.Assign)
    assert isinstance(statement.value, ast.Call)
    call = statement.value.func if isinstance(statement.value.func, ast.Call) else statement.value
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    texts = [line[part.col_offset : part.end_col_offset] for part in given]
    return laid(line[: given[0].col_offset - 1], texts, 0) + line[call.end_col_offset :]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's statements, and the channels that it puts out."""

    lines: Lines
    channels: int


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a function: its name, its type, and its text in every unit."""

    name: str
    type: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of its input and of the name of its block, for units of one skeleton."""

    name: str
    sentence: str
    units: tuple[Unit, ...]
    arguments: tuple[Argument, ...]
    lines: Lines

    def text(self) -> str:
        """The function as source."""
        own = [f"{argument.name}: {argument.type}" for argument in self.arguments]
        gives = " -> keras.KerasTensor:"
        head = laid(f"def {self.name}", ["x: keras.KerasTensor", "block: str", *own], WIDTH - len(gives))
        body = [f'"""{self.sentence}"""', *(fitted(line, WIDTH - 4) for line in self.lines), "return x"]
        return f"{head}{gives}\n" + "\n".join(map(indented, body))

    def call(self, unit: Unit, source: str, block: str) -> str:
        """The call that stands for a unit."""
        at = self.units.index(unit)
        given = [a.texts[at] if _is_size(a) else f"{a.name}={a.texts[at]}" for a in self.arguments]
        return f"{self.name}({', '.join([source, block, *given])})"


def function(name: str, sentence: str, units: Sequence[Unit]) -> Function:
    """The function that stands for all of the units, which have one skeleton."""
    holes = [[match for line in unit.lines for match in HOLE.finditer(line)] for unit in units]
    arguments: dict[tuple[str, ...], Argument] = {}
    texts = []
    for column in zip(*holes):
        values = tuple(match[2] for match in column)
        if len(set(values)) > 1 and values not in arguments:
            word = _word(column[0][1], values, units)
            taken = {argument.name for argument in arguments.values()}
            arguments[values] = Argument(unused(word, taken), _type(values), values)
        texts.append(arguments[values].name if values in arguments else values[0])
    written = iter(texts)
    lines = tuple(HOLE.sub(lambda match: _argument(match, next(written)), line) for line in units[0].lines)
    ranked = sorted(arguments.values(), key=lambda argument: not _is_size(argument))
    return Function(name, sentence, tuple(units), tuple(ranked), lines)


def _argument(match: re.Match[str], text: str) -> str:
    return "" if text == match[4] else match[3] + text


def _word(word: str, values: tuple[str, ...], units: Sequence[Unit]) -> str:
    """Channels are the unit's filters where it puts them out, and otherwise its width."""
    if word not in SIZES:
        return word
    return SIZES[values != tuple(str(unit.channels) for unit in units)]


def _is_size(argument: Argument) -> bool:
    return argument.name.rstrip("0123456789") in SIZES


def _type(values: Sequence[str]) -> str:
    if all(value.lstrip("-").isdigit() for value in values):
        return "int"
    return "tuple[int, int]" if values[0].startswith("(") else "float"
