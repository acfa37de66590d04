"""Downloads, from a server on this machine: whole, gone on with, refused where wrong, given up, without a network."""

from __future__ import annotations

import hashlib
import http.server
import io
import random
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resviz.train import data, download
from resviz.train.data import load
from resviz.train.download import fetch
from resviz.train.errors import DataError
from resviz.train.sources import SOURCES, Remote, Source


class Files(http.server.BaseHTTPRequestHandler):
    """Serves `content`, from the byte that is asked for; breaks off once where `breaks` says so."""

    content = b""
    breaks = 0
    asked: list[str | None] = []  # noqa: RUF012

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        body = self.content[begin:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        end, type(self).breaks = self.breaks or len(body), 0
        self.wfile.write(body[:end])

    def log_message(self, *_: object) -> None:
        """In silence."""


@pytest.fixture
def archive() -> bytes:
    """An archive of CIFAR-100's form with 400 training and two test images that do not compress."""
    noise = random.Random(0)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, count in (("train.bin", 400), ("test.bin", 2)):
            whole = b"".join(bytes([1, i % 100]) + noise.randbytes(3072) for i in range(count))
            about = tarfile.TarInfo(f"cifar-100-binary/{name}")
            about.size = len(whole)
            tar.addfile(about, io.BytesIO(whole))
    return packed.getvalue()


@pytest.fixture
def source(archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """CIFAR-100, whose publisher is this machine."""
    monkeypatch.setattr(data, "CIFAR100_IMAGES", (400, 2))
    monkeypatch.setenv("RESVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(Files, "content", archive)
    monkeypatch.setattr(Files, "breaks", 0)
    monkeypatch.setattr(Files, "asked", [])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        source = SOURCES["cifar100"].thing
        url = f"http://127.0.0.1:{server.server_port}/cifar-100-binary.tar.gz"
        remote = Remote(url, hashlib.md5(archive).hexdigest(), "", archive=True)
        monkeypatch.setitem(source.__dict__, "remotes", (remote,))
        yield source
        server.shutdown()


def quiet() -> None:
    """Nobody asks for an end."""


def test_an_archive_comes_whole_is_checked_and_unpacked_and_not_fetched_again(source: Source, archive: bytes) -> None:
    rows = list(fetch("cifar100", quiet))
    assert rows[-1] == {
        "kind": "download", "file": "cifar-100-binary.tar.gz", "bytes": len(archive), "of": len(archive),
    }  # fmt: skip
    assert load("cifar100").train.labels.tolist() == [i % 100 for i in range(400)]
    assert list(fetch("cifar100", quiet)) == []
    assert Files.asked == [None]


def test_of_two_that_want_it_one_fetches_it_and_the_other_waits(source: Source) -> None:
    with ThreadPoolExecutor() as both:
        found = list(both.map(lambda _: list(fetch("cifar100", quiet)), range(2)))
    assert sorted(map(bool, found)) == [False, True]
    assert Files.asked == [None]


def test_a_download_that_broke_off_goes_on_where_it_was(source: Source, archive: bytes) -> None:
    Files.breaks = download.CHUNK + 1000
    with pytest.raises(DataError, match=r"cifar-100-binary\.tar\.gz could not be fetched: 127\.0\.0\.1 is not reached"):
        list(fetch("cifar100", quiet))
    rows = list(fetch("cifar100", quiet))
    assert Files.asked == [None, f"bytes={download.CHUNK}-"]
    assert rows[-1]["bytes"] == len(archive)
    assert len(load("cifar100").train) == 400


def test_what_has_another_hash_is_refused_and_fetched_anew(source: Source, archive: bytes) -> None:
    Files.content = archive[:-8] + bytes(8)
    with pytest.raises(DataError, match=r"gave has another MD5 .* or take digits, which are built in"):
        list(fetch("cifar100", quiet))
    Files.content = archive
    assert list(fetch("cifar100", quiet))
    assert Files.asked == [None, None]
    assert len(load("cifar100").test) == 2


def test_whoever_waits_for_it_can_be_stopped(source: Source) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(fetch("cifar100", stop))


def test_without_a_network_there_is_one_sentence_that_offers_digits(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", 0.5)
    gone = Remote("http://127.0.0.1:9/x.tar.gz", "0" * 32, "", archive=True)
    monkeypatch.setitem(source.__dict__, "remotes", (gone,))
    with pytest.raises(DataError) as refused:
        list(fetch("cifar100", quiet))
    assert str(refused.value) == (
        "x.tar.gz could not be fetched: 127.0.0.1 is not reached, or went away; what has come is kept; CIFAR-100 is "
        "not on this machine: set data_dir to the folder that holds train.bin, put cifar-100-binary into "
        f"{tmp_path / 'data'}, or take digits, which are built in"
    )


def test_digits_need_no_network() -> None:
    assert list(fetch("digits", quiet)) == []
