"""The loss, by itself and with auxiliary heads, and the sizes that images are resized to."""

import pytest
import torch
from torch.nn import functional

from resviz.core.knob import SpecError
from resviz.train import batches
from resviz.train.data import load
from resviz.train.loss import loss_and_logits
from resviz.train.recipe import Recipe, changes, fitted
from resviz.train.sources import SOURCES
from resviz.zoo.families import named

LABELS = torch.tensor([1, 0, 2])


def logits(seed: int) -> torch.Tensor:
    return torch.randn(3, 4, generator=torch.Generator().manual_seed(seed))


def test_without_auxiliary_heads_it_is_the_cross_entropy():
    loss, read = loss_and_logits(logits(0), LABELS)
    assert torch.equal(loss, functional.cross_entropy(logits(0), LABELS))
    assert torch.equal(read, logits(0))


def test_auxiliary_heads_count_three_tenths_and_answer_nothing():
    """Szegedy et al. 2014, section 5: their losses are weighted by 0.3."""
    main, first, second = logits(0), logits(1), logits(2)
    loss, read = loss_and_logits((main, first, second), LABELS)
    parts = [functional.cross_entropy(each, LABELS) for each in (main, first, second)]
    assert loss.item() == pytest.approx((parts[0] + 0.3 * parts[1] + 0.3 * parts[2]).item())
    assert torch.equal(read, main)


def test_batches_have_the_size_of_the_network():
    data = load("digits").at((1, 28, 20))
    images, _ = next(batches.training(data, SOURCES["digits"].thing, 5, torch.Generator().manual_seed(0)))
    assert images.shape == (5, 1, 28, 20)
    assert next(batches.in_order(data.test, data, 7))[0].shape == (7, 1, 28, 20)


def test_resizing_interpolates_and_leaves_the_right_size_alone():
    x = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    assert batches.resized(x, (2, 2)) is x
    larger = batches.resized(x, (4, 4))
    assert larger.mean().item() == pytest.approx(1.5)
    assert larger[0, 0, 0, 0].item() == 0.0
    assert larger[0, 0, 3, 3].item() == 3.0


def test_a_network_that_cannot_take_the_images_gets_them_larger_and_says_so():
    """AlexNet's 11×11 windows with stride 4 and three poolings leave nothing of 32 pixels, and something of 64."""
    chosen = named("alexnet", {})
    fit = fitted(chosen, "digits")
    assert fit.input_shape() == (1, 64, 64)
    assert changes(fit, fit, "digits") == "the images are resized from 8×8 to 64×64"


def test_a_size_of_ones_own():
    fit = fitted(named("resnet20", {}), "digits", Recipe(size=16).size)
    assert fit.input_shape() == (1, 16, 16)


def test_no_size_is_refused_silently():
    with pytest.raises(SpecError, match="size -1 is out of range"):
        Recipe(size=-1)
