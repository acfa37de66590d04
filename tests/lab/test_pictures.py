"""Pictures from outside: read or refused with a sentence; tensors as tiles."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from resviz.lab import pictures
from resviz.lab.errors import LabError
from resviz.lab.limits import LARGEST_FILE


def png(image: Image.Image, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_a_picture_is_fitted_to_the_network():
    picture = Image.new("RGB", (40, 20), (255, 0, 0))
    values = pictures.decoded(png(picture), 3, (8, 8), invert=False)
    assert values.shape == (3, 8, 8)
    assert values[0].unique().tolist() == [255.0]
    assert values[1:].unique().tolist() == [0.0]
    grey = pictures.decoded(png(Image.new("L", (9, 9), 55)), 1, (8, 6), invert=True)
    assert grey.shape == (1, 8, 6)
    assert grey.unique().tolist() == [200.0]


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_the_usual_formats_are_read(format):
    assert pictures.decoded(png(Image.new("RGB", (10, 10)), format), 1, (8, 8), invert=False).shape == (1, 8, 8)


def test_transparent_and_palette_pictures_are_read():
    for mode in ("RGBA", "P", "LA", "1", "I;16"):
        assert pictures.decoded(png(Image.new(mode, (10, 10))), 3, (4, 4), invert=False).shape == (3, 4, 4)


@pytest.mark.parametrize("data", [
    b"", b"not a picture", b"\x89PNG\r\n\x1a\n", png(Image.effect_noise((64, 64), 50))[:2000], b"%PDF-1.4",
    b"P6 1 1 255 abc",
    bomb(100_000, 100_000),
])  # fmt: skip
def test_what_is_no_picture_gets_one_sentence(data):
    with pytest.raises(LabError, match="this is no picture that can be read: take one of PNG, JPEG, GIF, BMP, WEBP"):
        pictures.decoded(data, 1, (8, 8), invert=False)


def test_what_is_too_large_is_not_even_unpacked():
    with pytest.raises(LabError, match="104,857,600 bytes, and 8,388,608 are the most"):
        pictures.decoded(bytes(100 * 2**20), 1, (8, 8), invert=False)
    with pytest.raises(LabError, match="49,000,000 pixels, and 40,000,000 are the most"):
        pictures.decoded(bomb(7000, 7000), 1, (8, 8), invert=False)
    assert LARGEST_FILE < 100 * 2**20


def test_each_channel_is_a_tile_from_its_darkest_to_its_lightest_value():
    maps = torch.stack([torch.arange(16.0).view(4, 4) * scale for scale in (1, 1000)])
    sheet = np.array(Image.open(io.BytesIO(pictures.tiles(maps))))
    side = pictures.TILE // 4 * 4
    first, second = sheet[:side, :side], sheet[:side, side + pictures.GAP : 2 * side + pictures.GAP]
    assert (first == second).all()
    assert first[0, 0] == 0
    assert first[-1, -1] == 255
    assert len(np.unique(first)) == 16


def test_a_constant_map_and_a_vector_are_shown_too():
    assert Image.open(io.BytesIO(pictures.tiles(torch.full((3, 2, 2), 7.0)))).size[0] > 0
    vector = np.array(Image.open(io.BytesIO(pictures.tiles(torch.tensor([0.0, 5.0, 10.0])))))
    assert {0, 127, 255} <= set(np.unique(vector).tolist())


def test_of_very_many_channels_the_first_are_shown():
    sheet = Image.open(io.BytesIO(pictures.tiles(torch.rand(2048, 1, 1))))
    rows = pictures.MOST_CHANNELS // pictures.PER_ROW
    assert sheet.size[1] == rows * (pictures.TILE + pictures.GAP) - pictures.GAP
