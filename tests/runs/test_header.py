"""What a safetensors file says about itself, against the library that writes it."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from resviz.runs.header import metadata


def test_the_metadata_are_read_without_the_tensors(tmp_path):
    file = tmp_path / "weights.safetensors"
    save_file({"x": torch.zeros(1000)}, file, {"spec": '{"depth": 20}', "epoch": "3"})
    assert metadata(file) == {"spec": '{"depth": 20}', "epoch": "3"}
    save_file({"x": torch.zeros(1)}, file)
    assert metadata(file) == {}


@pytest.mark.parametrize("data", [b"", b"short", b"\xff" * 64, (10).to_bytes(8, "little") + b"[1, 2, 3]!"])
def test_what_is_none_is_refused(tmp_path, data):
    file = tmp_path / "weights.safetensors"
    file.write_bytes(data)
    with pytest.raises(ValueError):  # noqa: PT011, also json's own
        metadata(file)
