"""The data sets that a network can be trained on, as far as one needs no tensor to know them.

Shapes, classes, file names in their publishers' formats and how training images may be moved about. The images
themselves are read by `resviz.train.data`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from resviz.core.folders import expanded
from resviz.core.net import Shape
from resviz.core.registry import Registry
from resviz.train.errors import DataError


@dataclass(frozen=True)
class Remote:
    """A publisher's file: where it lies, its MD5, where it goes below the data folder; an archive is unpacked there."""

    url: str
    md5: str
    place: str
    archive: bool = False

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class Source:
    """One data set: `files` are looked for in the folder that the user names and in its `places`.

    `padding` pixels on each side are cropped away at random in training, and `mirror` flips every second image
    (He et al. 2015, section 4.2); what holds digits and letters is neither moved nor mirrored.
    """

    shape: Shape
    classes: int
    files: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    padding: int = 0
    mirror: bool = False
    remotes: tuple[Remote, ...] = ()


SOURCES: Registry[Source] = Registry("data set")

CIFAR = "https://www.cs.toronto.edu/~kriz"
IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
MNIST_MD5 = (
    "f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432", "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c",
)  # fmt: skip
FASHION_MD5 = (
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe", "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310",
)  # fmt: skip


def _idx(base: str, md5s: tuple[str, ...], place: str) -> tuple[Remote, ...]:
    return tuple(Remote(f"{base}/{name}.gz", md5, place) for name, md5 in zip(IDX, md5s, strict=True))


SOURCES.register(
    "digits",
    title="Digits",
    cite="Alpaydin & Kaynak 1998, UCI; the 1,797 images in scikit-learn",
    note="handwritten digits of 8×8 pixels, built in",
)(Source((1, 8, 8), 10))

SOURCES.register(
    "mnist",
    title="MNIST",
    cite="LeCun et al. 1998, IDX files",
    note="handwritten digits of 28×28 pixels; the folder holds MNIST/raw or the four files, gzipped or not",
)(
    Source(
        (1, 28, 28), 10, files=IDX, places=("MNIST/raw", "raw"),
        remotes=_idx("https://ossci-datasets.s3.amazonaws.com/mnist", MNIST_MD5, "MNIST/raw"),
    )
)  # fmt: skip

SOURCES.register(
    "fashion-mnist",
    title="Fashion-MNIST",
    cite="Xiao et al. 2017, IDX files",
    note="clothes in 28×28 pixels; the folder holds FashionMNIST/raw or the four files, gzipped or not",
)(
    Source(
        (1, 28, 28), 10, files=IDX, places=("FashionMNIST/raw", "raw"),
        remotes=_idx("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com", FASHION_MD5, "FashionMNIST/raw"),
    )
)  # fmt: skip

SOURCES.register(
    "cifar10",
    title="CIFAR-10",
    cite="Krizhevsky 2009, binary version",
    note="photographs of 32×32 pixels; the folder holds cifar-10-batches-bin",
)(
    Source(
        (3, 32, 32),
        10,
        files=(*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"),
        places=("cifar-10-batches-bin",),
        padding=4,
        mirror=True,
        remotes=(Remote(f"{CIFAR}/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", "", archive=True),),
    )
)

SOURCES.register(
    "cifar100",
    title="CIFAR-100",
    cite="Krizhevsky 2009, binary version, the 100 fine labels",
    note="photographs of 32×32 pixels in 100 classes; the folder holds cifar-100-binary",
)(
    Source(
        (3, 32, 32),
        100,
        files=("train.bin", "test.bin"),
        places=("cifar-100-binary",),
        padding=4,
        mirror=True,
        remotes=(Remote(f"{CIFAR}/cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", "", archive=True),),
    )
)


def data_folder() -> Path:
    """Where downloads go, and where data are looked for if no folder is named: $RESVIZ_DATA, or the user's cache."""
    chosen = os.environ.get("RESVIZ_DATA")
    if chosen:
        return expanded(chosen)
    return expanded(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "resviz"


def locate(data: str, folder: str) -> dict[str, Path]:
    """Where each file of the data set lies, by its name; nothing for data that are built in.

    Raises DataError naming the first file that is missing.
    """
    entry = SOURCES[data]
    source = entry.thing
    if not source.files:
        return {}
    if not folder:
        return _locate_own(data)
    base = expanded(folder)
    if not base.is_dir():
        raise DataError(f"there is no folder {base}: set data_dir to the folder that holds {source.files[0]}")
    return {name: _find(base, (base, *(base / place for place in source.places)), name) for name in source.files}


def _locate_own(data: str) -> dict[str, Path]:
    """The files in the folder of downloads; those of several data sets have one name, so the place has to be right."""
    source, base = SOURCES[data].thing, data_folder()
    try:
        return {name: _find(base, (base / source.places[0],), name) for name in source.files}
    except DataError:
        raise DataError(
            f"{SOURCES[data].title} is not on this machine: set data_dir to the folder that holds {source.files[0]}, "
            f"put {source.places[0]} into {base}, or take digits, which are built in"
        ) from None


def _find(base: Path, places: tuple[Path, ...], name: str) -> Path:
    for place in places:
        for spelling in (name, f"{name}.gz"):
            if (place / spelling).is_file():
                return place / spelling
    raise DataError(f"{name} is missing: it is neither in {base} nor in its folder {places[-1].name}")
