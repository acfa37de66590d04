"""What a file carries of where it came from: its networks' specs and its figure's knobs, as one line of JSON.

The line is written so that it may stand in XML, HTML, TeX and comments as it is, and is found again by its mark in
the bytes of any of them, also inside the parts of a ZIP (PPTX, XLSX, torch's archives). So a figure that somebody
was sent opens again as the network that it shows.
"""

from __future__ import annotations

import codecs
import html
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.export import pdf_metadata, zipped
from resviz.export.figure import Figure
from resviz.zoo.families import from_json, to_json

MARK = "resviz-spec:"
IN_SOURCE = "Written by resviz for this spec:"
"""Behind this a file of source has its spec, in its docstring (resviz.export.source)."""
LONGEST = 200_000
"""Bytes of a line, and of a part of a ZIP that is looked into."""
DAMAGED = "this file says that it is from resviz, but what it says of its network is damaged"
ESCAPED = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "'": "\\u0027"}


@dataclass(frozen=True, slots=True)
class Carried:
    """The networks of a file, and how they were drawn."""

    specs: tuple[NetSpec, ...]
    figure: Figure


def line(specs: Sequence[NetSpec], figure: Figure) -> str:
    """The line that a file carries: the mark and the JSON, in ASCII, without <, >, & and apostrophes."""
    text = json.dumps({"networks": [to_json(spec) for spec in specs], "figure": figure.json()})
    for char, escape in ESCAPED.items():
        text = text.replace(char, escape)
    return f"{MARK} {text}"


def found(data: bytes) -> Carried | None:
    """What a file carries, or None; raises SpecError where that is not possible any more."""
    for part in _parts(data):
        carried = marked(part)
        if carried is not None:
            return carried
    at = data.find(IN_SOURCE.encode())
    if at >= 0:
        text = data[at + len(IN_SOURCE) : at + LONGEST].decode("utf-8", errors="replace").lstrip()
        return of_networks(_listed(_json(text.replace("\\\\", "\\"))))
    return _bare(data)


def marked(data: bytes) -> Carried | None:
    """What the line in these bytes says, or None where there is none; raises SpecError."""
    text = _after_mark(data)
    if text is None:
        return None
    value = _json(text)
    try:
        return of_networks(value["networks"], value.get("figure", {}))
    except (KeyError, TypeError, AttributeError):
        raise SpecError(DAMAGED) from None


def of_networks(networks: Sequence[object], figure: Mapping[str, object] = MappingProxyType({})) -> Carried:
    """What JSON objects of networks and a figure's knobs say; raises SpecError."""
    try:
        specs = tuple(from_json(network) for network in networks)
        drawn = Figure.of(figure)
    except SpecError as error:
        raise SpecError(f"this file's network cannot be built by this version of resviz: {error}") from None
    if not specs:
        raise SpecError("this file says that it is from resviz, but names no network")
    return Carried(specs, drawn)


def _parts(data: bytes) -> Iterator[bytes]:
    """The file, and what of it is packed: a PDF's subject, the parts of a ZIP."""
    yield data
    if data.startswith(pdf_metadata.BEGINS):
        yield pdf_metadata.subject(data).encode()
    if data.startswith(zipped.BEGINS):
        yield from (part.content for part in zipped.parts(io.BytesIO(data), LONGEST) if part.content)


def _after_mark(data: bytes) -> str | None:
    """The text behind the mark; quotes that a format had to escape are undone."""
    at = data.find(MARK.encode())
    if at < 0:
        return None
    text = data[at + len(MARK) : at + LONGEST].decode("utf-8", errors="replace").lstrip()
    if text.startswith(("{&", "&")):
        return html.unescape(text)
    return text.replace('\\"', '"').replace("\\\\u", "\\u") if text.startswith('{\\"') else text


def _bare(data: bytes) -> Carried | None:
    """What a file says that is a spec, or a list of them, and nothing else; other JSON says nothing."""
    # Windows' editors begin a file with a byte-order mark
    text = data.removeprefix(codecs.BOM_UTF8).strip()
    if text[:1] not in (b"{", b"[") or b'"family"' not in text:
        return None
    networks = _listed(_json(text.decode("utf-8", errors="replace")))
    named = any(isinstance(network, dict) and "family" in network for network in networks)
    return of_networks(networks) if named else None


def _json(text: str) -> Any:
    """The JSON that a text begins with; raises SpecError where it is damaged."""
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        raise SpecError(DAMAGED) from None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
