"""A class on one server: 30 sessions, each with a new choice every 3 s, over the websocket that browsers use.

The time is from the message that carries the choice to the one that says that the script has finished. Every
choice is a network that no session asked for before, so nothing comes out of a cache.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.server import ROOT, Server, serving

SESSIONS = 30
SECONDS_A_CHOICE = 3.0
SECONDS = 60.0
LARGEST_MESSAGE = 64 * 2**20


def main(app: Path = ROOT / "app.py") -> None:
    """Print what the sessions waited, and what the server needed."""
    print(f"\nClassroom: {SESSIONS} sessions, a new network every {SECONDS_A_CHOICE:g} s each, for {SECONDS:g} s")
    with serving(app) as server:
        asyncio.run(_one_session(server))  # what only the first visitor waits for
        memory, cpu, start = server.memory(), server.cpu_seconds(), time.monotonic()
        waits, failed = asyncio.run(_class(server))
        took = time.monotonic() - start
        _report(waits, failed)
        share = (server.cpu_seconds() - cpu) / took
        print(
            f"  memory {memory:.0f} MiB at the start, {server.memory():.0f} MiB at the end; CPU {share:.0%} of one core"
        )


def _report(waits: list[float], failed: int) -> None:
    ms = [1e3 * wait for wait in waits]
    cuts = statistics.quantiles(ms, n=20)
    print(f"  {len(ms)} choices: p50 {statistics.median(ms):.0f} ms, p95 {cuts[18]:.0f} ms, max {max(ms):.0f} ms")
    print(f"  {failed} scripts did not finish successfully")


async def _one_session(server: Server) -> None:
    async with _connection(server) as socket:
        await _choose(socket, "")


async def _class(server: Server) -> tuple[list[float], int]:
    """Every wait in seconds, and how many scripts ended otherwise than successfully."""
    choices = _choices()
    end = time.monotonic() + SECONDS
    delays = (i * SECONDS_A_CHOICE / SESSIONS for i in range(SESSIONS))
    sessions = await asyncio.gather(*(_session(server, choices, delay, end) for delay in delays))
    results = [result for session in sessions for result in session]
    return [wait for wait, _ in results], sum(not well for _, well in results)


async def _session(server: Server, choices: Iterator[str], delay: float, end: float) -> list[tuple[float, bool]]:
    await asyncio.sleep(delay)
    results = []
    async with _connection(server) as socket:
        await _choose(socket, "")
        due = time.monotonic()
        while (due := due + SECONDS_A_CHOICE) < end:
            await asyncio.sleep(due - time.monotonic())
            start = time.monotonic()
            well = await _choose(socket, next(choices))
            results.append((time.monotonic() - start, well))
    return results


def _connection(server: Server) -> connect:
    return connect(f"ws://{server.address}/_stcore/stream", max_size=LARGEST_MESSAGE)


async def _choose(socket: ClientConnection, query: str) -> bool:
    """Rerun the script with the choice in the URL; give whether it finished successfully."""
    await socket.send(BackMsg(rerun_script=ClientState(query_string=query)).SerializeToString())
    async for data in socket:
        message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        if message.WhichOneof("type") == "script_finished":
            return bool(message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY)
    return False


def _choices() -> Iterator[str]:
    """CIFAR ResNets of 8 to 110 layers, their widths counted up so that no two are alike."""
    for width in itertools.count(16):
        for depth in range(8, 111, 6):
            yield urlencode({"layout": "cifar", "depth": depth, "width": width})
