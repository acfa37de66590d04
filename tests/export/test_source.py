"""The exported file as text: short, plain, deterministic, and what a person would have written.

That it computes what the module computes, bit by bit, is proved in tests/nn/test_conformance.py.
"""

import ast
import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import ClassVar

import pytest

from resviz.core.knob import knob
from resviz.core.net import Net, Seq, Shape
from resviz.core.ops import Conv
from resviz.core.spec import NetSpec
from resviz.export.source import source
from resviz.zoo.blocks import BLOCKS, Block, block
from resviz.zoo.families import FAMILIES, PRESETS, from_json, named
from resviz.zoo.unit import residual


def exported(preset: str, **knobs: str) -> str:
    return source(named(preset, knobs))


def classes(text: str) -> dict[str, ast.ClassDef]:
    return {at.name: at for at in ast.parse(text).body if isinstance(at, ast.ClassDef)}


def arguments(cls: ast.ClassDef) -> list[str]:
    init = next(at for at in cls.body if isinstance(at, ast.FunctionDef) and at.name == "__init__")
    return [argument.arg for argument in init.args.args[1:]]


def test_resnet_50_is_short_and_in_the_fields_words():
    text = exported("resnet50")
    assert len(text.splitlines()) < 120
    found = classes(text)
    assert list(found) == ["BottleneckProjection", "Bottleneck", "ResNet50"]
    assert arguments(found["Bottleneck"]) == ["channels", "width"]
    assert arguments(found["BottleneckProjection"]) == ["in_channels", "width", "out_channels", "stride"]
    assert "*[Bottleneck(1024, 256) for _ in range(5)]," in text
    assert "out = self.relu1(self.bn1(self.conv1(x)))" in text
    assert "return self.relu3(out + self.downsample(x))" in text


@pytest.mark.parametrize(
    ("preset", "names"),
    [
        ("resnet18", ["BasicBlock", "BasicBlockProjection", "ResNet18"]),
        ("resnet20", ["ZeroPad", "BasicBlock", "BasicBlockPadded", "ResNet20"]),
        ("plain20", ["PlainBasicBlock", "Plain20"]),
        ("resnext50_32x4d", ["BottleneckProjection", "Bottleneck", "ResNeXt50_32x4d"]),
        ("seresnet50", ["SqueezeExcite", "BottleneckProjection", "Bottleneck", "SEResNet50"]),
        ("wrn-28-10", ["BasicBlockProjection", "BasicBlock", "WRN28_10"]),
        ("vgg16_bn", ["VGG16BN"]),
        ("googlenet", ["ConvBNReLU", "Inception", "GoogLeNet"]),
        ("googlenet-aux", ["ConvBNReLU", "Inception", "AuxiliaryHead", "GoogLeNet"]),
        ("googlenet-d2l", ["ConvReLU", "Inception", "GoogLeNet"]),
    ],
)
def test_class_names(preset, names):
    assert sorted(classes(exported(preset))) == sorted(names)


def test_the_arguments_of_an_inception_block_are_short():
    """What is inside a branch and what it puts out, by the branch's number, as a person would name them."""
    found = classes(exported("googlenet-paper"))
    assert arguments(found["Inception"]) == ["in_channels", "out1", "width2", "out2", "width3", "out3", "out4"]
    assert "self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)" in exported("googlenet-paper")


def test_an_auxiliary_head_gives_its_logits_and_the_network_all_in_training():
    text = exported("googlenet-aux")
    gives = re.findall(r"class (\w+)(?:.|\n)*?def forward\(self, x: Tensor\) -> (.+):", text)
    assert dict(gives)["AuxiliaryHead"] == "Tensor"
    assert dict(gives)["GoogLeNet"] == "Tensor | tuple[Tensor, ...]"
    assert "        aux1 = self.aux1(x)\n        x = self.inception4b(x)\n" in text
    assert "return (x, aux1, aux2) if self.training else x" in text


def test_a_first_unit_that_is_of_its_own_kind_says_so():
    """He et al. 2016, section 4: behind the ImageNet stem the first unit has no activation of its own."""
    names = list(classes(exported("resnet18", order="pre")))
    assert names == ["FirstBasicBlock", "BasicBlock", "BasicBlockProjection", "PreActivationResNet18"]


def test_drop_path_is_a_ramp_not_a_list():
    """Huang et al. 2016, section 3: unit k of n has the rate p·k/n."""
    text = exported("resnet110", drop_path="0.5")
    assert "*[BasicBlock(16, drop_path_rate=0.5 * (k / 54)) for k in range(1, 19)]" in text
    assert len(text.splitlines()) < 140


def test_only_what_is_used_comes_along():
    plain, padded = exported("resnet50"), exported("resnet20", drop_path="0.1")
    for name in ("ZeroPad", "DropPath", "functional", "OrderedDict", "scaled"):
        assert name not in plain
    assert "class ZeroPad" in padded
    assert "class DropPath" in padded
    assert "from torch.nn import functional" in padded
    assert "class Add" not in padded


def test_biases_are_initialised_where_there_are_some():
    assert "zeros_" not in exported("resnet18")
    assert "nn.init.zeros_(module.bias)" in exported("resnet18", conv_bias="true")


@pytest.mark.parametrize("preset", PRESETS.names())
def test_every_preset(preset):
    """Compiles, stays within the line length, needs nothing but torch, and carries its spec."""
    text = exported(preset)
    compile(text, "model.py", "exec")
    assert max(map(len, text.splitlines())) <= 120
    assert len(text.splitlines()) < 250
    imported = {at.module for at in ast.walk(ast.parse(text)) if isinstance(at, ast.ImportFrom)}
    imported |= {name.name for at in ast.walk(ast.parse(text)) if isinstance(at, ast.Import) for name in at.names}
    assert imported <= {"__future__", "collections", "torch", "torch.nn"}
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring is not None
    assert from_json(json.loads(docstring[docstring.index("{") :])) == named(preset, {})


def test_the_same_spec_gives_the_same_text():
    """Also in another process, where hashes differ."""
    code = "from resviz.export.source import source; from resviz.zoo.families import named; import resviz.zoo;"
    code += "print(source(named('resnet50-d', {'se': 'true', 'order': 'pre', 'drop_path': '0.1'})), end='')"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {exported("resnet50-d", se="true", order="pre", drop_path="0.1")}


def test_exporting_needs_no_torch():
    code = "import sys, resviz.zoo; from resviz.export.source import source; from resviz.zoo.families import named;"
    code += "source(named('resnet20', {})); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_file_runs_by_itself(tmp_path):
    file = tmp_path / "model.py"
    file.write_text(exported("resnet20"), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", file], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "output (1, 10), 269,722 parameters\n"


@pytest.mark.parametrize(("preset", "seconds"), [("resnet152", 0.05), ("resnet1202", 0.3)])
def test_it_is_fast(preset, seconds):
    """Best of five in CPU time, so that a busy machine does not fail it."""
    spec = named(preset, {})
    spent = []
    for _ in range(5):
        before = time.process_time()
        source(spec)
        spent.append(time.process_time() - before)
    assert min(spent) < seconds


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"order": "pre", "se": "true", "avg_down": "true", "drop_path": "0.2", "zero_gamma": "true", "stem": "deep"},
        {"layout": "cifar", "depth": "1202", "drop_path": "0.5"},
        {"layout": "cifar", "block": "bottleneck", "shortcut": "A", "conv_bias": "true"},
        {"shortcut": "none", "groups": "8"},
        {"blocks": "3,4", "shortcut": "C", "drop_path": "0.3", "layout": "cifar", "widen": "2"},
        {"layout": "cifar", "depth": "20", "shortcut": "exclusive-gate"},
        {
            "depth": "50",
            "order": "relu-only-pre",
            "shortcut": "C",
            "width": "12",
            "shortcut_bn": "false",
            "zero_gamma": "true",
        },
    ],
)
def test_ruff_finds_nothing_to_change(knobs, tmp_path):
    file = tmp_path / "model.py"
    file.write_text(exported("resnet", **knobs), encoding="utf-8")
    for check in (["format", "--check"], ["check", "--select", "E,F,W,I,UP,B"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, "--isolated", "--line-length", "120", file],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.fixture
def mlpconv():
    def build(site, shortcut):
        return residual(site, shortcut, (site.conv3x3(site.inner, site.stride), site.conv1x1(site.channels)))

    block("mlp-conv", title="MLPConv", cite="Lin et al. 2014", layers=2)(build)
    yield
    BLOCKS.remove("mlp-conv")


def test_a_new_block_needs_no_word_here(mlpconv):
    assert isinstance(BLOCKS["mlp-conv"].thing, Block)
    text = exported("resnet", layout="cifar", block="mlp-conv", blocks="2,2", shortcut="B")
    assert {"MlpConvBlock", "MlpConvBlockProjection"} <= classes(text).keys()
    assert "MLPConv unit (Lin et al. 2014) whose shortcut is a projection." in text


@pytest.fixture
def strange():
    @FAMILIES.register("strange", title="Strange", cite='"""; import os #\n\\')
    @dataclass(frozen=True)
    class Strange(NetSpec):
        note: str = knob('"""\n\\" + __import__("os").getcwd() + "', "Note")
        heading: ClassVar[str] = 'A "title"""\\ \n with (brackets'

        def net(self) -> Net:
            return Seq((("conv", Conv(2, 1)),))

        def input_shape(self) -> Shape:
            return (3, 4, 4)

        def title(self) -> str:
            return self.heading

    yield Strange()
    FAMILIES.remove("strange")


def test_no_text_can_leave_its_docstring(strange):
    text = source(strange)
    tree = ast.parse(text)
    assert not re.search(r"^\s*import os|__import__", re.sub(r'"""(.|\n)*?"""', "", text), re.MULTILINE)
    docstring = ast.get_docstring(tree)
    assert docstring is not None
    assert json.loads(docstring[docstring.index("{") :])["note"] == strange.note
    assert [at.name for at in tree.body if isinstance(at, ast.ClassDef)] == ["ATitleWith"]
