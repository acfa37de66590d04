"""The page's way to what the lab answers at once: an accuracy with units removed, and feature maps.

The process is `resviz.nn.service`; what it does for the lab is in `resviz.lab.requests`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from resviz.lab.subject import Subject
from resviz.nn.client import Torch


@dataclass(frozen=True)
class Accuracy:
    """How a network answers with some of its units removed, of so many test images."""

    wrong: int
    images: int

    @property
    def error(self) -> float:
        return self.wrong / self.images


LEVELS = ("stage", "unit")
"""Behind what the maps of a picture are taken."""


@dataclass(frozen=True)
class Map:
    """The channels of one signal as a picture: its path, its shape, and PNG data."""

    path: str
    shape: tuple[int, ...]
    png: bytes


@dataclass(frozen=True)
class Features:
    """A picture on its way through a network: what was put in, what came out, and the maps between."""

    picture: bytes
    label: int | None
    probabilities: tuple[float, ...]
    maps: tuple[Map, ...]


def accuracy(torch: Torch, subject: Subject, removed: Sequence[int], images: int) -> Accuracy:
    """The network without the units of these numbers, on the first `images` test images (0: all).

    Raises TorchError with the sentence of whatever is not possible.
    """
    found = torch.ask("lab.accuracy", subject=subject.json(), removed=list(removed), images=images)
    return Accuracy(found["wrong"], found["images"])


def features(
    torch: Torch, subject: Subject, by: str, *, index: int = 0, image: bytes | None = None, invert: bool = False
) -> Features:
    """The maps after each "stage" or "unit" for the test image of that index, or for the picture in `image`.

    `invert` turns dark into light, for pictures drawn in black on white. Raises TorchError.
    """
    given = None if image is None else base64.b64encode(image).decode()
    found = torch.ask("lab.features", subject=subject.json(), by=by, index=index, image=given, invert=invert)
    maps = tuple(Map(each["path"], tuple(each["shape"]), base64.b64decode(each["png"])) for each in found["maps"])
    return Features(base64.b64decode(found["picture"]), found["label"], tuple(found["probabilities"]), maps)
