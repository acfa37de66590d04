"""JSON: the choice itself, as `--spec FILE` reads it again."""

from __future__ import annotations

import json

from resviz.export.export import Export, Job
from resviz.zoo.families import to_json


def write(job: Job) -> bytes:
    documents = [to_json(spec) for spec in job.specs]
    return (json.dumps(documents if len(documents) > 1 else documents[0], indent=2) + "\n").encode()


EXPORT = Export(
    "json", "Spec", "program", 29, ".json", "application/json", "the choice as JSON, for --spec FILE", write, text=True
)
