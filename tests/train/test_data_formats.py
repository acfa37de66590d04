"""Reading the publishers' formats, and refusing damaged files by their names."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from resviz.train import data as data_module
from resviz.train.data import load, moments
from resviz.train.errors import DataError
from resviz.train.sources import SOURCES


def cifar(folder: Path) -> Path:
    """10,000 records a file; record i of a file has the label i mod 10, and 10 times that in its red plane."""
    inner = folder / "cifar-10-batches-bin"
    inner.mkdir()
    for name in SOURCES["cifar10"].thing.files:
        ten = [bytes([i]) + bytes([10 * i]) * 1024 + bytes([1]) * 1024 + bytes([2]) * 1024 for i in range(10)]
        (inner / name).write_bytes(b"".join(ten) * 1000)
    return inner


def mnist(folder: Path, pack: Callable[[bytes], bytes] = bytes, suffix: str = "") -> Path:
    """Five training and two test images; image i has the label i and every pixel i."""
    inner = folder / "MNIST" / "raw"
    inner.mkdir(parents=True)
    for part, count in (("train", 5), ("t10k", 2)):
        images = struct.pack(">4I", 2051, count, 28, 28) + b"".join(bytes([i]) * 784 for i in range(count))
        labels = struct.pack(">2I", 2049, count) + bytes(range(count))
        (inner / f"{part}-images-idx3-ubyte{suffix}").write_bytes(pack(images))
        (inner / f"{part}-labels-idx1-ubyte{suffix}").write_bytes(pack(labels))
    return inner


def test_digits_are_split_the_same_every_time_with_all_classes_alike() -> None:
    data, again = load("digits"), load("digits")
    assert (len(data.train), len(data.test)) == (1437, 360)  # 1,797 in all (UCI), a fifth for testing
    assert data.train.pixels.shape[1:] == (1, 8, 8)
    assert data.train.pixels.dtype == torch.uint8
    assert int(data.train.pixels.max()) == 16
    assert torch.equal(data.test.pixels, again.test.pixels)
    assert min(torch.bincount(data.test.labels)) >= 34


@pytest.mark.parametrize("place", ["parent", "itself"])
def test_cifar10_is_read_from_its_folder_and_from_the_one_around_it(tmp_path: Path, place: str) -> None:
    inner = cifar(tmp_path)
    data = load("cifar10", str(tmp_path if place == "parent" else inner))
    assert data.train.pixels.shape == (50_000, 3, 32, 32)
    assert data.test.labels.tolist() == [*range(10)] * 1000
    assert data.test.pixels[2, :, 5, 7].tolist() == [20, 1, 2]


@pytest.mark.parametrize(("pack", "suffix"), [(bytes, ""), (gzip.compress, ".gz")])
def test_mnist_is_read_gzipped_or_not(tmp_path: Path, pack: Callable[[bytes], bytes], suffix: str) -> None:
    mnist(tmp_path, pack, suffix)
    data = load("mnist", str(tmp_path))
    assert data.train.pixels.shape == (5, 1, 28, 28)
    assert data.test.labels.tolist() == [0, 1]
    assert data.train.pixels[4].unique().tolist() == [4]


def test_mean_and_deviation_are_those_of_the_pixels() -> None:
    pixels = torch.randint(0, 256, (50, 3, 4, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    mean, std = moments(pixels)
    assert torch.allclose(mean, pixels.double().mean((0, 2, 3)).float())
    assert torch.allclose(std, pixels.double().std((0, 2, 3), correction=0).float())


def test_images_that_are_all_the_same_are_not_divided_by_zero() -> None:
    _, std = moments(torch.full((3, 1, 2, 2), 7, dtype=torch.uint8))
    assert float(std) > 0


Damage = Callable[[Path], object]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def halve(path: Path) -> None:
    """At the boundary of a record."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def mislabel(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + bytes([57]))


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("data_batch_3.bin", cut, "cut short"),
        ("data_batch_2.bin", halve, "cut short: it has 15,365,000 bytes, and its 10,000 images .* are 30,730,000"),
        ("data_batch_5.bin", lambda path: path.write_bytes(b""), "cut short"),
        ("test_batch.bin", Path.unlink, "missing"),
        ("data_batch_1.bin", lambda path: path.write_bytes(bytes([57]) + path.read_bytes()[1:]), "label 57"),
    ],
)
def test_a_damaged_cifar10_file_is_refused_by_name(tmp_path: Path, name: str, damage: Damage, words: str) -> None:
    damage(cifar(tmp_path) / name)
    with pytest.raises(DataError, match=f"{name}.*{words}"):
        load("cifar10", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("train-images-idx3-ubyte", cut, "cut short"),
        ("train-images-idx3-ubyte", lambda path: path.write_bytes(b"\0\0"), "within its 16 bytes"),
        ("train-labels-idx1-ubyte", mislabel, "label 57"),
        ("t10k-labels-idx1-ubyte", lambda path: path.write_bytes(struct.pack(">2I", 2049, 1) + b"\0"), "1 labels"),
        ("t10k-images-idx3-ubyte", lambda path: path.write_bytes(b"GIF89a" * 9), "no IDX file of images"),
        ("t10k-images-idx3-ubyte", lambda path: path.write_bytes(struct.pack(">4I", 2051, 0, 9, 9)), "28×28"),
    ],
)
def test_a_damaged_mnist_file_is_refused_by_name(tmp_path: Path, name: str, damage: Damage, words: str) -> None:
    damage(mnist(tmp_path) / name)
    with pytest.raises(DataError, match=f"{name}.*{words}"):
        load("mnist", str(tmp_path))


def test_a_damaged_gzip_is_refused_by_name(tmp_path: Path) -> None:
    cut(mnist(tmp_path, gzip.compress, ".gz") / "train-images-idx3-ubyte.gz")
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz.*does not unpack"):
        load("mnist", str(tmp_path))


def test_no_folder_and_no_such_folder_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESVIZ_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"not on this machine: set data_dir.*data_batch_1\.bin.*or take digits"):
        load("cifar10")
    with pytest.raises(DataError, match="there is no folder"):
        load("mnist", str(tmp_path / "nowhere"))


def test_without_a_folder_the_right_one_of_two_data_sets_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MNIST and Fashion-MNIST name their files alike."""
    monkeypatch.setenv("RESVIZ_DATA", str(tmp_path))
    mnist(tmp_path)
    assert len(load("mnist").train) == 5
    with pytest.raises(DataError, match=r"Fashion-MNIST is not on this machine: .*put FashionMNIST/raw into"):
        load("fashion-mnist")
    (tmp_path / "MNIST").rename(tmp_path / "FashionMNIST")
    assert len(load("fashion-mnist").train) == 5


def test_cifar100_has_its_fine_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_module, "CIFAR100_IMAGES", (4, 2))
    inner = tmp_path / "cifar-100-binary"
    inner.mkdir()
    for name, count in (("train.bin", 4), ("test.bin", 2)):
        (inner / name).write_bytes(b"".join(bytes([1, 90 + i]) + bytes([i]) * 3072 for i in range(count)))
    data = load("cifar100", str(tmp_path))
    assert data.train.labels.tolist() == [90, 91, 92, 93]
    assert data.test.pixels[1].unique().tolist() == [1]
    (inner / "test.bin").write_bytes((bytes([1, 100]) + bytes(3072)) * 2)
    with pytest.raises(DataError, match=r"test\.bin is damaged: image 0 has the label 100, and labels go from 0 to 99"):
        load("cifar100", str(tmp_path))
