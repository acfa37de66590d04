"""Pictures that come from outside, and tensors as pictures."""

from __future__ import annotations

import io
import math

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from resviz.lab.errors import LabError
from resviz.lab.limits import LARGEST_FILE, MOST_PIXELS

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
MOST_CHANNELS = 64
TILE = 40
"""Pixels that the side of a map's tile has at least."""
GAP = 6
PER_ROW = 16


def decoded(data: bytes, channels: int, size: tuple[int, int], *, invert: bool) -> Tensor:
    """A picture file as values [channels, height, width] from 0 to 255; raises LabError."""
    if len(data) > LARGEST_FILE:
        raise LabError(f"the picture has {len(data):,} bytes, and {LARGEST_FILE:,} are the most: make it smaller")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            pixels = math.prod(opened.size)
            upright = (
                None
                if pixels > MOST_PIXELS
                else ImageOps.exif_transpose(opened).convert("L" if channels == 1 else "RGB")
            )
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise LabError(f"this is no picture that can be read: take one of {', '.join(FORMATS)}") from None
    if upright is None:
        raise LabError(f"the picture has {pixels:,} pixels, and {MOST_PIXELS:,} are the most: make it smaller")
    fitted = ImageOps.fit(upright, (size[1], size[0]), Image.Resampling.BICUBIC)
    values = torch.from_numpy(np.array(ImageOps.invert(fitted) if invert else fitted))
    shaped = values[None] if channels == 1 else values.permute(2, 0, 1)
    return shaped.float().expand(channels, *size)


def tiles(signal: Tensor) -> bytes:
    """The channels [C, H, W] of a signal, each from its darkest to its lightest value, side by side as PNG.

    A vector's tiles are compared with each other; of very many channels the first are shown.
    """
    maps = signal.float().cpu() if signal.ndim == 3 else signal.float().cpu()[:, None, None]
    maps = maps[:MOST_CHANNELS]
    low, high = _ranges(maps) if signal.ndim == 3 else (maps.min(), maps.max())
    grey = ((maps - low) / (high - low).clamp_min(1e-12) * 255).byte()
    return _png(_sheet(grey, PER_ROW))


def picture(values: Tensor) -> bytes:
    """An image [C, H, W] with values from 0 to 255 as PNG, large enough to be seen."""
    shown = values.clamp(0, 255).byte().cpu()
    image = (
        Image.fromarray(shown[0].numpy()) if len(shown) == 1 else Image.fromarray(shown[:3].permute(1, 2, 0).numpy())
    )
    times = max(1, 160 // max(image.size))
    return _png(image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST))


def _ranges(maps: Tensor) -> tuple[Tensor, Tensor]:
    """The darkest and the lightest value of each channel."""
    flat = maps.flatten(1)
    return flat.amin(1)[:, None, None], flat.amax(1)[:, None, None]


def _sheet(grey: Tensor, columns: int) -> Image.Image:
    """Tiles in rows; small maps are enlarged pixel by pixel."""
    height, width = grey.shape[1:]
    times = max(1, TILE // max(height, width))
    size = (width * times, height * times)
    rows = math.ceil(len(grey) / columns)
    sheet = Image.new("L", (columns * (size[0] + GAP) - GAP, rows * (size[1] + GAP) - GAP), 128)
    for i, tile in enumerate(grey):
        image = Image.fromarray(tile.numpy()).resize(size, Image.Resampling.NEAREST)
        sheet.paste(image, ((i % columns) * (size[0] + GAP), (i // columns) * (size[1] + GAP)))
    return sheet


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
