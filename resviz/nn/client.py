"""The page's way to torch: a helper process that is started when first needed, shared by all sessions.

Importing torch takes seconds and hundreds of megabytes, so the page's own process never does it.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from resviz.core.net import Shape
from resviz.core.spec import NetSpec
from resviz.zoo.families import to_json

COMMAND = (sys.executable, "-m", "resviz.nn.service")
PATIENCE = 120.0
"""Seconds that a request may take; the first one also waits until torch is loaded."""
ENDING = 5.0


class TorchError(ValueError):
    """What torch could not do, as one sentence."""


class Torch:
    """The helper process. Its methods may be called from any thread; they wait for each other.

    Each raises TorchError, also if the helper takes longer than `patience` seconds or dies; the next call then
    starts another.
    """

    def __init__(self, patience: float = PATIENCE, command: tuple[str, ...] = COMMAND) -> None:
        self.patience = patience
        self._command = command
        self._lock = threading.Lock()
        self._helper: _Helper | None = None
        self._requests = 0

    def verify(self, spec: NetSpec) -> dict[str, Any]:
        """The network's numbers as counted and as built: `resviz.nn.verify.Verification` as JSON."""
        return dict(self.ask("verify", spec=to_json(spec)))

    def printed(self, spec: NetSpec) -> str:
        """The module as torch prints it."""
        return str(self.ask("printed", spec=to_json(spec)))

    def torchinfo(self, spec: NetSpec) -> str:
        """torchinfo's summary."""
        return str(self.ask("torchinfo", spec=to_json(spec)))

    def devices(self) -> dict[str, Any]:
        """{"cuda": names of the CUDA devices, "cpu_threads": torch's own number of threads}."""
        return dict(self.ask("devices"))

    def write(self, format: str, spec: NetSpec, file: Path, line: str, weights: Path | None, seed: int) -> None:
        """Write the network into `file` as "onnx", "torch" or "safetensors" (`resviz.nn.programs`).

        Its weights are those of a safetensors file, or fresh ones of the seed; `line` is what the file carries.
        """
        known = {"format": format, "file": str(file.absolute()), "line": line, "seed": seed}
        self.ask("write", spec=to_json(spec), **known, weights=str(weights.absolute()) if weights else None)

    def shapes(self, file: Path) -> dict[str, Shape]:
        """The shapes of the tensors in a checkpoint of PyTorch, loaded weights-only, by their names."""
        found = self.ask("shapes", file=str(file.absolute()))
        return {name: tuple(shape) for name, shape in found.items()}

    def start(self) -> None:
        """Start the helper now, so that the first request need not wait for torch; does not wait itself."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the helper; a later request starts another."""
        with self._lock:
            if self._helper is not None:
                self._helper.end()
                self._helper = None

    def ask(self, do: str, **values: object) -> Any:
        """The answer to a request of that kind with these values, which JSON must have."""
        with self._lock:
            self._requests += 1
            request = {"id": self._requests, "do": do, **values}
            answer = self._answer(json.dumps(request))
            if answer.get("id") != self._requests:
                self._drop()
                raise TorchError("torch's process answered another question, so it was stopped; please ask again")
        if not answer["ok"]:
            raise TorchError(answer["error"])
        return answer["result"]

    def _answer(self, line: str) -> dict[str, Any]:
        helper = self._running()
        try:
            helper.send(line)
        except OSError:
            self._drop()
            raise TorchError("torch's process ended just now: please ask again") from None
        try:
            return helper.receive(self.patience)
        except queue.Empty:
            self._drop()
            raise TorchError(f"torch needed more than {self.patience:g} s for this, so it was stopped") from None
        except EOFError:
            self._drop()
            raise TorchError("torch's process ended before it answered, for want of memory perhaps") from None

    def _running(self) -> _Helper:
        if self._helper is None or not self._helper.alive():
            self._drop()
            self._helper = _Helper(self._command)
        return self._helper

    def _drop(self) -> None:
        if self._helper is not None:
            self._helper.kill()
            self._helper = None


@lru_cache(maxsize=1)
def shared() -> Torch:
    """The one helper process of this program: for all sessions of the page, and for whatever else needs torch."""
    return Torch()


class _Helper:
    """One helper process, and the thread that reads its answers so that waiting for them can time out."""

    def __init__(self, command: tuple[str, ...]) -> None:
        # a session of its own: Ctrl-C in the terminal is for the page, which then closes the helper's stdin
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(self._pipe(self._process.stdout),), daemon=True).start()

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, line: str) -> None:
        """Ask; raises OSError if the process is gone."""
        stdin = self._pipe(self._process.stdin)
        stdin.write(line + "\n")
        stdin.flush()

    def receive(self, patience: float) -> dict[str, Any]:
        """The next answer; raises queue.Empty if it takes too long and EOFError if the process has ended."""
        line = self._lines.get(timeout=patience)
        if not line:
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """Close stdin, on which the process ends by itself, and see that it does."""
        self._close_stdin()
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        self._close_stdin()

    def _close_stdin(self) -> None:
        with contextlib.suppress(OSError):  # what was still to be sent has no reader any more
            self._pipe(self._process.stdin).close()

    def _read(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                self._lines.put(line)
        self._lines.put("")

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe
