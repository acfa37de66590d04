"""What networks a command is about: a preset or family with knobs as flags, or JSON from a file or standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from resviz.cli.command import Texts
from resviz.core.knob import SpecError
from resviz.core.net import Node
from resviz.core.spec import NetSpec
from resviz.zoo.families import from_json, named, to_json


def asked(options: argparse.Namespace, texts: Texts) -> NetSpec | list[NetSpec]:
    """What a command is about: one network, or a list where the JSON holds a list; raises SpecError."""
    if options.spec is None:
        if options.network is None:
            raise SpecError("name a preset or a family, such as resnet50, or give --spec FILE")
        return named(options.network, texts)
    if options.network is not None:
        raise SpecError("give a preset or a family, or --spec FILE, not both")
    value = _read_json(options.spec)
    if isinstance(value, list):
        return [_from_json(item, texts) for item in value]
    return _from_json(value, texts)


def several(options: argparse.Namespace, texts: Texts) -> list[NetSpec]:
    """The networks as a list, also where there is one; raises SpecError."""
    found = asked(options, texts)
    return found if isinstance(found, list) else [found]


def one(options: argparse.Namespace, texts: Texts) -> NetSpec:
    """The network of a command that takes a single one; raises SpecError."""
    specs = several(options, texts)
    if len(specs) != 1:
        raise SpecError(f"this command takes one network, and {options.spec} holds {len(specs)}")
    return specs[0]


def print_json(options: argparse.Namespace, texts: Texts, document: Callable[[NetSpec], dict[str, object]]) -> None:
    """Print each network's document: one object, or a list where a list was asked for."""
    found = asked(options, texts)
    documents = [document(spec) for spec in (found if isinstance(found, list) else [found])]
    print(json.dumps(documents if isinstance(found, list) else documents[0]))


def print_ledger(
    options: argparse.Namespace,
    texts: Texts,
    document: Callable[[Node], dict[str, object]],
    text: Callable[[str, Node], str],
) -> int:
    """Print a ledger of each network, as text or as JSON."""
    if options.format == "json":
        print_json(options, texts, lambda spec: {"spec": to_json(spec), "title": spec.title(), **document(spec.node())})
        return 0
    for spec in several(options, texts):
        sys.stdout.write(text(spec.title(), spec.node()))
    return 0


def ledger_options(parser: argparse.ArgumentParser) -> None:
    """What every ledger and list can be printed as."""
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _from_json(value: object, texts: Texts) -> NetSpec:
    """The network of a JSON object, the knobs given as flags in place of its own; raises SpecError."""
    spec = from_json(value)
    return from_json({**value, **spec.parse(texts)}) if texts and isinstance(value, dict) else spec


def _read_json(file: str) -> object:
    try:
        # Windows' editors begin a file with a byte-order mark
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{'standard input' if file == '-' else file} is not JSON: {error}") from None
