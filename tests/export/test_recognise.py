"""Weights are recognised by the names and shapes of their tensors, whoever wrote them, or the nearest is named."""

from __future__ import annotations

import json
import pickle
import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from resviz.core.knob import SpecError
from resviz.export.reading import opened, safetensors_header
from resviz.export.recognise import recognised
from resviz.export.tensor_names import unwrapped
from resviz.nn.client import TorchError
from resviz.nn.module import build
from resviz.views.state import shapes
from resviz.zoo.families import PRESETS, from_text, named, to_json

SMALL = ("resnet8", "resnet20", "preact-resnet110", "lenet-cifar", "highway10", "wrn-40-1")


@pytest.mark.parametrize("name", PRESETS.names())
def test_the_tensors_are_those_that_torch_has(name: str) -> None:
    node = named(name, {}).node()
    with torch.device("meta"):
        state = build(node).state_dict()
    assert shapes(node) == {key: tuple(t.shape) for key, t in state.items() if not key.endswith("num_batches_tracked")}


@pytest.mark.parametrize("name", PRESETS.names())
def test_every_preset_is_recognised(name: str) -> None:
    """As itself, or as a network of just the same tensors."""
    spec = named(name, {})
    found = recognised(shapes(spec.node()))
    assert found.differs == ()
    assert shapes(found.spec.node()) == shapes(spec.node())
    assert any(one.net() == spec.net() for one in (found.spec, *found.others))


@pytest.mark.parametrize(
    "name", ["resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "vgg16_bn", "googlenet"]
)
def test_torchvisions_networks_are_their_presets(name: str) -> None:
    assert recognised(shapes(named(name, {}).node())).spec == named(name, {})


TIMM = {
    "resnet34d": ("resnet:depth=34:stem=deep:avg_down=true", {
        "conv1.0.weight": (32, 3, 3, 3), "conv1.6.weight": (64, 32, 3, 3), "bn1.weight": (64,),
        "layer1.0.conv1.weight": (64, 64, 3, 3), "layer2.0.downsample.1.weight": (128, 64, 1, 1),
        "layer2.0.downsample.2.running_var": (128,),
    }),
    "seresnext50_32x4d": ("resnet:groups=32:group_width=4:se=true", {
        "conv1.weight": (64, 3, 7, 7), "layer1.0.conv2.weight": (128, 4, 3, 3),
        "layer1.0.se.fc1.weight": (16, 256, 1, 1),
        "layer1.0.se.fc2.bias": (256,), "layer4.2.se.fc1.bias": (128,),
    }),
    "torchvision's ResNet(Bottleneck, [3, 4, 6, 3], width_per_group=96)": ("resnet:group_width=96", {
        "layer1.0.conv2.weight": (96, 96, 3, 3), "layer4.2.conv3.weight": (2048, 768, 1, 1),
    }),
}  # fmt: skip
"""Models without a preset: our network, and names and shapes as the library's own code has them."""


@pytest.mark.parametrize("name", TIMM)
def test_models_of_libraries_are_read_off(name: str) -> None:
    text, theirs = TIMM[name]
    tensors = shapes(from_text(text).node())
    assert theirs.items() <= tensors.items()
    assert recognised(tensors).spec == from_text(text)


def test_what_the_same_weights_also_fit_is_told() -> None:
    """The stride's place leaves no trace in the weights: v1.5 and v1 (He et al. 2015) are one state_dict."""
    found = recognised(shapes(from_text("resnet50").node()))
    assert from_text("resnet50-v1") in found.others


def test_another_number_of_classes_and_wrappers_are_seen_through() -> None:
    tuned = shapes(from_text("resnet50:classes=37").node())
    assert recognised(tuned).spec == from_text("resnet50:classes=37")
    wrapped = {f"module.model.{name}": shape for name, shape in tuned.items()}
    assert unwrapped({**wrapped, "module.model.bn1.num_batches_tracked": ()}) == tuned
    assert recognised(wrapped).spec == from_text("resnet50:classes=37")


@pytest.mark.parametrize(
    "text",
    [
        "resnet:blocks=2,3,2:width=32:block=basic:classes=7",
        "resnet:blocks=1,1,1,1:block=bottleneck:se=true:classes=5",
        "resnet:layout=cifar:blocks=4,1:width=8:shortcut=A:block=basic",
        "resnet:layout=cifar:blocks=2,2,2:order=pre:block=bottleneck",
        "resnet:depth=18:bn=false:stem=deep:input=1,224,224",
        "resnet:depth=34:conv_bias=true:shortcut=C:shortcut_bn=false",
        "resnet:depth=50:shortcut=shortcut-gate:widen=2",
        "resnet:layout=cifar:depth=20:shortcut=exclusive-gate:groups=2",
        "resnet:depth=50:group_width=5:groups=7:width=48:avg_down=true:order=pre",
    ],
)
def test_a_resnet_of_ones_own_is_built_after_its_names(text: str) -> None:
    spec = from_text(text)
    found = recognised(shapes(spec.node()))
    assert found.differs == ()
    assert shapes(found.spec.node()) == shapes(spec.node())


def test_what_differs_from_the_nearest_is_said() -> None:
    tensors = shapes(from_text("resnet50").node())
    del tensors["layer4.2.conv3.weight"]
    tensors |= {"extra.weight": (3, 3), "layer3.1.bn1.bias": (255,)}
    found = recognised(tensors)
    assert found.spec.title() == "ResNet-50"
    assert found.differs == (
        "the weights lack layer4.2.conv3.weight",
        "the weights also hold extra.weight",
        "other shapes: layer3.1.bn1.bias is 255 for 256",
    )


def normed(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.{kind}": (channels,) for kind in ("weight", "bias", "running_mean", "running_var")}


def mobilenet_v2() -> dict[str, tuple[int, ...]]:
    """As torchvision names its first tensors and its last: `features` and `classifier`, as AlexNet's are."""
    tensors: dict[str, tuple[int, ...]] = {"features.0.0.weight": (32, 3, 3, 3), **normed("features.0.1", 32)}
    for i in range(2, 18):
        for at, kernel in ((0, 1), (1, 3)):
            tensors[f"features.{i}.conv.{at}.0.weight"] = (96, 96 if kernel == 1 else 1, kernel, kernel)
            tensors |= normed(f"features.{i}.conv.{at}.1", 96)
        tensors |= {f"features.{i}.conv.2.weight": (96, 96, 1, 1), **normed(f"features.{i}.conv.3", 96)}
    return {**tensors, "classifier.1.weight": (1000, 1280), "classifier.1.bias": (1000,)}


def densenet() -> dict[str, tuple[int, ...]]:
    tensors: dict[str, tuple[int, ...]] = {"features.conv0.weight": (64, 3, 7, 7), **normed("features.norm0", 64)}
    for i in range(1, 17):
        at = f"features.denseblock1.denselayer{i}"
        tensors |= {**normed(f"{at}.norm1", 32 * i), f"{at}.conv1.weight": (128, 32 * i, 1, 1)}
        tensors |= {**normed(f"{at}.norm2", 128), f"{at}.conv2.weight": (32, 128, 3, 3)}
    return {**tensors, "classifier.weight": (1000, 1024), "classifier.bias": (1000,)}


@pytest.mark.parametrize("foreign", [mobilenet_v2(), densenet(), {"encoder.layers.0.attention": (3, 3)}])
def test_a_network_of_another_kind_gets_no_nearest(foreign: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(
        SpecError, match=r"^these weights are of no network that resviz knows: it knows those of ResNet, "
    ):
        recognised(foreign)


def test_no_tensors_are_refused() -> None:
    with pytest.raises(SpecError, match=r"^this file holds no tensors$"):
        recognised({})


@pytest.mark.parametrize("name", ["vgg16", "vgg11_bn"])
def test_timms_vgg_is_torchvisions(name: str) -> None:
    """Its fully connected layers are convolutions of 7×7 and 1×1, under other names."""
    theirs = shapes(from_text(name).node())
    for ours, timms, kernel in (("classifier.0", "pre_logits.fc1", 7), ("classifier.3", "pre_logits.fc2", 1)):
        features, inputs = theirs.pop(f"{ours}.weight")
        theirs |= {
            f"{timms}.weight": (features, inputs // kernel**2, kernel, kernel),
            f"{timms}.bias": theirs.pop(f"{ours}.bias"),
        }
    theirs |= {f"head.fc.{kind}": theirs.pop(f"classifier.6.{kind}") for kind in ("weight", "bias")}
    assert recognised(theirs).spec == from_text(name)
    assert recognised(theirs).differs == ()


def test_a_backbone_is_found_beside_its_head() -> None:
    """As torchvision's DeepLab and MoCo have it."""
    backbone = {name: shape for name, shape in shapes(from_text("resnet50").node()).items() if name[:3] != "fc."}
    found = recognised({**{f"backbone.{n}": s for n, s in backbone.items()}, "classifier.4.weight": (21, 256, 1, 1)})
    assert found.spec == from_text("resnet50")
    assert found.differs == ("the weights lack fc.weight, fc.bias", "the weights also hold classifier.4.weight")
    both = {f"module.encoder_{x}.{n}": s for x in "qk" for n, s in shapes(from_text("resnet18").node()).items()}
    found = recognised({**both, "module.queue": (128, 65536)})
    assert found.spec == from_text("resnet18")
    (sentence,) = found.differs
    assert sentence.startswith("the weights also hold encoder_k.conv1.weight, ")


@pytest.mark.parametrize("shape", [(), (64,), (64, 0), (64, 3, 0, 7), (0, 0, 0, 0), (10**9, 10**9, 7, 7)])
@pytest.mark.parametrize("name", ["conv1.weight", "layer1.0.conv1.weight", "layer4.0.conv2.weight", "fc.weight"])
def test_no_shape_of_a_tensor_is_too_strange(name: str, shape: tuple[int, ...]) -> None:
    """The network is the nearest, and what is strange is told."""
    found = recognised({**shapes(from_text("resnet18").node()), name: shape})
    assert any(name in sentence for sentence in found.differs)


# ---- files


@pytest.mark.parametrize("name", SMALL)
def test_safetensors_of_anybody_are_opened(name: str, tmp_path: Path) -> None:
    spec = named(name, {})
    file = tmp_path / "weights.bin"
    save_file({key: tensor.contiguous() for key, tensor in build(spec.node(), 0).state_dict().items()}, file)
    assert shapes(opened(file).specs[0].node()) == shapes(spec.node())


def test_the_checkpoint_of_a_run_says_its_network(tmp_path: Path) -> None:
    spec = from_text("resnet8:input=3,28,28:classes=4")
    file = tmp_path / "checkpoint.safetensors"
    save_file(build(spec.node(), 0).state_dict(), file, {"spec": json.dumps(to_json(spec))})
    assert opened(file).specs == (spec,)


def test_a_checkpoint_of_torch_is_read_weights_only(tmp_path: Path) -> None:
    """Also where the state is kept among other things, as in PyTorch's ImageNet example, or under another key."""
    spec = from_text("resnet8")
    state = build(spec.node(), 0).state_dict()
    file = tmp_path / "checkpoint.pth"
    wrapped = {f"module.{key}": tensor for key, tensor in state.items()}
    example = {"epoch": 3, "arch": "resnet8", "state_dict": wrapped, "best_acc1": torch.tensor(71.2), "optimizer": {}}
    for value in (state, {"epoch": 3, "state_dict": wrapped}, example, {"params": state}, {"teacher": wrapped}):
        torch.save(value, file)
        assert shapes(opened(file).specs[0].node()) == shapes(spec.node())


def test_what_torch_wrote_before_its_archives_is_read_too(tmp_path: Path) -> None:
    spec = from_text("resnet8")
    file = tmp_path / "old.pth"
    torch.save(build(spec.node(), 0).state_dict(), file, _use_new_zipfile_serialization=False)
    assert shapes(opened(file).specs[0].node()) == shapes(spec.node())
    whole = file.read_bytes()
    for length in (20, 200, 1000, len(whole) - 10):
        file.write_bytes(whole[:length])
        with pytest.raises(TorchError, match=r"^old\.pth (?:cannot be read as weights|holds code or objects)[ -~]*$"):
            opened(file)


@pytest.mark.parametrize("archives", [True, False])
def test_a_whole_module_is_refused_in_one_sentence(archives: bool, tmp_path: Path) -> None:
    file = tmp_path / "model.pt"
    torch.save(torch.nn.Sequential(torch.nn.Linear(3, 3)), file, _use_new_zipfile_serialization=archives)
    with pytest.raises(
        TorchError, match=r"^model\.pt holds code or objects, not weights alone: save model\.state_dict\(\)$"
    ):
        opened(file)


def test_a_program_of_torchscript_is_refused_in_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "script.pt"
    with warnings.catch_warnings(action="ignore"):
        torch.jit.save(torch.jit.script(torch.nn.Sequential(torch.nn.Linear(3, 3))), file)
    with pytest.raises(TorchError, match=r"^script\.pt cannot be read as weights: it is damaged, or a program"):
        opened(file)
    assert capfd.readouterr().err == ""


class Bomb:
    """What a pickle of an attacker holds."""

    def __reduce__(self) -> tuple[object, ...]:
        return (exec, ("import pathlib; pathlib.Path('exploded').touch()",))


def test_no_pickle_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "bomb.pth"
    torch.save({"conv1.weight": Bomb()}, file)
    with pytest.raises(
        TorchError, match=r"^bomb\.pth holds code or objects, not weights alone: save model\.state_dict\(\)$"
    ):
        opened(file)
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(SpecError, match="says nothing of a network"):
        opened(tmp_path / "plain.pkl")
    assert not list(tmp_path.glob("exploded"))


@pytest.mark.parametrize(
    "header", [b"{", b"[]", b'{"a": 3}', b'{"a": {"shape": "x"}}', b'{"a": {}}', b'{"a": {"shape": [-1]}}']
)
def test_a_damaged_header_is_one_sentence(header: bytes, tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(SpecError, match=r"its header is damaged|says nothing of a network"):
        opened(file)
    assert safetensors_header(file) in (header, None)
