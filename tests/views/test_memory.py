"""The memory ledger by hand, and what a plan may say; `tests/nn/test_activations.py` proves it against torch."""

from __future__ import annotations

import json

import pytest

from resviz.core.knob import SpecError
from resviz.core.net import Net, Node, Par, Seq, infer
from resviz.core.ops import Add, BatchNorm, Conv, Dropout, Flatten, Linear, MaxPool, ReLU
from resviz.views import activations, memory, tables
from resviz.views.memory import PRECISIONS, Plan
from resviz.zoo.families import PRESETS, named

FLOAT32 = PRECISIONS["float32"]


def placed(name: str) -> Node:
    return named(name, {}).node()


def term(*parts: Net) -> Node:
    return infer(Seq(tuple((str(i), part) for i, part in enumerate(parts))), (3, 8, 8))


def test_kept_by_hand() -> None:
    """The image by the convolution, its output by BN, ReLU's output once for ReLU, pooling and none more."""
    node = term(Conv(4, 3, padding=1), BatchNorm(), ReLU(), MaxPool(2, 2), Flatten(), Linear(5))
    image, map_, pooled = 3 * 64, 4 * 64, 4 * 16
    per_image = 4 * (image + map_ + map_ + pooled) + 8 * pooled
    assert activations.kept(node, FLOAT32) == (per_image, 4 * 2 * 4)


def test_a_tensor_that_two_keep_is_kept_once() -> None:
    branch = Seq((("conv", Conv(3, 1)),))
    node = term(Par(Add(), (("a", branch), ("b", branch), ("c", Seq(())))), ReLU())
    assert activations.kept(node, FLOAT32) == (4 * (3 * 64 + 3 * 64), 0)


def test_nothing_is_kept_where_no_gradient_flows() -> None:
    node = term(ReLU(), MaxPool(2, 2), Dropout(0.5), Conv(2, 1))
    assert activations.kept(node, FLOAT32) == (4 * 3 * 16, 0)


def test_peak_by_hand() -> None:
    """While the addition runs: the image, which its caller holds, the input of the unit, both branches, and the sum."""
    branch = Seq((("conv", Conv(4, 1)), ("relu", ReLU())))
    node = term(Conv(4, 1), Par(Add(), (("a", branch), ("b", Seq(())))))
    assert activations.peak(node, FLOAT32) == 4 * (3 * 64 + 3 * 4 * 64)
    wider = Seq((("conv", Conv(16, 1)), ("relu", ReLU()), ("conv2", Conv(4, 1))))
    node = term(Conv(4, 1), Par(Add(), (("a", wider), ("b", Seq(())))))
    assert activations.peak(node, FLOAT32) == 4 * (3 * 64 + 4 * 64 + 2 * 16 * 64)


def test_resnet_50_by_item() -> None:
    """25,557,032 parameters and 53,120 statistics (TRAPS), 53 counters; SGD keeps one number a parameter, Adam two."""
    node = placed("resnet50")
    for optimizer, states in (("sgd", 1), ("adam", 2), ("none", 0)):
        need = memory.training(node, Plan(optimizer=optimizer)).json()
        assert need["parameters"] == need["gradients"] == 4 * 25_557_032
        assert need["optimizer"] == states * 4 * 25_557_032
        assert need["buffers"] == 4 * 53_120 + 8 * 53
        assert need["total"] == sum(
            need[item] for item in ("parameters", "gradients", "optimizer", "buffers", "activations")
        )


@pytest.mark.parametrize("name", PRESETS.names())
@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_largest_batch_fits_and_one_more_does_not(name: str, precision: str) -> None:
    node = placed(name)
    for make in (memory.training, memory.inference):
        largest = make(node, Plan(precision=precision, fits="24GiB")).largest_batch()
        assert largest > 0
        for batch, fits in ((largest, True), (largest + 1, False)):
            need = make(node, Plan(batch=batch, precision=precision)).bytes() if batch <= 1_000_000 else None
            assert need is None or (need <= 24 * 2**30) == fits


def test_where_not_even_the_parameters_fit_the_largest_batch_is_none() -> None:
    assert memory.training(placed("resnet50"), Plan(fits="100MB")).largest_batch() == 0


@pytest.mark.parametrize("name", ["resnet50", "resnet20", "vgg16", "googlenet-paper", "highway10"])
def test_narrower_numbers_need_less(name: str) -> None:
    node = placed(name)
    wide, mixed, narrow = (memory.training(node, Plan(precision=precision)) for precision in PRECISIONS)
    assert narrow.bytes() < mixed.bytes() < wide.bytes()
    copies = mixed.json()["copies"]
    matrices = sum(row.params for row in tables.rows(node) if row.op in ("Conv", "Linear"))
    assert copies == 2 * matrices
    assert "copies" not in wide.json() | narrow.json()


@pytest.mark.parametrize("name", ["resnet50", "resnet1202", "vgg16", "googlenet", "highway100"])
def test_inference_needs_less_than_training(name: str) -> None:
    node = placed(name)
    document = json.loads(json.dumps(memory.document(node, Plan())))
    assert document["plan"] == {"batch": 128, "precision": "float32", "optimizer": "sgd", "fits": "24GiB"}
    assert document["inference"]["total"] < document["training"]["total"]


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("24GiB", 24 * 2**30), ("24 GiB", 24 * 2**30), ("80GB", 80 * 10**9), ("1.5 TB", 1.5 * 10**12),
        ("512MiB", 2**29), ("8gib", 2**33), ("64kB", 64_000), ("100000B", 100_000),
    ],
)  # fmt: skip
def test_sizes_of_memory(text: str, room: float) -> None:
    assert Plan(fits=text).room() == room


@pytest.mark.parametrize("text", ["", "24", "24G", "GiB", "-1GB", "0GiB", "1e3GB", "24 GiB of it", "9" * 50 + "GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="write it like 24GiB") as refused:
        Plan(fits=text)
    assert refused.value.fix == {"fits": "24GiB"}


@pytest.mark.parametrize(
    ("knobs", "near"),
    [({"batch": "0"}, {"batch": 1}), ({"batch": "-5"}, {"batch": 1}), ({"batch": "9999999"}, {"batch": 1_000_000}),
     ({"precision": "float16"}, {"precision": "float32"}), ({"optimizer": "adamw"}, {"optimizer": "adam"})],
)  # fmt: skip
def test_impossible_plans_name_the_nearest(knobs: dict[str, str], near: dict[str, object]) -> None:
    with pytest.raises(SpecError) as refused:
        Plan.of_text(knobs)
    assert refused.value.fix == near


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (11_303_526_280, "10.53 GiB")]
)
def test_bytes_for_people(number: int, words: str) -> None:
    assert memory.size(number) == words


def test_text_says_every_item_and_both_batches() -> None:
    node = placed("resnet50")
    text = memory.text("ResNet-50", node, Plan(precision="mixed", optimizer="adam"))
    for need in (memory.training(node, Plan(precision="mixed", optimizer="adam")), memory.inference(node, Plan())):
        assert all(f"  {item.name} " in text for item in need.items)
    assert "training: the largest batch in 24GiB is " in text
    assert "inference: the largest batch in 24GiB is " in text
