"""The names of the classes in exported source, in the field's words: Bottleneck, BasicBlockProjection …"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass

from resviz.core.net import Node, leaves, with_role
from resviz.core.ops import BatchNorm, Conv, Dropout, MaxPool, OneMinus, ReLU, Scale, ZeroPad
from resviz.core.spec import NetSpec
from resviz.export.source_classes import Group
from resviz.export.source_terms import children, empty, forks
from resviz.zoo.blocks import BLOCKS

UNITS = {"basic": "BasicBlock", "bottleneck": "Bottleneck"}
KERNELS = {(3, 3): "basic", (1, 3, 1): "bottleneck"}
"""The blocks by their convolutions, for families that do not name them."""
PARTS = {
    "se": ("SqueezeExcite", "a gate for each channel that sees the whole map (Hu et al. 2018)"),
    "inception": ("Inception", "windows of several sizes side by side, their channels joined (Szegedy et al. 2014)"),
    "gate": ("Gate", "how much of each value goes on, from 0 to 1"),
    "aux": ("AuxiliaryHead", "a classifier on the way, for training (Szegedy et al. 2014, section 5)"),
}
"""Parts that have a name in the literature, by the name that they have in the network without its number."""
LAYERS: dict[type[object], tuple[str, str]] = {
    Conv: ("Conv", "convolution"),
    BatchNorm: ("BN", "batch normalisation"),
    ReLU: ("ReLU", "ReLU"),
}
"""A part of these alone is called by them."""
SHORTCUTS: dict[type[object], tuple[str, str]] = {
    ZeroPad: ("Padded", "is padded with zeros"),
    OneMinus: ("Gated", "is gated"),
    Scale: ("Scaled", "is scaled"),
    Dropout: ("Dropout", "has dropout"),
    MaxPool: ("Pooled", "is pooled"),
}
"""What a unit is called by that stands on its shortcut, the first of these counting; any other is a projection."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a class is called, and the sentence that says what it is."""

    name: str
    sentence: str


def class_names(spec: NetSpec, groups: Mapping[Hashable, Group], taken: Collection[str]) -> dict[Hashable, Name]:
    """A name of its own for each class. Of several that would be called alike the most frequent keeps the word.

    The network's first unit often is one of its kind (He et al. 2016, section 4): FirstBottleneckProjection.
    """
    first = next((key for key, group in groups.items() if group.nodes[0].role == "unit"), None)
    wanted: dict[str, list[Hashable]] = defaultdict(list)
    sentences: dict[Hashable, str] = {}
    for key, group in groups.items():
        word, sentences[key] = _unit(spec, group) if group.nodes[0].role == "unit" else _part(group)
        wanted[word].append(key)
    used = set(taken)
    names = {}
    for word, keys in wanted.items():
        for key in sorted(keys, key=lambda key: -groups[key].count):
            name = unused(f"First{word}" if word in used and key == first else word, used)
            used.add(name)
            names[key] = Name(name, sentences[key])
    return names


def network_name(spec: NetSpec, taken: Collection[str]) -> str:
    """The title as a class name: ResNeXt-50 32×4d gives ResNeXt50_32x4d."""
    title = spec.title().partition(" (")[0].replace("×", "x")
    words = re.sub(r"(?<=[A-Za-z])[-. ](?=\d)", "", title)
    return unused(_capital(words), taken)


def unused(word: str, taken: Collection[str]) -> str:
    """The word, or with a number behind it if it is taken."""
    number, name = 2, word
    while name in taken:
        number, name = number + 1, f"{word}{number}"
    return name


def _unit(spec: NetSpec, group: Group) -> tuple[str, str]:
    """The block's word with its kind of shortcut, and a sentence with the block's citation."""
    node = group.nodes[0]
    if _bare(group.name) in PARTS:
        return _part(group)
    kernels = _kernels(node)
    block = str(spec.values().get("block", KERNELS.get(kernels, "")))
    if block not in BLOCKS and len(kernels) == 1:
        return _layer(node)
    if block in BLOCKS:
        entry = BLOCKS[block]
        word, sentence = UNITS.get(block, f"{_capital(block)}Block"), f"{entry.title} unit ({entry.cite})"
    else:
        word, _ = _part(group)
        sentence = f"{word} unit"
    if not forks(node):
        return f"Plain{word}", f"{sentence} without a shortcut."
    suffix, remark = _shortcut(node)
    return word + suffix, f"{sentence}{remark}."


def _kernels(unit: Node) -> tuple[int, ...]:
    """The windows of the branch's weighted layers, 1 for a fully connected one."""
    branches = [branch for _, branch in with_role(unit, "branch")]
    return tuple(at.op.window()[0] for branch in branches for _, at in leaves(branch) if at.op.weighted)


def _layer(unit: Node) -> tuple[str, str]:
    """A unit of a single layer by what stands beside it."""
    if with_role(unit, "gate"):
        return "HighwayLayer", "A layer whose gate weighs what it computes and its input (Srivastava et al. 2015)."
    if with_role(unit, "shortcut"):
        return "ResidualLayer", "A layer that adds what it computes to its input."
    return "PlainLayer", "A layer without a shortcut."


def _shortcut(node: Node) -> tuple[str, str]:
    ways = [way for _, way in with_role(node, "shortcut")]
    if not ways:
        return "", ""
    if all(empty(way) for way in ways):
        return "", " with an identity shortcut"
    ops = {type(at.op) for way in ways for _, at in leaves(way)}
    suffix, remark = next((words for op, words in SHORTCUTS.items() if op in ops), ("Projection", "is a projection"))
    return suffix, f" whose shortcut {remark}"


def _part(group: Group) -> tuple[str, str]:
    bare = _bare(group.name)
    if bare in PARTS:
        word, sentence = PARTS[bare]
        return word, f"{sentence[0].upper()}{sentence[1:]}."
    layers = [LAYERS.get(type(part.net), ("", "")) for _, part in children("", group.nodes[0])]
    if len(layers) > 1 and all(word for word, _ in layers):
        *first, last = [words for _, words in layers]
        return "".join(word for word, _ in layers), f"A {', '.join(first)} and {last}."
    return _capital(bare), f"What stands at {group.name!r}."


def _bare(name: str) -> str:
    """The name without its number: inception for inception3a."""
    bare = re.sub(r"[\d_]*[a-z]?$", "", name) if re.search(r"\d", name) else name
    return bare or "part"


def _capital(text: str) -> str:
    """A class name of the text's ASCII letters and digits; numbers stay apart."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = [word for word in re.split(r"[^0-9A-Za-z]+", ascii_text) if word]
    name = re.sub(r"(?<=\d) (?=\d)", "_", " ".join(word[0].upper() + word[1:] for word in words)).replace(" ", "")
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"Net{name}"
