"""`resviz features`: a picture on its way through a network, as one PNG for each stage or unit."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from pathlib import Path

from resviz.cli import laboratory
from resviz.cli.command import Command, Texts
from resviz.core import files
from resviz.core.ops import dims
from resviz.lab.client import Features, features
from resviz.lab.errors import LabError
from resviz.lab.limits import LARGEST_FILE
from resviz.nn.client import Torch


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("networks", nargs=1, metavar="RUN|NETWORK", help="a run, or a network that is not trained")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--index", type=int, default=0, help="which test image, from 0")
    which.add_argument("--image", metavar="FILE", help="a picture of your own in its place")
    parser.add_argument("--invert", action="store_true", help="turn dark into light: for ink on paper")
    parser.add_argument("--by", choices=("stage", "unit"), default="stage")
    parser.add_argument("-o", "--output", metavar="FOLDER", help="where the PNGs go")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace, texts: Texts) -> int:
    if options.invert and not options.image:
        raise LabError("--invert is for a picture of your own: give --image FILE with it")
    (subject,) = laboratory.subjects(options.networks, texts, trained=True)
    image = _read(Path(options.image)) if options.image else None
    with closing(Torch()) as torch:
        found = features(torch, subject, options.by, index=options.index, image=image, invert=options.invert)
    if options.output:
        _save(found, Path(options.output))
    likely = sorted(enumerate(found.probabilities), key=lambda pair: -pair[1])[:3]
    if options.format == "json":
        maps = [{"path": at.path, "shape": at.shape} for at in found.maps]
        print(json.dumps({"label": found.label, "probabilities": found.probabilities, "maps": maps}))
        return 0
    truth = "" if found.label is None else f"label {found.label}; "
    print(truth + ", ".join(f"class {number}: {100 * p:.2f} %" for number, p in likely))
    for at in found.maps:
        print(f"{at.path:<16} {dims(at.shape)}")
    return 0


def _read(file: Path) -> bytes:
    """The file, unless it is too large to be a picture for this; raises LabError or OSError."""
    size = file.stat().st_size
    if size > LARGEST_FILE:
        raise LabError(f"{file} has {size:,} bytes, and {LARGEST_FILE:,} are the most: make it smaller")
    return file.read_bytes()


def _save(found: Features, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files.write(folder / "picture.png", found.picture)
    for number, at in enumerate(found.maps):
        files.write(folder / f"{number:03}-{at.path}.png", at.png)


COMMAND = Command("features", 7.8, "show a picture on its way through a network", run, options)
