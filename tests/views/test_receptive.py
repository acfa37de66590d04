"""Receptive fields: windows compose, and the papers' networks see what the arithmetic by hand says."""

from __future__ import annotations

from itertools import product

import pytest

from resviz.core.net import infer
from resviz.core.ops import Conv, MaxPool, ReLU
from resviz.views import receptive, tables
from resviz.views.receptive import Field
from resviz.zoo.families import PRESETS, named

FIELDS = [Field(), Field(3, 1), Field(1, 2), Field(3, 2), Field(7, 2), Field(2, 2)]


def test_composition_is_associative_and_has_a_unit() -> None:
    for a, b, c in product(FIELDS, repeat=3):
        assert a.then(b).then(c) == a.then(b.then(c))
        assert Field().then(a) == a == a.then(Field())


def test_the_imagenet_stem_by_hand() -> None:
    """7×7 with stride 2 sees 7 pixels, 3×3 pooling behind it 7 + 2·2 = 11, and its outputs stand 4 apart."""
    field = Field(*Conv(64, 7, 2, 3).window()).then(Field(*ReLU().window())).then(Field(*MaxPool(3, 2, 1).window()))
    assert field == Field(11, 4)


@pytest.mark.parametrize("n", [1, 3, 9, 18, 200])
def test_cifar_nets_by_hand(n: int) -> None:
    """A 3×3 convolution on pixels j apart adds 2j: 2n + 2 of them see pixels 1 apart, 2n see 2, 2n − 1 see 4.

    (The first of a stage strides, so it still sees the pixels of the stage before.)
    """
    node = named("resnet", {"layout": "cifar", "depth": str(6 * n + 2)}).node()
    assert receptive.field(node).size == 1 + 2 * (2 * n + 2) + 4 * (2 * n) + 8 * (2 * n - 1) == 28 * n - 3


def test_the_v1_stride_changes_the_field() -> None:
    """With the stride on the first 1×1 (He et al. 2015) the 3×3 behind it reaches twice as far."""
    assert receptive.field(named("resnet50", {}).node()).size < receptive.field(named("resnet50-v1", {}).node()).size


@pytest.mark.parametrize("name", PRESETS.names())
def test_no_shortcut_sees_more_than_its_branch_and_fields_only_grow(name: str) -> None:
    node = named(name, {}).node()
    sizes = [row.receptive_field for row in tables.rows(node, "block")]
    assert sizes == sorted(sizes)
    assert sizes[-1] == receptive.field(node).size == tables.totals(node).receptive_field
    spec = named(name, {})
    if k := next((k for k in spec.knobs() if k.name == "shortcut"), None):
        plain = type(spec).of_text(spec.turned(k, "none").texts).node()
        assert receptive.field(plain).size == receptive.field(node).size


def test_branches_count_by_the_widest() -> None:
    assert receptive.widest([Field(3, 1), Field(5, 1), Field(1, 1)]) == Field(5, 1)
    conv = infer(Conv(4, 5, 2, 2), (3, 8, 8))
    assert receptive.field(conv) == Field(5, 2)
