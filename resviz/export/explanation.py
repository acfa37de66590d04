"""What is said of a network: its badge, and all that the page Explained says, as text and as JSON."""

from __future__ import annotations

from functools import lru_cache

from resviz.core.spec import NetSpec
from resviz.views import tables
from resviz.views.badge import Badge, Catalogue
from resviz.views.equation import equations
from resviz.zoo.families import to_json
from resviz.zoo.known import by_name, compared, known, reports
from resviz.zoo.lessons import Lesson, lessons
from resviz.zoo.reported import Report


@lru_cache(maxsize=1)
def _catalogue() -> Catalogue:
    return Catalogue(known(), by_name())


@lru_cache(maxsize=512)
def badge(spec: NetSpec, params: int) -> Badge:
    """What the network, which has so many parameters, is."""
    return _catalogue().badge(spec, params)


def _badge(spec: NetSpec) -> Badge:
    return badge(spec, tables.costs(spec.node()).params)


def document(spec: NetSpec) -> dict[str, object]:
    """The explanation as JSON: badge, equations in LaTeX, what papers report, and the lessons in Markdown."""
    found = _badge(spec)
    nearest = found.nearest and {
        "spec": to_json(found.nearest.spec),
        "title": found.nearest.spec.title(),
        "differences": list(found.nearest.differences),
        "params": found.nearest.params,
    }
    return {
        "spec": to_json(spec),
        "title": spec.title(),
        "badge": {"text": found.text(), "sentences": list(found.sentences), "nearest": nearest},
        "equations": [{"title": title, "lines": lines} for title, lines in equations(spec.node())],
        "reported": [_row(report) for report in reports(spec)],
        "measured": {k.name: [{**_row(report), "this_network": here} for report, here in rows]
                     for k in spec.knobs() if (rows := compared(spec, k.name))},
        "lessons": [_lesson(lesson) for lesson in lessons(spec)],
    }  # fmt: skip


def _row(report: Report) -> dict[str, object]:
    errors = dict(zip(("top1", "top5"), map(float, report.errors), strict=False))
    return {"cite": report.cite, "network": report.called, "data": report.data, "errors": errors,
            "params": report.params, "remark": report.remark, "sentence": report.sentence()}  # fmt: skip


def _lesson(lesson: Lesson) -> dict[str, str]:
    entry = lesson.entry
    return {"kind": lesson.kind, "name": entry.name, "title": entry.title, "cite": entry.cite,
            "formula": entry.formula, "text": entry.text or entry.note}  # fmt: skip


def text(spec: NetSpec) -> str:
    """The explanation to be read in a terminal."""
    parts = [f"{spec.title()}\n{_badge(spec).text()}"]
    parts += ["\n".join([title, *(f"  {line}" for line in lines)]) for title, lines in equations(spec.node())]
    parts += _listed("reported of this network", [report.sentence() for report in reports(spec)])
    for k in spec.knobs():
        rows = [report.sentence() + ": this network" * here for report, here in compared(spec, k.name)]
        parts += _listed(f"measured of this {k.title.lower()}", rows)
    for lesson in lessons(spec):
        entry = lesson.entry
        heading = f"{lesson.kind.capitalize()}: {entry.title} ({entry.cite})"
        parts.append("\n\n".join(filter(None, (heading, entry.formula, (entry.text or entry.note).strip()))))
    return "\n\n".join(parts) + "\n"


def _listed(title: str, lines: list[str]) -> list[str]:
    return ["\n".join([title, *(f"- {line}" for line in lines)])] if lines else []
