"""What a safetensors file says about itself, read from its header alone: no tensor is loaded, and no library needed.

Eight bytes give the header's length (little-endian), the header is JSON, and `__metadata__` in it maps strings to
strings (github.com/huggingface/safetensors, "Format").
"""

from __future__ import annotations

import json
from pathlib import Path

LARGEST = 100_000_000
"""Bytes of a header; the format's own limit."""


def metadata(path: Path) -> dict[str, str]:
    """The file's metadata; raises OSError, or ValueError where it is no safetensors file."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= LARGEST:
            raise ValueError(f"{path} is no safetensors file")
        header = json.loads(file.read(length))
    about = header.get("__metadata__") if isinstance(header, dict) else None
    return {str(name): str(value) for name, value in about.items()} if isinstance(about, dict) else {}
