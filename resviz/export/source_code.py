"""Classes and layers as lines of Python, laid out as ruff lays them out."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from resviz.core.net import Node, Op
from resviz.export.source_classes import Class
from resviz.export.source_forward import attribute, forward
from resviz.export.source_names import Name
from resviz.export.source_numbers import Numbers
from resviz.export.source_terms import (
    DEFAULTS,
    children,
    has_asides,
    is_class,
    is_number,
    layer_call,
    literal,
)

WIDTH = 120
SHORTEST_RUN = 3
INDENT = " " * 4
POSITIONAL = {
    "Conv2d": ("in_channels", "out_channels", "kernel_size"),
    "BatchNorm2d": ("num_features",),
    "Linear": ("in_features", "out_features"),
    "MaxPool2d": ("kernel_size",),
    "AvgPool2d": ("kernel_size",),
    "AdaptiveAvgPool2d": ("output_size",),
    "ZeroPad": ("in_channels", "out_channels"),
    "DropPath": ("rate",),
}


def laid(head: str, inside: Sequence[str], room: int, ends: str = "()") -> str:
    """A call on one line if it fits into `room`, and otherwise one argument a line."""
    line = f"{head}{ends[0]}{', '.join(inside)}{ends[1]}"
    if "\n" not in line and len(line) <= room:
        return line
    comma = "," if len(inside) > 1 else ""
    body = ",\n".join(inside) + comma
    return f"{head}{ends[0]}\n{indented(body)}\n{ends[1]}"


def indented(text: str, times: int = 1) -> str:
    """Each line that is not empty moved to the right."""
    return "\n".join(INDENT * times + line if line else line for line in text.split("\n"))


def plain(text: str) -> str:
    """The text without anything that could end a docstring."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable() and c not in '"\\')


def _docstring(sentence: str) -> str:
    """The docstring of a class, on as many lines as it needs."""
    text, room = f'"""{plain(sentence)}', WIDTH - len(INDENT) - len('"""')
    return f'{text}"""' if len(text) <= room else "\n".join([*textwrap.wrap(text, room), '"""'])


class Writer:
    """Writes the parts of one network. `layers` are the classes that the file brings along instead of torch's.

    `used` grows by those of them that were written.
    """

    def __init__(
        self,
        skeleton: Callable[[Node], Hashable],
        classes: Mapping[Hashable, Class],
        names: Mapping[Hashable, Name],
        numbers: Numbers,
        layers: Sequence[str],
    ) -> None:
        self._classes = classes
        self._names = names
        self._numbers = numbers
        self._layers = layers
        self._skeleton = skeleton
        self.used: set[str] = set()

    def class_(self, name: str, sentence: str, cls: Class, last: Sequence[str] = ()) -> str:
        """The class with its docstring; `last` are statements at the end of its `__init__`."""
        texts = iter(cls.texts)
        made = [self._assignment(part_name, part, texts) for part_name, part in children("", cls.node)]
        signature = ["self", *(f"{argument.name}: {argument.type}" for argument in cls.arguments)]
        head = laid("def __init__", signature, WIDTH - len(INDENT) - len(" -> None:"))
        init = "\n".join([f"{head} -> None:", indented("\n".join(["super().__init__()", *made, *last]))])
        gives = "Tensor | tuple[Tensor, ...]" if has_asides(cls.node) else "Tensor"
        run = "\n".join([f"def forward(self, x: Tensor) -> {gives}:", indented("\n".join(forward(cls.node)))])
        body = "\n\n".join([_docstring(sentence), init, run])
        return f"class {name}(nn.Module):\n{indented(body)}"

    def _assignment(self, name: str, node: Node, texts: Iterator[str]) -> str:
        target = attribute(name)
        named = target.startswith("getattr")
        before, after = (f"self.add_module({literal(name)}, ", ")") if named else (f"{target} = ", "")
        return f"{before}{self._module(node, texts, 2, len(before + after))}{after}"

    def _module(self, node: Node, texts: Iterator[str], depth: int, beside: int) -> str:
        """The expression that makes the part; it takes the texts of its holes from `texts`.

        It stands `depth` indents deep, with `beside` characters on its first line besides it.
        """
        room = WIDTH - depth * len(INDENT) - beside
        if isinstance(node.net, Op):
            return self._layer(node, texts, room)
        if is_class(node):
            return self._instance(node, texts, room)
        return laid("nn.Sequential", self._listed(list(children("", node)), texts, depth + 1), room)

    def _layer(self, node: Node, texts: Iterator[str], room: int) -> str:
        name, call = layer_call(node.op, node.ins)
        written = {key: next(texts) if is_number(value) else literal(value) for key, value in call.items()}
        gamma = written.pop("gamma", None)
        usual = {key: literal(value) for key, value in DEFAULTS.get(name, {}).items()}
        plain = POSITIONAL.get(name, ())
        inside = [text if key in plain else f"{key}={text}" for key, text in written.items() if usual.get(key) != text]
        if name in self._layers:
            self.used.add(name)
        made = laid(name if name in self._layers else f"nn.{name}", inside, room)
        return made if gamma is None else f"scaled({made}, gamma={gamma})"

    def _instance(self, node: Node, texts: Iterator[str], room: int) -> str:
        key = self._skeleton(node)
        cls = self._classes[key]
        given = list(islice(texts, len(cls.texts)))
        values = [(argument, given[argument.hole]) for argument in cls.arguments]
        inside = [text if argument.size else f"{argument.name}={text}" for argument, text in values]
        return laid(self._names[key].name, inside, room)

    def _listed(self, parts: Sequence[tuple[str, Node]], texts: Iterator[str], depth: int) -> list[str]:
        """The parts of an nn.Sequential; a number that no part has holds an identity."""
        entries: list[_Entry] = []
        for name, node in parts:
            entries.extend([_Entry("nn.Identity()")] * (int(name) - len(entries)))
            text = self._module(node, texts, depth, len(","))
            entries.append(_Entry(text) if isinstance(node.net, Op) else _Entry(text, *self._numbers.at_step(text)))
        room = WIDTH - depth * len(INDENT) - len(",")
        return [line for run in _runs(entries) for line in _written(run, room)]


class _Entry(NamedTuple):
    """A part of an nn.Sequential; `pattern` is what it repeats, with the ramp's `step` written as k."""

    text: str
    pattern: str = ""
    step: int = 0


def _runs(entries: Sequence[_Entry]) -> list[list[_Entry]]:
    """Neighbours that have one pattern and whose steps, if any, go up by one."""
    runs: list[list[_Entry]] = []
    for entry in entries:
        last = runs[-1][-1] if runs else _Entry("")
        next_step = last.step + 1 if entry.step else 0
        if entry.pattern and entry.pattern == last.pattern and entry.step == next_step:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _written(run: Sequence[_Entry], room: int) -> list[str]:
    """A long run as one comprehension, a short one part by part."""
    if len(run) < SHORTEST_RUN:
        return [entry.text for entry in run]
    first, last = run[0].step, run[-1].step
    steps = f"k in range({first}, {last + 1})" if first else f"_ in range({len(run)})"
    return [laid("*", [f"{run[0].pattern} for {steps}"], room, "[]")]
