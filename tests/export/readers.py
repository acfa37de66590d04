"""Figures as other programs read them: what the tests of formats ask about boxes and connectors."""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn

from resviz.draw.scene import PlacedBox, Sign
from resviz.draw.trace import edges
from resviz.export.export import Job

Edges = Counter
"""Pairs of paths, a tail and a head; no tail is the network's input."""


def of_picture(job: Job) -> Edges:
    """The edges of the job's own scene."""
    return Counter((edge.tail.path if edge.tail else None, edge.head.path) for edge in edges(job.drawing().scene))


def solids(job: Job) -> Counter:
    """The paths of the scene's boxes and signs."""
    found = [mark for mark in job.drawing().scene.marks if isinstance(mark, (PlacedBox, Sign))]
    return Counter(mark.path for mark in found if mark.path)


def of_drawio(data: bytes) -> tuple[Counter, Edges]:
    """What boxes and connectors diagrams.net finds: cells by id, edges by source and target."""
    root = ET.fromstring(data).find("diagram/mxGraphModel/root")
    names = {cell.attrib["id"]: cell.get("path", "") for cell in root.iter("object")}
    found = Counter()
    for cell in root.iter("mxCell"):
        if cell.get("edge") and cell.get("target"):
            found[names.get(cell.get("source", "")) if cell.get("source") else None, names[cell.attrib["target"]]] += 1
    boxes = [names[o.attrib["id"]] for o in root.iter("object") if o.get("path") and _joinable(o)]
    return Counter(boxes), found


def _joinable(carrier: ET.Element) -> bool:
    (cell,) = carrier.iter("mxCell")
    return "connectable=0" not in cell.attrib["style"]


def of_slide(data: bytes) -> tuple[Counter, Edges]:
    """What shapes and glued connectors PowerPoint finds, chains of connectors from dot to dot taken together."""
    (slide,) = Presentation(io.BytesIO(data)).slides
    names = {shape.shape_id: shape.name for shape in slide.shapes}
    into: dict[int, int] = {}
    ends = []
    for line in connectors(slide):
        start, end = line.find(f".//{qn('a:stCxn')}"), line.find(f".//{qn('a:endCxn')}")
        assert (start is None) == (end is None), "a connector is glued at one end alone"
        if start is None:
            continue
        source, target = int(start.get("id")), int(end.get("id"))
        if names[target] == "corner":
            assert target not in into, "two connectors end in one dot"
            into[target] = source
        else:
            ends.append((source, target))
    found = Counter()
    for start, target in ends:
        source = start
        while names[source] == "corner":
            source = into[source]
        found[names[source] if names[source] != "input" else None, names[target]] += 1
    joined = {name for pair in found for name in pair}
    return Counter(name for name in names.values() if name in joined), found


def connectors(slide) -> list:
    return list(slide.shapes._spTree.iter(qn("p:cxnSp")))


def run_of(line) -> list[tuple[float, float]]:
    """The corners of a connector in EMU, as the standard's preset geometry computes them from its frame."""
    transform = line.spPr.find(qn("a:xfrm"))
    offset, extent = transform.find(qn("a:off")), transform.find(qn("a:ext"))
    x, y, w, h = (int(e.get(k)) for e, k in ((offset, "x"), (offset, "y"), (extent, "cx"), (extent, "cy")))
    geometry = line.spPr.find(qn("a:prstGeom"))
    kind = geometry.get("prst")
    local = [(0.0, 0.0), (w, 0.0), (w, h)] if kind == "bentConnector2" else [(0.0, 0.0), (w, h)]
    assert kind in ("bentConnector2", "line")
    turn = math.radians(int(transform.get("rot", "0")) / 60_000)
    flip_x, flip_y = (-1 if transform.get(name) == "1" else 1 for name in ("flipH", "flipV"))
    corners = []
    for a, b in local:
        u, v = flip_x * (a - w / 2), flip_y * (b - h / 2)
        corners.append((x + w / 2 + u * math.cos(turn) - v * math.sin(turn),
                        y + h / 2 + u * math.sin(turn) + v * math.cos(turn)))  # fmt: skip
    return corners


def impress(folder: Path, data: bytes) -> Image.Image:
    """A slide as LibreOffice Impress shows it; without it a test is skipped."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no LibreOffice on this machine: install Debian's libreoffice-impress for this test")
    (folder / "slide.pptx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "png", "--outdir", str(folder), "slide.pptx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    shown = Image.open(folder / "slide.png")
    shown.load()
    return shown


def latex() -> str:
    """LaTeX itself; without it a test is skipped, in CI it fails."""
    found = shutil.which("pdflatex")
    if found is None and os.environ.get("RESVIZ_REQUIRE_LATEX"):
        pytest.fail("there is no LaTeX here, and RESVIZ_REQUIRE_LATEX asks for one")
    if found is None:
        pytest.skip("no LaTeX on this machine: install Debian's texlive-latex-base and texlive-pictures for this test")
    return found


def compiled(folder: Path, text: str) -> tuple[bytes, str]:
    """The PDF that LaTeX makes of a file, and its log; an error fails the test."""
    (folder / "figure.tex").write_text(text, encoding="utf-8")
    command = [latex(), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "figure.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False)
    log = (folder / "figure.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    return (folder / "figure.pdf").read_bytes(), log


def typeset(folder: Path, text: str) -> bytes:
    """The PDF that LaTeX makes of a file; what it complains about fails the test."""
    pdf, log = compiled(folder, text)
    assert not re.findall(r"^(?:!|Missing character|Overfull).*", log, re.M), log[-2000:]
    return pdf
