"""The laws of terms: place, fold, walk and rewrite them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resviz.core.net import (
    Net,
    Node,
    Op,
    Par,
    Seq,
    ShapeError,
    cost,
    fold,
    infer,
    join_path,
    leaves,
    rewrite,
    walk,
    with_role,
)
from resviz.core.ops import Add, BatchNorm, Conv, Flatten, Linear, MaxPool, Mul, ReLU, Sigmoid
from resviz.zoo.families import named

LAYERS = st.one_of(
    st.builds(Conv, st.just(4), st.just(3), st.just(1), st.just(1)),
    st.builds(BatchNorm),
    st.builds(ReLU),
    st.builds(Sigmoid),
)
"""Layers that keep a map of four channels as it is, so that they go together in any order."""


def named_parts(parts: list[Net]) -> tuple[tuple[str, Net], ...]:
    return tuple((f"p{i}", part) for i, part in enumerate(parts))


TERMS = st.recursive(
    LAYERS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: Seq(named_parts(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Par(Add(), named_parts(parts))),
    ),
    max_leaves=12,
)
MAP = (4, 6, 5)


def operations(net: Net) -> int:
    if isinstance(net, Op):
        return 1
    if isinstance(net, Seq):
        return sum(operations(part) for _, part in net.parts)
    return 1 + sum(operations(branch) for _, branch in net.branches)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TERMS)
def test_placing_keeps_the_term(net):
    """Every Op is a leaf, in order; shapes thread through; the term can be read off the Node."""
    node = infer(net, MAP)
    assert node.net == net
    assert node.out == MAP
    assert len(list(leaves(node))) == operations(net)
    assert fold(node, lambda at: 1, lambda at, parts: sum(parts), lambda at, bs, join: sum(bs) + join) == operations(
        net
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TERMS)
def test_paths_are_unique_and_parts_come_after_their_whole(net):
    paths = [path for path, _ in walk(infer(net, MAP))]
    assert len(set(paths)) == len(paths)
    for at, path in enumerate(paths):
        whole = path.rpartition(".")[0]
        assert paths.index(whole) < at or path == ""


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TERMS)
def test_fold_with_the_terms_own_constructors_is_the_identity(net):
    def seq(at: Node, parts: list[Net]) -> Net:
        return Seq(tuple(zip([name for name, _ in at.parts], parts)), at.role)

    def par(at: Node, branches: list[Net], join: Net) -> Net:
        return Par(join, tuple(zip([name for name, _ in at.parts], branches)), at.role)

    assert fold(infer(net, MAP), lambda at: at.op, seq, par) == net


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TERMS)
def test_rewriting_nothing_gives_the_very_same_term(net):
    assert rewrite(net, lambda path, part: part) is net


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TERMS)
def test_rewrite_sees_the_paths_that_walk_gives(net):
    seen = []
    rewrite(net, lambda path, part: seen.append(path) or part)
    assert sorted(seen) == sorted(path for path, at in walk(infer(net, MAP)) if not isinstance(at.net, Add))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(TERMS)
def test_the_empty_sequence_is_the_unit_of_composition(net):
    for padded in (Seq((("", Seq()), ("", net))), Seq((("", net), ("", Seq()))), Seq((("", net),))):
        if not isinstance(net, Op):
            assert [path for path, _ in leaves(infer(padded, MAP))] == [path for path, _ in leaves(infer(net, MAP))]


def test_rewrite_replaces_bottom_up():
    net = Seq((("a", ReLU()), ("b", Seq((("c", ReLU()),)))))
    changed = rewrite(net, lambda path, part: Sigmoid() if path == "b.c" else part)
    assert changed == Seq((("a", ReLU()), ("b", Seq((("c", Sigmoid()),)))))
    assert changed.parts[0][1] is net.parts[0][1]


def test_terms_are_values():
    a, b = named("resnet50", {}).net(), named("resnet50", {}).net()
    assert a == b
    assert hash(a) == hash(b)
    assert a != named("resnet50", {"order": "pre"}).net()


def test_equal_neighbours_are_one_node():
    """ResNet-50 has four sites a kind of size and three kinds: 16 units, 8 nodes; "×3" is identity."""
    units = with_role(infer(named("resnet50", {}).net(), (3, 224, 224)), "unit")
    assert len(units) == 16
    assert len({id(at) for _, at in units}) == 8
    _, *rest = [at for path, at in units if path.startswith("layer3.")]
    assert len(rest) == 5
    assert all(at is rest[0] for at in rest)


def test_folding_a_shared_node_once():
    calls = []
    node = infer(named("resnet1202", {}).net(), (3, 32, 32))
    fold(node, lambda at: calls.append(at) or 1, lambda at, parts: sum(parts), lambda at, bs, join: sum(bs) + join)
    assert len(calls) < 60 < len(list(leaves(node)))


def test_names_join_to_paths():
    assert join_path("layer1", "0") == "layer1.0"
    assert join_path("", "conv1") == "conv1"
    assert join_path("layer1.0", "") == "layer1.0"


def test_the_join_goes_by_its_name():
    net = Seq((("u", Par(Add(), (("a", ReLU()), ("", Seq())))),))
    assert [path for path, _ in leaves(infer(net, MAP))] == ["u.a", "u.add"]


@pytest.mark.parametrize(
    ("net", "sentence"),
    [
        (Seq((("fc", Linear(3)),)), "fc: needs a vector, but gets 4×6×5"),
        (
            Seq((("a", Seq((("pool", MaxPool(9, 1)),))),)),
            "a.pool: a window of 9 does not fit into 6 pixels with padding 0",
        ),
        (
            Seq((("flat", Flatten()), ("conv", Conv(8, 3)))),
            "conv: needs a feature map of channels × height × width, but gets 120",
        ),
        (Seq((("conv", Conv(8, 3, groups=3)),)), "conv: 3 groups do not divide 4 channels in and 8 out"),
        (Par(Add(), (("a", Conv(8, 1)), ("", Seq()))), "add: cannot add 8×6×5 and 4×6×5: they differ"),
        (Seq((("u", Par(Mul(), (("", Seq()), ("g", Conv(8, 1))))),)), "u.mul: cannot gate 4×6×5 by 8×6×5"),
        (Linear(3), "fc, 3: needs a vector, but gets 4×6×5"),
    ],
)
def test_a_shape_that_does_not_fit_names_the_layer(net, sentence):
    with pytest.raises(ShapeError) as caught:
        infer(net, MAP)
    assert str(caught.value) == sentence


def test_only_a_leaf_has_an_operation():
    with pytest.raises(TypeError, match="only a leaf"):
        infer(Seq(), MAP).op  # noqa: B018


def test_cost_is_of_one_operation():
    conv = Conv(8, 3, stride=2, padding=1, bias=True)
    found = cost(conv, ((4, 7, 6),))
    assert (found.params, found.buffers) == (3 * 3 * 4 * 8 + 8, 0)
    assert found.macs == 4 * 3 * 3 * 3 * 4 * 8
    assert found.activations == 8 * 4 * 3
