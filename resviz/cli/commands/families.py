"""`resviz families`: the families and their knobs."""

from __future__ import annotations

import argparse
import json

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.cli.networks import ledger_options
from resviz.core.knob import Knob
from resviz.core.registry import Entry
from resviz.core.spec import NetSpec
from resviz.zoo.families import FAMILIES


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    if options.format == "json":
        print(json.dumps([_family(entry) for entry in FAMILIES]))
        return 0
    for entry in FAMILIES:
        print(f"{entry.name}: {entry.title} ({entry.cite})")
        for k in entry.thing.knobs():
            print(f"  {k.flag:<16} {_range(k, entry.thing()):<44} {k.title}: {k.help}")
    return 0


def _family(entry: Entry[type[NetSpec]]) -> dict[str, object]:
    knobs = [_knob(k, entry.thing()) for k in entry.thing.knobs()]
    return {"name": entry.name, "title": entry.title, "cite": entry.cite, "knobs": knobs}


def _knob(k: Knob, spec: NetSpec) -> dict[str, object]:
    return {"name": k.name, "flag": k.flag, "kind": k.kind, "title": k.title, "help": k.help, "low": k.low,
            "high": k.high, "choices": list(spec.offered(k)) or None, "default": spec.json()[k.name]}  # fmt: skip


def _range(k: Knob, spec: NetSpec) -> str:
    options = spec.offered(k)
    if options:
        return "|".join(map(str, options)) if len(options) < 8 else f"{options[0]}…{options[-1]}"
    return f"{k.low:g}…{k.high:g}" if k.low is not None and k.high is not None else k.kind


COMMAND = Command("families", 13, "list the families and their knobs", run, ledger_options)
