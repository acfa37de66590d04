"""HTML: one file that needs nothing else, to pan, to zoom, and to point at a part for its numbers."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from resviz.core.net import Node
from resviz.export.carried import ESCAPED
from resviz.export.export import Export, Job
from resviz.export.picture import svg_of
from resviz.views.notes import everything

VIEWER = Path(__file__).parents[1] / "viewer.js"
HELP = "drag to move, wheel or + − to zoom, 0 for all; point at a part for its numbers"
PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
html, body {{ margin: 0; height: 100%; }}
body {{ display: flex; flex-direction: column; background: {ground}; color: {ink}; }}
body {{ font: 14px/1.4 DejaVu Sans, Arial, sans-serif; }}
svg {{ flex: 1; width: 100%; min-height: 0; cursor: grab; touch-action: none; }}
svg:active {{ cursor: grabbing; }}
.part:is(:hover, :focus) > :is(rect, circle) {{ stroke: {accent}; stroke-width: 2.5; }}
.part:focus {{ outline: none; }}
#said {{ padding: 6px 12px; border-top: 1px solid {faint}; min-height: 1.4em; }}
</style></head>
<body>{picture}<div id="said" role="status" data-help="{help}"></div>
<script type="application/json" id="parts">{parts}</script>
<script>{script}</script></body></html>
"""


def write(job: Job) -> bytes:
    drawn = job.drawing()
    theme = drawn.theme
    parts: dict[str, str] = {}
    for i, spec in enumerate(job.specs):
        told = _told(spec.node())
        # beside each other, networks' parts have their number in front (resviz.draw.aligned)
        parts |= told if job.figure.style != "column" else {f"{i}/{path}": text for path, text in told.items()}
    data = json.dumps(parts)
    for char, code in ESCAPED.items():
        data = data.replace(char, code)
    page = PAGE.format(
        title=escape(drawn.title), ground="#ffffff" if theme.ground == "none" else theme.ground, ink=theme.ink,
        accent=theme.accent, faint=theme.faint, picture=svg_of(drawn, job.line()), help=HELP, parts=data,
        script=VIEWER.read_text(encoding="utf-8"),
    )  # fmt: skip
    return page.encode()


def _told(node: Node) -> dict[str, str]:
    """What is said of each part, by its path."""
    return {path: " · ".join([path, *lines.splitlines()]) for path, lines in everything(node).items()}


EXPORT = Export("html", "HTML", "figure", 9, ".html", "text/html", "one interactive file: pan, zoom, point", write)
