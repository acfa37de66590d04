"""The process that holds torch for the page: one JSON request a line on stdin, one JSON answer a line on stdout.

    {"id": 1, "do": "verify", "spec": {"family": "resnet", "depth": 50}}
    {"id": 1, "ok": true, "result": {...}}     or     {"id": 1, "ok": false, "error": "one sentence"}

It ends when stdin closes, so it never outlives the process that started it. `resviz.nn.client` is the other end.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

import torch

from resviz.core.spec import NetSpec
from resviz.nn import programs
from resviz.nn.checkpoint import checkpoint_shapes
from resviz.nn.summary import printed, torchinfo_summary
from resviz.nn.verify import verify
from resviz.zoo.families import from_json

ELSEWHERE = ("lab.accuracy", "lab.features")
"""Requests that other rooms answer, with what only they know."""

OF_SPEC: dict[str, Callable[[NetSpec], object]] = {
    "verify": lambda spec: verify(spec).json(),
    "printed": printed,
    "torchinfo": torchinfo_summary,
}


def devices(threads: int) -> dict[str, object]:
    """The names of the CUDA devices, and how many threads torch would take on this CPU by itself."""
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {"cuda": names, "cpu_threads": threads}


def written(request: dict[str, object]) -> str:
    """Write the network into a file in a format of `resviz.nn.programs`; gives the file's name."""
    file, given = Path(str(request["file"])), request.get("weights")
    programs.write(
        str(request["format"]), from_json(request.get("spec")), file, str(request["line"]),
        Path(str(given)) if given else None, int(str(request["seed"])),
    )  # fmt: skip
    return str(file)


def of_another_room(do: str, request: dict[str, object]) -> object:
    """What the requests of another room answer: "lab.accuracy" is in `resviz.lab.requests`, loaded when first asked."""
    room, _, name = do.partition(".")
    requests: Mapping[str, Callable[[dict[str, object]], object]]
    requests = importlib.import_module(f"resviz.{room}.requests").REQUESTS
    return requests[name](request)


def result(request: dict[str, object], threads: int) -> object:
    """What a request asks for; raises ValueError with one sentence if it asks for something impossible."""
    do = request.get("do")
    if do == "devices":
        return devices(threads)
    if do == "write":
        return written(request)
    if do == "shapes":
        return checkpoint_shapes(Path(str(request["file"])))
    if do in ELSEWHERE:
        return of_another_room(str(do), request)
    if do not in OF_SPEC:
        known = (*OF_SPEC, "devices", "write", "shapes", *ELSEWHERE)
        raise ValueError(f"there is nothing to do called {do!r}: there are {', '.join(known)}")
    return OF_SPEC[str(do)](from_json(request.get("spec")))


def answer(line: str, threads: int) -> dict[str, object]:
    """The answer to one line; whatever goes wrong is in it as one sentence."""
    number: object = None
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            raise ValueError("a request is a JSON object")
        number = request.get("id")
        return {"id": number, "ok": True, "result": result(request, threads)}
    except ValueError as error:
        return {"id": number, "ok": False, "error": str(error)}
    except OSError as error:
        return {"id": number, "ok": False, "error": f"{error.filename}: {error.strerror}"}
    except Exception as error:  # torch's own failures, for want of memory say: the next request may well go through
        traceback.print_exc()
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return {"id": number, "ok": False, "error": f"torch could not do this: {reason}"}


def private_stdout() -> TextIO:
    """Stdout for the answers alone; what libraries print goes to stderr from here on."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def main() -> None:
    """Answer until stdin closes."""
    answers = private_stdout()
    threads = torch.get_num_threads()
    # one thread: the page and the training run need the other cores, and small networks are no slower
    torch.set_num_threads(1)
    for line in sys.stdin:
        print(json.dumps(answer(line, threads)), file=answers, flush=True)


if __name__ == "__main__":
    main()
