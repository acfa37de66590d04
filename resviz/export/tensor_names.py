"""The names of tensors as resviz and torchvision have them, whoever wrote the weights."""

from __future__ import annotations

import math
import re

from resviz.core.net import Shape
from resviz.core.ops.norm import COUNTED
from resviz.export.differences import listed
from resviz.views.state import Shapes

WRAPPERS = ("module.", "_orig_mod.", "model.", "net.", "backbone.", "encoder.")
"""What training code puts before every name."""
CALLED = (
    (r"pre_logits\.fc1", "classifier.0"),
    (r"pre_logits\.fc2", "classifier.3"),
    (r"head\.fc", "classifier.6"),
    (r"linear|last_linear|fc\.\d", "fc"),
    (r"(layer\d+\.\d+)\.shortcut", r"\1.downsample"),
)
"""What others call a layer, and what it is here: timm's VGG; the classifier of CIFAR's ResNets, of Cadene's, or behind
a dropout in a `Sequential`; and the projection of kuangliu's."""
AS_CONVOLUTION = re.compile(r"(?:pre_logits\.fc[12]|head\.fc)\.weight")
"""timm's VGG has its fully connected layers as convolutions."""


def unwrapped(tensors: Shapes) -> dict[str, Shape]:
    """The tensors without what BN counts, and their names without what stands before all of them."""
    given = {name: tuple(shape) for name, shape in tensors.items() if not name.endswith(COUNTED)}
    while given and (wrapper := next((w for w in WRAPPERS if all(name.startswith(w) for name in given)), "")):
        given = {name.removeprefix(wrapper): shape for name, shape in given.items()}
    return given


def as_ours(given: Shapes) -> tuple[dict[str, Shape], tuple[str, ...]]:
    """The tensors under our names, and a sentence about layers that have others, where there are such."""
    names = {name: name for name in given}
    said: dict[str, None] = {}
    for theirs, ours in CALLED:
        for name, (layer, new) in _renamed(given, re.compile(rf"(?:{theirs})(?=\.)"), ours).items():
            names[name] = new + name.removeprefix(layer)
            said[f"{new} is called {layer}"] = None
    sentences = (f"in the weights {listed(list(said))}",) if said else ()
    return {names[name]: _flat(name, shape) for name, shape in given.items()}, sentences


def _renamed(given: Shapes, theirs: re.Pattern[str], ours: str) -> dict[str, tuple[str, str]]:
    """Tensors with their layer's name and ours; none where two would be one, such as the layers of a deeper head."""
    found = {name: (match[0], match.expand(ours)) for name in given if (match := theirs.match(name))}
    new = {layer + name.removeprefix(old) for name, (old, layer) in found.items()}
    return found if len(new) == len(found) and not new & given.keys() else {}


def _flat(name: str, shape: Shape) -> Shape:
    """A weight of timm's VGG, whose fully connected layers are convolutions, as torchvision has it; others as are."""
    return (shape[0], math.prod(shape[1:])) if AS_CONVOLUTION.fullmatch(name) and len(shape) > 1 else shape
