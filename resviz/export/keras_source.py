"""A network as one file of Keras 3 that runs on any of its backends, its units as functions of their widths.

Maps have their channels last, as Keras has them, and layers are named as those of the published models
(`resviz.export.layer_names`). Repeats are loops. With the same weights it puts out the same numbers as ours.
"""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping

from resviz.core.net import Node, Op, Par, Shape, cost, join_name, join_path, leaves, walk
from resviz.core.ops import Aside
from resviz.core.spec import NetSpec
from resviz.export.carried import IN_SOURCE
from resviz.export.keras_functions import Function, Lines, Unit, filled, fitted, function, skeleton
from resviz.export.keras_layers import HELPERS, statements
from resviz.export.layer_names import layer_names
from resviz.export.source import json_lines
from resviz.export.source_classes import groups
from resviz.export.source_code import WIDTH, indented, plain
from resviz.export.source_names import Name, class_names, unused
from resviz.export.source_terms import skeletons
from resviz.zoo.families import to_json

Key = tuple[object, tuple[Shape, ...]]
BLOCK = "{block}"
INDENT = "    "
UNNAMED = Name("Unit", "A unit.")
TAKEN = ("model", "keras", "layers", "ops", "math", *HELPERS)


def source(spec: NetSpec) -> str:
    """The file for `spec`, as text; raises SpecError if the network does not take its input."""
    return _File(spec).text()


class _File:
    """One file in the making."""

    def __init__(self, spec: NetSpec) -> None:
        self._spec = spec
        self._root = spec.node()
        self._names = layer_names(self._root)
        self._asides: list[str] = []
        self._units: dict[Key, Unit] = {}
        self._functions = self._made()

    def text(self) -> str:
        body = [fitted(filled(line), WIDTH - 4) for line in self._sequence(self._root, "", "x", "x")]
        outputs = f"[{', '.join(['x', *self._asides])}]" if self._asides else "x"
        shape = _last(self._root.ins[0])
        model = [
            "def model() -> keras.Model:",
            f'{INDENT}"""The network with fresh weights, for images of {"×".join(map(str, shape))}."""',
            f'{INDENT}keras.config.set_image_data_format("channels_last")',
            f'{INDENT}x = images = keras.Input({shape}, name="input")',
            *map(indented, body),
            f"{INDENT}return keras.Model(images, {outputs})",
        ]
        own = [*(function.text() for function in dict.fromkeys(self._functions.values())), "\n".join(model)]
        parts = [*_helpers("\n".join(own)), *own]
        uses_ops = any("ops." in part for part in parts)
        imports = ["import math", "", "import keras", f"from keras import layers{', ops' if uses_ops else ''}"]
        return f"{self._head()}\n\n" + "\n".join(imports) + "\n\n\n" + "\n\n\n".join([*parts, MAIN]) + "\n"

    def _made(self) -> dict[Key, Function]:
        """The function of every unit, by the unit."""
        kind = skeletons()
        named = class_names(self._spec, groups(self._root, kind), ())
        alike: dict[tuple[Hashable, Lines], list[Key]] = defaultdict(list)
        for path, unit in _outermost(self._root):
            key = (unit.net, unit.ins)
            if key not in self._units:
                lines = tuple(self._part(unit, path, "x", "x", self._block(path, unit)))
                self._units[key] = Unit(lines, unit.out[0])
                alike[kind(unit), skeleton(lines)].append(key)
        made: dict[Key, Function] = {}
        taken = set(TAKEN)
        for (of, _), keys in alike.items():
            name = named.get(of, UNNAMED)
            word = unused(_snake(name.name), taken)
            taken.add(word)
            units = list(dict.fromkeys(self._units[key] for key in keys))
            made |= dict.fromkeys(keys, function(word, name.sentence, units))
        return made

    def _head(self) -> str:
        parameters = sum(cost(at.op, at.ins).params for _, at in leaves(self._root))
        size = "×".join(map(str, _last(self._root.ins[0])))
        words = f'"""{plain(self._spec.title())} in Keras 3: {parameters:,} trainable parameters, input {size}.'
        lines = [*textwrap.wrap(words, WIDTH), "", IN_SOURCE, ""]
        return "\n".join([*lines, *json_lines(to_json(self._spec)), '"""'])

    def _sequence(self, at: Node, path: str, source: str, target: str, block: str = "") -> Iterator[str]:
        """The statements of a part whose input is in `source`; what it puts out is in `target` behind them."""
        for run in _runs(at):
            name, part = run[0]
            inner = join_path(path, name)
            if part.role == "unit" and not block:
                yield from self._calls(path, [name for name, _ in run], part, source, target)
                source = target
                continue
            lines = list(self._part(part, inner, source, target, block))
            yield from lines
            source = target if lines else source

    def _part(self, at: Node, path: str, source: str, target: str, block: str) -> Iterator[str]:
        if isinstance(at.net, Op):
            yield from statements(at, self._name(path, block), [source], target)
        elif at.join is None:
            yield from self._sequence(at, path, source, target, block)
        else:
            yield from self._fork(at, path, source, target, block)

    def _fork(self, at: Node, path: str, source: str, target: str, block: str) -> Iterator[str]:
        """Each branch in a variable of its own, then the join."""
        assert isinstance(at.net, Par)
        assert at.join is not None
        ends = []
        for i, (name, branch) in enumerate(at.parts):
            variable = _variable(branch, i, source, target)
            lines = list(self._part(branch, join_path(path, name), source, variable, block))
            yield from lines
            ends.append(variable if lines else source)
        if isinstance(at.join.net, Aside):
            # the map goes on as it was, what is left aside is an output of the network
            outputs = [f"aside{len(self._asides) + i}" for i in range(1, len(ends))]
            yield from (f"{output} = {end}" for output, end in zip(outputs, ends[1:]))
            self._asides += outputs
            return
        yield from statements(at.join, self._name(join_path(path, join_name(at.net)), block), ends, target)

    def _calls(self, path: str, names: list[str], unit: Node, source: str, target: str) -> Iterator[str]:
        """A call of the unit's function, or a loop of calls."""
        key = (unit.net, unit.ins)
        blocks = [self._block(join_path(path, name), unit) for name in names]
        call = self._functions[key].call
        if len(blocks) == 1:
            name = f'"{blocks[0]}"'
            yield f"{target} = {call(self._units[key], source, name)}"
            return
        if source != target:
            yield f"{target} = {source}"
        yield from _loop(blocks)
        yield indented(fitted(f"{target} = {call(self._units[key], target, 'block')}", WIDTH - 8))

    def _block(self, path: str, unit: Node) -> str:
        """What the names of a unit's layers have in common: 2a of res2a_branch2a, or the unit's path."""
        own = [self._names[f"{path}.{inner}"] for inner, at in walk(unit) if isinstance(at.net, Op) and inner]
        first = path.replace(".", "_")
        if all(name.startswith(first) for name in own):
            return first
        return own[0].removeprefix("res").removeprefix("bn").split("_")[0]

    def _name(self, path: str, block: str) -> str:
        """The layer's name as it is written, an f-string within the function of a unit."""
        name = self._names[path]
        if not block:
            return f'"{name}"'
        return f'f"{name.replace(block, BLOCK, 1)}"'


def _outermost(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """The units that are in no other unit, with their paths."""
    if node.role == "unit":
        yield path, node
        return
    for name, part in node.parts:
        yield from _outermost(part, join_path(path, name))


def _helpers(text: str) -> list[str]:
    """The functions of our own that the text calls, and those that they call."""
    used = [name for name in HELPERS if re.search(rf"\b{name}\(", text)]
    inner = "\n".join(HELPERS[name] for name in used)
    return [helper for name, helper in HELPERS.items() if name in used or re.search(rf"(?<!def )\b{name}\(", inner)]


def _snake(name: str) -> str:
    """A class name as a function's: BasicBlockProjection gives basic_block_projection."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _runs(at: Node) -> list[list[tuple[str, Node]]]:
    """The parts of a sequence, neighbouring units that are equal together."""
    runs: list[list[tuple[str, Node]]] = []
    for name, part in at.parts:
        if runs and part.role == "unit" and runs[-1][0][1] is part:
            runs[-1].append((name, part))
        else:
            runs.append([(name, part)])
    return runs


def _loop(blocks: list[str]) -> Iterator[str]:
    """The head of a loop over the names of blocks, in as many lines as they need."""
    listed = ", ".join(f'"{block}"' for block in blocks)
    if len(listed) < WIDTH - 24:
        yield f"for block in ({listed}):"
        return
    yield "for block in ("
    yield from (INDENT + line for line in textwrap.wrap(listed + ",", WIDTH - 16))
    yield "):"


def _variable(branch: Node, number: int, source: str, target: str) -> str:
    """A name for what a branch puts out, other than those in use around it."""
    named = branch.role in ("shortcut", "gate", "aux")
    name = branch.role if named else "branch" if branch.role == "branch" and not number else f"way{number + 1}"
    while name in (source, target):
        name += "_inner"
    return name


def _last(shape: Shape) -> Shape:
    """A shape with its channels last."""
    return (*shape[1:], shape[0]) if len(shape) == 3 else shape


def weights(node: Node) -> Mapping[str, str]:
    """The path of every operation that has weights, by the name of its Keras layer."""
    names = layer_names(node)
    return {names[path]: path for path, at in leaves(node) if cost(at.op, at.ins).params}


MAIN = """\
if __name__ == "__main__":
    net = model()
    count = sum(math.prod(weight.shape) for weight in net.trainable_weights)
    print(f"output {net.output_shape}, {count:,} trainable parameters")"""
