"""The verification agrees where it should, and finds what is made wrong on purpose."""

import json
from dataclasses import dataclass
from typing import ClassVar, final

import pytest

from resviz.core.formula import Formula, product
from resviz.core.knob import SpecError
from resviz.core.net import Net, Op, Seq, Shape, infer, rewrite
from resviz.core.ops import BatchNorm, Conv, ReLU
from resviz.nn import verify as module
from resviz.nn.module import build
from resviz.nn.verify import Verification, run, verify, verify_node, wrong_shapes
from resviz.zoo.families import named

SMALL = {"layout": "cifar", "blocks": "1,1", "width": "4", "classes": "3", "input": "3,8,8"}


@final
@dataclass(frozen=True, slots=True)
class Miscounted(Op):
    """A 3×3 convolution whose formulas are wrong: `wrong` says which."""

    category: ClassVar[str] = "conv"
    real: Conv
    wrong: str

    def out(self, *xs: Shape) -> Shape:
        return self.real.out(*xs)

    def params(self, *xs: Shape) -> Formula:
        right = self.real.params(*xs)
        return right + product(("C_out", self.real.channels)) if self.wrong == "params" else right

    def buffers(self, *xs: Shape) -> int:
        return 7 if self.wrong == "buffers" else 0

    def macs(self, *xs: Shape) -> Formula:
        right = self.real.macs(*xs)
        return right + right if self.wrong == "macs" else right

    def label(self) -> str:
        return "wrong"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        name, call = self.real.torch(*xs)
        return name, {**call, "padding": (1, 3)} if self.wrong == "shape" else call


def with_mistake(wrong: str) -> Net:
    def change(path: str, part: Net) -> Net:
        return Miscounted(part, wrong) if path == "layer2.0.conv2" and isinstance(part, Conv) else part

    return rewrite(named("resnet", {**SMALL, "shortcut": "none"}).net(), change)


def verified(net: Net) -> Verification:
    return verify_node(infer(net, (3, 8, 8)))


def test_right_is_right():
    found = verify(named("resnet", SMALL))
    assert found.ok
    assert found.mismatches == ()
    assert found.params.counted == found.params.built > 0
    assert found.shapes.counted == found.shapes.built == 21
    assert verified(with_mistake("")).ok


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("params", "parameters: the term counts 1,351, torch 1,343"),
        ("buffers", "buffers: the term counts 63, torch 56"),
        ("macs", "FLOPs (2 × MACs): the term counts"),
        ("shape", "layer2.0.conv2: the term puts out 8×4×4, torch 8×4×8"),
    ],
)
def test_wrong_is_found(wrong, sentence):
    found = verified(with_mistake(wrong))
    assert not found.ok
    assert any(text.startswith(sentence) for text in found.mismatches), found.mismatches


def test_a_wrong_shape_shows_everywhere_behind_it():
    found = verified(with_mistake("shape"))
    assert found.shapes.built < found.shapes.counted
    assert not found.flops.ok


def test_layers_that_only_one_side_has():
    assert wrong_shapes({"a": (1,), "b": (2, 3)}, {"b": (2, 4), "c": (1,)}) == [
        "a: torch runs no such layer",
        "b: the term puts out 2×3, torch 2×4",
        "c: the term has no such operation",
    ]


def test_both_devices_agree(monkeypatch):
    spec = named("resnet", {**SMALL, "se": "true", "drop_path": "0.2"})
    on_cpu = verify(spec)
    monkeypatch.setattr(module, "CPU_MACS", 0)
    on_meta = verify(spec)
    assert (on_cpu.device, on_meta.device) == ("cpu", "meta")
    assert {**on_cpu.json(), "device": ""} == {**on_meta.json(), "device": ""}


def test_a_network_too_large_for_the_memory_is_verified_on_meta():
    found = verify(named("resnet152", {"widen": "8", "input": "3,2048,2048"}))
    assert found.ok
    assert found.device == "meta"
    assert found.params.counted > 3_000_000_000


def test_maps_of_one_pixel():
    """BN refuses to train on one value a channel, so the verification runs in evaluation."""
    assert verify(named("resnet18", {"width": "4", "input": "3,16,16"})).ok


def test_json():
    found = verify(named("resnet", SMALL)).json()
    assert json.loads(json.dumps(found)) == found
    assert found["ok"] is True
    assert found["flops"]["counted"] == found["flops"]["built"]


def test_an_input_that_does_not_fit_is_a_spec_error():
    node = infer(Seq((("conv", Conv(2, 3)), ("bn", BatchNorm()), ("relu", ReLU()))), (3, 8, 8))
    assert verify_node(node).ok
    with pytest.raises(SpecError):
        verify(named("resnet18", {"input": "3,8"}))


def test_no_hook_stays_even_after_a_failure():
    model = build(named("resnet", SMALL).node())
    run(model.eval(), (3, 8, 8), "cpu")
    assert not any(module._forward_hooks for module in model.modules())
    with pytest.raises(RuntimeError):
        run(model, (4, 8, 8), "cpu")
    assert not any(module._forward_hooks for module in model.modules())
