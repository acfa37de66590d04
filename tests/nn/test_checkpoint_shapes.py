"""A checkpoint's state is found wherever training code keeps it, and nothing in the file is run for that."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from resviz.nn.checkpoint import checkpoint_shapes

STATE = {"conv1.weight": torch.zeros(4, 3, 3, 3), "fc.weight": torch.zeros(2, 4), "fc.bias": torch.zeros(2)}
SHAPES = {"conv1.weight": [4, 3, 3, 3], "fc.weight": [2, 4], "fc.bias": [2]}
OTHER = {f"blocks.{i}.weight": torch.zeros(1) for i in range(9)}
MOMENTS = {"state": {i: {"step": torch.tensor(1.0), "exp_avg": torch.zeros(3)} for i in range(9)}}


@pytest.mark.parametrize(
    "checkpoint",
    [
        STATE,
        {"epoch": 3, "arch": "resnet18", "state_dict": STATE, "best_acc1": torch.tensor(71.2), "optimizer": MOMENTS},
        {"model": STATE, "teacher": OTHER},
        {"model": {"state_dict": STATE}, "ema": OTHER},
        {"model": {}, "optimizer": MOMENTS, "params": STATE},
        {"teacher": STATE, "student": {}},
        {"ema": {"decay": 0.99, "shadow": STATE}},
        {"loss": torch.tensor(0.1), "states": {"last": {"weights": {"generator": STATE}}}},
    ],
)
def test_the_state_is_found_under_whatever_key(checkpoint: dict[str, object], tmp_path: Path) -> None:
    """Where training code names it first, and otherwise as the largest dict of tensors."""
    file = tmp_path / "checkpoint.pth"
    torch.save(checkpoint, file)
    assert checkpoint_shapes(file) == SHAPES


def test_a_checkpoint_that_holds_itself_is_read(tmp_path: Path) -> None:
    checkpoint: dict[str, object] = {"params": STATE}
    checkpoint["model"] = checkpoint["again"] = checkpoint
    torch.save(checkpoint, tmp_path / "round.pth")
    assert checkpoint_shapes(tmp_path / "round.pth") == SHAPES


def test_what_holds_no_dict_of_tensors_says_so(tmp_path: Path) -> None:
    torch.save([torch.zeros(3)], tmp_path / "list.pth")
    with pytest.raises(ValueError, match=r"^list\.pth holds no state_dict$"):
        checkpoint_shapes(tmp_path / "list.pth")
    torch.save({"epoch": 3, "optimizer": {}}, tmp_path / "empty.pth")
    assert checkpoint_shapes(tmp_path / "empty.pth") == {}
