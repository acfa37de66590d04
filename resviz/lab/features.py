"""A picture on its way through a network: what each stage or unit makes of it, channel by channel."""

from __future__ import annotations

import torch
from torch import Tensor

from resviz.core.net import sections
from resviz.lab import network, pictures
from resviz.lab.chain import Chain, flat
from resviz.lab.client import LEVELS, Features, Map
from resviz.lab.errors import LabError
from resviz.lab.subject import Subject
from resviz.train.batches import Normalise, resized
from resviz.train.data import Data
from resviz.train.prepare import disordered

BRIGHTEST = 255.0


@torch.inference_mode()
def features(subject: Subject, by: str, index: int, image: bytes | None, *, invert: bool = False) -> Features:
    """The test image of that index, or the picture file in `image`, and the maps that it becomes; raises LabError."""
    if by not in LEVELS:
        raise LabError(f"there are no maps by {by}: choose {' or '.join(LEVELS)}")
    device = network.settle()
    data, chain = network.data(subject), network.chain(subject, device)
    channels = subject.spec.input_shape()[0]
    shuffled = subject.recipe.shuffle_pixels
    height, width = data.test.pixels.shape[2:] if shuffled else data.size
    shown = None if image is None else pictures.decoded(image, channels, (height, width), invert=invert)
    label = _label(data, index) if image is None else None
    x = _input(data, shown, index, shuffled).to(device, memory_format=torch.channels_last)
    signals = list(chain.inputs(x))
    probabilities = tuple(float(p) for p in signals[-1][0].double().softmax(0))
    wanted = places(subject, chain, by)
    maps = tuple(
        Map(path, tuple(signals[place + 1].shape[1:]), pictures.tiles(signals[place + 1][0]))
        for path, place in wanted.items()
    )
    pixels = shown if shown is not None else data.test.pixels[index] * (BRIGHTEST / _brightest(data))
    return Features(pictures.picture(pixels), label, probabilities, maps)


def places(subject: Subject, chain: Chain, by: str) -> dict[str, int]:
    """Behind which links the maps are taken: behind each unit, or behind the last link of the stem and each stage."""
    if by == "unit":
        found = {link.path: place for place, link in zip(chain.places, chain.units)}
        return found or {link.path: place for place, link in enumerate(chain.links) if len(link.node.out) == 3}
    ends: dict[str, int] = {}
    at = 0
    for section in sections(subject.spec.node()):
        inside = list(flat(section.path, section.node))
        while chain.links[at].path != inside[0][0]:
            at += 1
        at += len(inside)
        if section.node.role != "head":
            ends[section.name] = at - 1
    return ends


def _label(data: Data, index: int) -> int:
    """The class of a test image; raises LabError where there is no such image."""
    if not 0 <= index < len(data.test):
        raise LabError(f"there is no test image {index}: they go from 0 to {len(data.test) - 1}")
    return int(data.test.labels[index])


def _input(data: Data, shown: Tensor | None, index: int, shuffled: bool) -> Tensor:
    """One image [1, C, H, W] as the network takes it: its pixels in order or not, normalised, at its size."""
    pixels = data.test.pixels[index] if shown is None else shown * (_brightest(data) / BRIGHTEST)
    if shown is not None and shuffled:
        pixels = disordered(pixels)
    return resized(Normalise(data.mean, data.std)(pixels[None]), data.size)


def _brightest(data: Data) -> float:
    """The largest value of a pixel: 16 in digits, 255 elsewhere."""
    return float(data.train.pixels.max())
