"""Data from their publishers: fetched by pooch, checked by their hash, gone on with where a download broke off.

A file arrives under the name NAME.part in the folder of downloads and stays there when the process ends in between.
"""

from __future__ import annotations

import fcntl
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pooch
import requests

from resviz.runs.journal import Row
from resviz.train.errors import DataError
from resviz.train.sources import SOURCES, Remote, data_folder, locate

CHUNK = 1 << 18
TIMEOUT_SECONDS = 20.0
ROW_SECONDS = 1.0
POLL_SECONDS = 0.2
PARTIAL, RANGE_DONE = 206, 416


class EndedError(Exception):
    """Nobody waits for the download any more."""


class Resuming:
    """A downloader for pooch that goes on where an earlier one broke off, and tells how far it is."""

    def __init__(self, part: Path) -> None:
        self.part = part
        self.done = 0
        self.total = 0
        self.ended = threading.Event()

    def __call__(self, url: str, output: object, _: object, check_only: bool = False) -> None:
        self.part.parent.mkdir(parents=True, exist_ok=True)
        have = self.part.stat().st_size if self.part.exists() else 0
        asked = {"Range": f"bytes={have}-"} if have else {}
        with requests.get(url, headers=asked, stream=True, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status_code != RANGE_DONE:
                answer.raise_for_status()
                self.done = have if answer.status_code == PARTIAL else 0
                self.total = self.done + int(answer.headers.get("Content-Length") or 0)
                self._keep(answer)
        shutil.move(self.part, str(output))

    def _keep(self, answer: requests.Response) -> None:
        with self.part.open("ab" if self.done else "wb") as file:
            for chunk in answer.iter_content(CHUNK):
                if self.ended.is_set():
                    raise EndedError
                file.write(chunk)
                self.done += len(chunk)
        if self.total and self.done < self.total:
            raise requests.ConnectionError(f"it broke off after {self.done:,} of {self.total:,} bytes")


def fetch(data: str, watch: Callable[[], None]) -> Iterator[Row]:
    """Download what is not here yet, and yield a "download" row a second; raises DataError, and what `watch` raises."""
    try:
        locate(data, "")
    except DataError as missing:
        with _alone(data, watch):
            for remote in SOURCES[data].thing.remotes:
                if not _there(remote, data):
                    yield from _fetch(remote, watch, str(missing))


@contextmanager
def _alone(data: str, watch: Callable[[], None]) -> Iterator[None]:
    """One process at a time fetches a data set; the others wait here, calling `watch`."""
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{data}.lock").open("a") as file:
        while not _locked(file.fileno()):
            watch()
            time.sleep(POLL_SECONDS)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _there(remote: Remote, data: str) -> bool:
    """A single file that was fetched before, or an archive of which nothing is missing."""
    if not remote.archive:
        return (data_folder() / remote.place / remote.name).is_file()
    try:
        return bool(locate(data, ""))
    except DataError:
        return False


def _fetch(remote: Remote, watch: Callable[[], None], otherwise: str) -> Iterator[Row]:
    folder = data_folder() / remote.place
    downloader = Resuming(data_folder() / f"{remote.name}.part")
    failed: list[BaseException] = []

    def retrieve() -> None:
        unpack = pooch.Untar(extract_dir=str(folder)) if remote.archive else None
        try:
            pooch.retrieve(remote.url, f"md5:{remote.md5}", remote.name, folder, unpack, downloader)
        except BaseException as error:
            failed.append(error)

    pooch.get_logger().setLevel("ERROR")
    thread = threading.Thread(target=retrieve, name=f"download of {remote.name}", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            watch()
            thread.join(ROW_SECONDS)
            yield {"kind": "download", "file": remote.name, "bytes": downloader.done, "of": downloader.total}
    finally:
        downloader.ended.set()
    if failed:
        raise DataError(f"{remote.name} could not be fetched: {_why(failed[0], remote)}; {otherwise}") from None


def _why(error: BaseException, remote: Remote) -> str:
    host = urlsplit(remote.url).hostname
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{host} answers {error.response.status_code}"
    if isinstance(error, requests.RequestException):
        return f"{host} is not reached, or went away; what has come is kept"
    if isinstance(error, ValueError):
        return f"what {host} gave has another MD5 than {remote.md5}"
    return f"{type(error).__name__}: {error}"
