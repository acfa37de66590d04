"""Memory: what a training step and an inference step of a network need at a batch size.

Not counted: in training what only passes by (outputs that nothing keeps, gradients of activations on their way back)
and the loss; workspaces of convolution algorithms and an allocator's rounding. The numbers are proved on a CPU; on
CUDA torch's dropout keeps a mask of 1 byte an element instead of a number.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from resviz.core.knob import SpecError, knob, quoted
from resviz.core.net import Node
from resviz.core.ops import BatchNorm
from resviz.core.spec import Spec
from resviz.views.activations import INDEX, Precision, kept, peak
from resviz.views.conventions import WEIGHTED, Convention, total
from resviz.views.counting import each, operations, params
from resviz.views.tables import costs

SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([KMGT]?)(i?)B", re.IGNORECASE)
PRECISIONS = {"float32": Precision(4, 4), "mixed": Precision(4, 2), "bfloat16": Precision(2, 2)}
DEFINITIONS = {
    "float32": "Every number takes 4 bytes.",
    "mixed": "torch.autocast to bfloat16: parameters, gradients, optimizer state and BN's statistics stay in 4 bytes; "
    "convolutions and fully connected layers compute in 2 bytes with copies of their weights, and every other layer "
    "puts out the width that it reads (response normalisation 4).",
    "bfloat16": "Every number takes 2 bytes, the optimizer's state too.",
}
STATES = {"sgd": 1, "adam": 2, "none": 0}
"""Numbers that an optimizer keeps for each parameter."""
KEPT = {"sgd": "momentum, one for each parameter", "adam": "two moments for each parameter", "none": "keeps nothing"}


@dataclass(frozen=True)
class Plan(Spec):
    """What is asked: batch, precision, optimizer, and the memory that there is."""

    batch: int = knob(128, "Batch", "images a step", low=1, high=1_000_000)
    precision: str = knob("float32", "Precision", "bytes of the numbers in memory", choices=tuple(PRECISIONS))
    optimizer: str = knob("sgd", "Optimizer", "sgd with momentum, adam, or none with a state", choices=tuple(STATES))
    fits: str = knob("24GiB", "Memory", "such as 24GiB (2³⁰ bytes) or 80GB (10⁹): the largest batch for it is sought")

    def check(self) -> None:
        if not self.room():
            raise SpecError(f"fits {quoted(self.fits)} is not a size of memory; write it like 24GiB", fits="24GiB")

    def room(self) -> int:
        """The memory in bytes; 0 where the text is no size."""
        found = SIZE.fullmatch(self.fits.strip())
        if found is None:
            return 0
        number, prefix, binary = found.groups()
        thousand = 1024 if binary else 1000
        return int(float(number) * math.pow(thousand, " KMGT".index(prefix.upper() or " ")))

    def title(self) -> str:
        return f"batch {self.batch:,}, {self.precision}, optimizer {self.optimizer}"


@dataclass(frozen=True, slots=True)
class Item:
    """Something in memory: so many bytes whatever the batch, and so many for each image."""

    name: str
    words: str
    fixed: int
    per_image: int = 0

    def bytes(self, batch: int) -> int:
        return self.fixed + batch * self.per_image


@dataclass(frozen=True, slots=True)
class Need:
    """What lies in memory at once, and how much of it a plan makes."""

    items: tuple[Item, ...]
    plan: Plan

    def bytes(self) -> int:
        """All of it at the plan's batch."""
        return sum(item.bytes(self.plan.batch) for item in self.items)

    def largest_batch(self) -> int:
        """The most images that fit into the plan's memory; 0 where not one does."""
        per_image = sum(item.per_image for item in self.items)
        return max(0, (self.plan.room() - sum(item.fixed for item in self.items)) // per_image)

    def json(self) -> dict[str, object]:
        """The bytes as the command line prints them."""
        named = {item.name: item.bytes(self.plan.batch) for item in self.items}
        return {**named, "total": self.bytes(), "largest_batch": self.largest_batch()}


def training(node: Node, plan: Plan) -> Need:
    """A training step: what the forward pass leaves behind, and the gradients that the backward pass makes of it."""
    precision = PRECISIONS[plan.precision]
    weights = precision.stored * costs(node).params
    per_image, fixed = kept(node, precision)
    items = (
        *_stored(node, precision),
        Item("gradients", "one for each parameter", weights),
        Item("optimizer", KEPT[plan.optimizer], STATES[plan.optimizer] * weights),
        Item("activations", "what autograd keeps for the backward pass", fixed, per_image),
    )
    return Need(items, plan)


def inference(node: Node, plan: Plan) -> Need:
    """A forward pass without gradients: the most that lives at once."""
    precision = PRECISIONS[plan.precision]
    live = Item("activations", "the most that live at once, the image among them", 0, peak(node, precision))
    return Need((*_stored(node, precision), live), plan)


def _stored(node: Node, precision: Precision) -> list[Item]:
    """What lies there before any image comes."""
    whole = costs(node)
    counts = INDEX * operations(node)[BatchNorm]
    items = [
        Item("parameters", "weights, biases, BN's scales and offsets", precision.stored * whole.params),
        Item("buffers", "BN's running means, variances and counts", precision.stored * whole.buffers + counts),
    ]
    if precision.computed < precision.stored:
        matrices = total(Convention("parameters", each(*WEIGHTED, count=params)), node)
        items.append(Item("copies", "autocast's narrower weights", precision.computed * matrices))
    return items


def size(number: int) -> str:
    """Bytes for people, by powers of 1024: 10.24 GiB."""
    power = min((max(number, 1).bit_length() - 1) // 10, 4)
    return f"{number / 1024**power:.2f} {' KMGT'[power]}iB" if power else f"{number} B"


def text(title: str, node: Node, plan: Plan) -> str:
    """The ledger for a terminal."""
    lines = [f"{title}, {plan.title()}. {DEFINITIONS[plan.precision]}"]
    for words, need in (("training", training(node, plan)), ("inference", inference(node, plan))):
        lines.append(f"{words}: the largest batch in {plan.fits} is {need.largest_batch():,}")
        rows = [(item.name, item.bytes(plan.batch), item.words) for item in need.items]
        for name, number, about in (*rows, ("total", need.bytes(), "")):
            lines.append(f"  {name:<12} {number:>20,} {size(number):>12}  {about}".rstrip())
    return "\n".join(lines) + "\n"


def document(node: Node, plan: Plan) -> dict[str, object]:
    """The ledger as JSON: the plan, and the bytes of training and inference."""
    return {"plan": plan.json(), "training": training(node, plan).json(), "inference": inference(node, plan).json()}
