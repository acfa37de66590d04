"""The proof of one network: the term, the torch module and the exported source are the same thing."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

from resviz.core.knob import IdleKnobError
from resviz.core.spec import NetSpec
from resviz.export.source import source
from resviz.nn.module import build
from resviz.nn.verify import verify_node
from resviz.zoo.resnet import ResNet

SEED = 20151210


def prove(spec: NetSpec, folder: Path) -> None:
    """Assert that torch counts what the term counts, and that the exported source is the module, bit by bit."""
    node = spec.node()
    verification = verify_node(node)
    assert verification.ok, "; ".join(verification.mismatches)
    built = build(node, seed=SEED)
    exported = exported_model(source(spec), folder)
    same_weights(built, exported)
    disturb(built)
    exported.load_state_dict(built.state_dict(), strict=True)
    same_outputs(built, exported, torch.randn(2, *spec.input_shape(), generator=torch.Generator().manual_seed(1)))


def exported_model(text: str, folder: Path) -> nn.Module:
    """The exported file, imported as a file, with its own initialisation."""
    module = imported(text, folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model = module.model()
    assert isinstance(model, nn.Module)
    return model


def imported(text: str, folder: Path) -> ModuleType:
    """The text as a module, of a file so that a traceback shows its lines."""
    file = folder / "model.py"
    file.write_text(text, encoding="utf-8")
    module = ModuleType("exported_model")
    exec(compile(text, str(file), "exec"), module.__dict__)
    return module


def same_weights(a: nn.Module, b: nn.Module) -> None:
    """The same keys in the same order, and the same numbers drawn from the same seed."""
    first, second = a.state_dict(), b.state_dict()
    assert list(first) == list(second)
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert [name for name, _ in a.named_parameters()] == [name for name, _ in b.named_parameters()]


def disturb(model: nn.Module) -> None:
    """Give BN scales, offsets and statistics of its own, so that nothing that matters is 0 or 1."""
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                for value in (module.weight, module.running_var):
                    value.uniform_(0.5, 1.5, generator=generator)
                for value in (module.bias, module.running_mean):
                    value.normal_(0.0, 0.3, generator=generator)


def same_outputs(a: nn.Module, b: nn.Module, x: Tensor) -> None:
    """Equal to the last bit in evaluation and in training, and with the same running statistics afterwards.

    Auxiliary heads make the output a tuple in training.
    """
    for training in (False, True):
        outputs = []
        for model in (a, b):
            with torch.no_grad(), torch.random.fork_rng(devices=[]):
                torch.manual_seed(SEED)
                output = model.train(training)(x)
                outputs.append(output if isinstance(output, tuple) else (output,))
        for first, second in zip(*outputs, strict=True):
            assert first.isfinite().all()
            assert torch.equal(first, second)
    assert all(torch.equal(value, b.state_dict()[key]) for key, value in a.state_dict().items())


def without_idle(knobs: dict) -> ResNet:
    """The ResNet with the knobs that do something beside each other; raises SpecError."""
    while True:
        try:
            return ResNet.of(knobs)
        except IdleKnobError as error:
            knobs = {name: value for name, value in knobs.items() if name not in error.fix}
