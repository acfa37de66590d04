"""The process that holds torch for the page: one JSON request a line on stdin, one JSON answer a line on stdout.

    {"id": 1, "do": "verify", "spec": {"family": "resnet", "depth": 50}}
    {"id": 1, "ok": true, "result": {...}}     or     {"id": 1, "ok": false, "error": "one sentence"}

It ends when stdin closes, so it never outlives the process that started it. `resviz.nn.client` is the other end.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TextIO

import torch

from resviz.core.spec import NetSpec
from resviz.nn.summary import printed, torchinfo_summary
from resviz.nn.verify import verify
from resviz.zoo.families import from_json

Handlers = Mapping[str, Callable[[dict[str, object]], object]]
NO_MORE: Handlers = MappingProxyType({})

OF_SPEC: dict[str, Callable[[NetSpec], object]] = {
    "verify": lambda spec: verify(spec).json(),
    "printed": printed,
    "torchinfo": torchinfo_summary,
}


def devices(threads: int) -> dict[str, object]:
    """The names of the CUDA devices, and how many threads torch would take on this CPU by itself."""
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {"cuda": names, "cpu_threads": threads}


def result(request: dict[str, object], threads: int, more: Handlers = NO_MORE) -> object:
    """What a request asks for; raises ValueError with one sentence if it asks for something impossible."""
    do = request.get("do")
    if do == "devices":
        return devices(threads)
    if isinstance(do, str) and do in more:
        return more[do](request)
    if do not in OF_SPEC:
        known = (*OF_SPEC, *more, "devices")
        raise ValueError(f"there is nothing to do called {do!r}: there are {', '.join(known)}")
    return OF_SPEC[str(do)](from_json(request.get("spec")))


def answer(line: str, threads: int, more: Handlers = NO_MORE) -> dict[str, object]:
    """The answer to one line; whatever goes wrong is in it as one sentence."""
    number: object = None
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            raise ValueError("a request is a JSON object")
        number = request.get("id")
        return {"id": number, "ok": True, "result": result(request, threads, more)}
    except ValueError as error:
        return {"id": number, "ok": False, "error": str(error)}
    except Exception as error:  # torch's own failures, for want of memory say: the next request may well go through
        traceback.print_exc()
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return {"id": number, "ok": False, "error": f"torch could not do this: {reason}"}


def private_stdout() -> TextIO:
    """Stdout for the answers alone; what libraries print goes to stderr from here on."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def main(more: Handlers = NO_MORE) -> None:
    """Answer until stdin closes; `more` are further things to do, each with the whole request."""
    answers = private_stdout()
    threads = torch.get_num_threads()
    # one thread: the page and the training run need the other cores, and small networks are no slower
    torch.set_num_threads(1)
    for line in sys.stdin:
        print(json.dumps(answer(line, threads, more)), file=answers, flush=True)


if __name__ == "__main__":
    main()
