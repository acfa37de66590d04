"""What a file carries of where it came from: its networks' specs and its figure's knobs, as one line of JSON.

The line is written so that it may stand in XML, HTML, TeX and comments as it is, and is found again by its mark in
the bytes of any of them, also inside the parts of a ZIP (PPTX, XLSX, torch's archives). So a figure that somebody
was sent opens again as the network that it shows.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
        text = _after_mark(part)
        if text is not None:
            return _read(text)
    at = data.find(IN_SOURCE.encode())
    if at >= 0:
        text = data[at + len(IN_SOURCE) : at + LONGEST].decode("utf-8", errors="replace").lstrip()
        return _read_networks(text.replace("\\\\", "\\"))
    if data.lstrip()[:1] in (b"{", b"[") and b'"family"' in data:
        return _read_networks(data.decode("utf-8-sig", errors="replace").strip())
    return None


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


def _read_networks(text: str) -> Carried:
    """What a bare spec, or a list of them, says."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        raise SpecError(DAMAGED) from None
    return _read(json.dumps({"networks": value if isinstance(value, list) else [value]}))


def _read(text: str) -> Carried:
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
        networks, knobs = value["networks"], value.get("figure", {})
        specs = tuple(from_json(network) for network in networks)
        figure = Figure.of(knobs)
    except SpecError as error:
        raise SpecError(f"this file's network cannot be built by this version of resviz: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SpecError(DAMAGED) from None
    if not specs:
        raise SpecError("this file says that it is from resviz, but names no network")
    return Carried(specs, figure)
