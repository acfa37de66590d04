"""Layers by themselves: sizes against torch over many sizes, and formulas that evaluate to what they print."""

from itertools import product

import pytest
import torch
from torch import nn

from resviz.core.net import Op, ShapeError
from resviz.core.ops import Add, AvgPool, BatchNorm, Conv, DropPath, GlobalAvgPool, Linear, MaxPool, Mul, ZeroPad
from resviz.nn import layers

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 14, 15, 28)


def made(op: Op, *ins: tuple[int, ...]) -> nn.Module:
    name, call = op.torch(*ins)
    return getattr(layers if hasattr(layers, name) else nn, name)(**call)


def slides() -> list[Op]:
    found: list[Op] = []
    for kernel, stride in product((1, 2, 3, 5, 7), (1, 2, 3)):
        found.append(AvgPool(kernel, stride))
        for padding in range(kernel // 2 + 1):
            found += [Conv(2, kernel, stride, padding), MaxPool(kernel, stride, padding)]
    return found


@pytest.mark.parametrize("op", slides(), ids=repr)
def test_output_size_is_torchs(op):
    for height, width in zip(SIZES, reversed(SIZES)):
        x = (2, height, width)
        try:
            expected = tuple(made(op, x)(torch.zeros(1, *x)).shape[1:])
        except RuntimeError:
            with pytest.raises(ShapeError):
                op.out(x)
        else:
            assert op.out(x) == expected
            assert op.size(x).startswith(("⌊", "⌈"))
            assert str(expected[1]) in op.size(x)


@pytest.mark.parametrize(("channels", "stride"), list(product((3, 4, 7, 8), (1, 2, 3))))
def test_zero_padding_is_centred(channels, stride):
    """He et al. 2015, option A: every stride-th pixel, then zeros in front of and behind the channels."""
    op, x = ZeroPad(channels, stride), torch.randn(1, 3, 7, 6)
    out = made(op, (3, 7, 6))(x)
    assert tuple(out.shape[1:]) == op.out((3, 7, 6))
    before = (channels - 3) // 2
    assert torch.equal(out[:, before : before + 3], x[:, :, ::stride, ::stride])
    assert out.count_nonzero() == x[:, :, ::stride, ::stride].count_nonzero()


def test_zero_padding_takes_no_channels_away():
    with pytest.raises(ShapeError, match="cannot pad 8 channels to 4"):
        ZeroPad(4).out((8, 5, 5))


def test_average_pooling_divides_by_what_is_inside():
    """ResNet-D at odd sizes: a window over the edge is the mean of its pixels inside."""
    x = torch.arange(9.0).reshape(1, 1, 3, 3)
    assert made(AvgPool(2, 2, ceil=True), (1, 3, 3))(x).flatten().tolist() == [2.0, 3.5, 6.5, 8.0]


def test_drop_path_keeps_the_expectation():
    """Huang et al. 2016: whole images are dropped in training, none in evaluation."""
    torch.manual_seed(0)
    layer, x = made(DropPath(0.25), (1, 2, 2)), torch.ones(4000, 1, 2, 2)
    out = layer.train()(x)
    per_image = out.flatten(1)
    assert per_image.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert (per_image == per_image[:, :1]).all()
    assert out.mean().item() == pytest.approx(1.0, abs=0.05)
    assert layer.eval()(x) is x


def test_the_joins_are_out_of_place():
    x, y = torch.ones(1, 2, 2, 2), torch.ones(1, 2, 2, 2)
    assert torch.equal(made(Add(), (2, 2, 2), (2, 2, 2))(x, y), x + y)
    assert torch.equal(made(Mul(), (2, 2, 2), (2, 1, 1))(x, y[:, :, :1, :1] * 3), x * 3)
    assert x.eq(1).all()


@pytest.mark.parametrize(
    ("op", "x", "symbols", "numbers", "value"),
    [
        (Conv(64, 7), (3, 230, 230), "k·k·C_in·C_out", "7·7·3·64", 9_408),
        (Conv(8, 3, bias=True), (4, 9, 9), "k·k·C_in·C_out + C_out", "3·3·4·8 + 8", 296),
        (Conv(128, 3, groups=32), (128, 9, 9), "k·k·C_in/g·C_out", "3·3·4·128", 4_608),
        (BatchNorm(), (64, 9, 9), "2·C", "2·64", 128),
        (Linear(1000), (2048,), "in·out + out", "2,048·1,000 + 1,000", 2_049_000),
    ],
)
def test_parameter_formulas(op, x, symbols, numbers, value):
    formula = op.params(x)
    assert (formula.symbols(), formula.numbers(), formula.value) == (symbols, numbers, value)
    assert value == sum(p.numel() for p in made(op, x).parameters())


def test_mac_formula():
    formula = Conv(64, 7, 2, 3).macs((3, 224, 224))
    assert str(formula) == "H·W·k·k·C_in·C_out = 112·112·7·7·3·64 = 118,013,952"


def test_global_pooling_says_over_what():
    assert GlobalAvgPool().out((512, 7, 5)) == (512, 1, 1)
    assert GlobalAvgPool().size((512, 7, 5)) == "the mean over 7×5 positions"
