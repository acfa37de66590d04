"""`resviz open`: which network a file shows or holds: a figure, a table, source, weights."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from urllib.parse import urlencode

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.core.spec import NetSpec
from resviz.export.reading import Opened, opened
from resviz.zoo.families import name_of, to_json, to_text

FIRST_FAMILY = "resnet"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what resviz wrote, or weights in safetensors")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json is read by --spec")


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    found = opened(Path(options.file))
    if options.format == "json":
        documents = [to_json(spec) for spec in found.specs]
        print(json.dumps(documents if len(documents) > 1 else documents[0]))
    else:
        print("\n".join(_lines(found)))
    return 0


def _lines(found: Opened) -> list[str]:
    lines = [line for spec in found.specs for line in _network(spec)]
    turned = found.figure.chosen() if found.figure else {}
    if turned:
        lines.append("drawn with " + " ".join(f"--{name.replace('_', '-')} {text}" for name, text in turned.items()))
    return [*lines, *found.notes]


def _network(spec: NetSpec) -> list[str]:
    parameters = dict(spec.chosen())
    if name_of(type(spec)) != FIRST_FAMILY:
        parameters["family"] = name_of(type(spec))
    return [spec.title(), f"  network {to_text(spec)}", f"  page    ?{urlencode(parameters)}"]


COMMAND = Command("open", 8.4, "say which network a figure, a table, source or weights are of", run, options)
