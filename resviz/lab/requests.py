"""What the helper process with torch answers for the lab: an accuracy with units removed, and features of a picture.

    {"id": 1, "do": "lab.accuracy", "subject": {...}, "removed": [3], "images": 0}
    {"id": 2, "do": "lab.features", "subject": {...}, "by": "stage", "index": 5, "image": null, "invert": false}

Networks that were asked about stay in memory, so that a click is answered in the time of one evaluation.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from resviz.lab import features, subject
from resviz.lab.lesion import removed
from resviz.lab.sweep import measure
from resviz.lab.tested import Bench

KEPT = 4
"""So many networks stay in memory."""


def accuracy(request: dict[str, Any]) -> dict[str, object]:
    """Wrong answers and images; raises ValueError with its sentence."""
    bench = _bench(json.dumps(request["subject"], sort_keys=True), int(request["images"]))
    variant = removed(bench.chain, [int(unit) for unit in request["removed"]])
    *_, (_, _, tally) = measure(bench.chain, [variant], bench.batches, bench.watch)
    return {"wrong": tally.wrong, "images": tally.images}


def maps(request: dict[str, Any]) -> dict[str, object]:
    """The picture, the answer and the maps, pictures as base64; raises ValueError with its sentence."""
    about = subject.from_json_object(request["subject"])
    given = None if request["image"] is None else base64.b64decode(request["image"])
    found = features.features(about, request["by"], int(request["index"]), given, invert=bool(request["invert"]))
    shown = [{"path": at.path, "shape": at.shape, "png": _text(at.png)} for at in found.maps]
    return {"picture": _text(found.picture), "label": found.label, "probabilities": found.probabilities, "maps": shown}


@lru_cache(maxsize=KEPT)
def _bench(about: str, images: int) -> Bench:
    return Bench(subject.from_json_object(json.loads(about)), images, lambda: None)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


REQUESTS = {"accuracy": accuracy, "features": maps}
