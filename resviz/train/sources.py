"""The data sets that a network can be trained on, as far as one needs no tensor to know them.

Shapes, classes, file names in their publishers' formats and how training images may be moved about. The images
themselves are read by `resviz.train.data`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resviz.core.net import Shape
from resviz.core.registry import Registry
from resviz.train.errors import DataError


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


SOURCES: Registry[Source] = Registry("data set")

SOURCES.register(
    "digits",
    title="Digits",
    cite="Alpaydin & Kaynak 1998, UCI; the 1,797 images in scikit-learn",
    note="handwritten digits of 8×8 pixels, built in",
)(Source((1, 8, 8), 10))

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
    )
)

SOURCES.register(
    "mnist",
    title="MNIST",
    cite="LeCun et al. 1998, IDX files",
    note="handwritten digits of 28×28 pixels; the folder holds MNIST/raw or the four files, gzipped or not",
)(
    Source(
        (1, 28, 28),
        10,
        files=(
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
        ),
        places=("MNIST/raw", "raw"),
    )
)


def locate(data: str, folder: str) -> dict[str, Path]:
    """Where each file of the data set lies, by its name; nothing for data that are built in.

    Raises DataError naming the first file that is missing.
    """
    entry = SOURCES[data]
    source = entry.thing
    if not source.files:
        return {}
    if not folder:
        raise DataError(
            f"{entry.title} is read from a folder and none was named: set data_dir to the folder that holds "
            f"{source.files[0]}, or take digits, which are built in"
        )
    base = Path(folder).expanduser()
    if not base.is_dir():
        raise DataError(f"there is no folder {base}: set data_dir to the folder that holds {source.files[0]}")
    return {name: _find(base, source.places, name) for name in source.files}


def _find(base: Path, places: tuple[str, ...], name: str) -> Path:
    for place in (base, *(base / place for place in places)):
        for spelling in (name, f"{name}.gz"):
            if (place / spelling).is_file():
                return place / spelling
    raise DataError(f"{name} is missing: it is neither in {base} nor in its folder {places[0]}")
