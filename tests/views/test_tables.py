"""The tables: columns add up at every level, and the JSON document has the contract's fields and no others."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from resviz.core.net import Node, leaves, sections
from resviz.views import tables
from resviz.zoo.families import PRESETS, named, to_json

SUMMED = ("params", "buffers", "macs", "activations")
TOTALS = {
    "params", "buffers", "macs", "activations", "depth", "units", "paths", "params_shortcut", "receptive_field",
}  # fmt: skip
STAGE = {"name", "out", "params", "buffers", "macs", "activations", "receptive_field"}
ROW = {"path", "op", "in", "out", "params", "macs", "activations", "receptive_field"}

SPECS = [(name, {}) for name in PRESETS.names()] + [
    ("resnet", {"depth": "50", "se": "true", "drop_path": "0.2", "order": "pre"}),
    ("resnet", {"blocks": "1,2,1,1,2,1,1", "shortcut": "C", "width": "8", "input": "5,130,97"}),
    ("resnet", {"layout": "cifar", "depth": "20", "shortcut": "none", "order": "bn-after-add", "conv_bias": "true"}),
]


def ident(case: object) -> str:
    return case if isinstance(case, str) else ",".join(case.values()) if isinstance(case, dict) else ""


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


@pytest.mark.parametrize(("name", "knobs"), SPECS, ids=ident)
@pytest.mark.parametrize("level", tables.LEVELS)
def test_columns_add_up(name: str, knobs: dict[str, str], level: str) -> None:
    node = placed(name, **knobs)
    totals, rows = tables.totals(node), tables.rows(node, level)
    for field in SUMMED:
        assert sum(getattr(row, field) for row in rows) == getattr(totals, field)
    assert len({row.path for row in rows}) == len(rows)
    assert (rows[0].ins, rows[-1].out) == (node.ins, node.out)


@pytest.mark.parametrize("name", ["resnet20", "resnet50", "plain34", "preact-resnet164", "seresnet50"])
def test_rows_are_the_terms_parts(name: str) -> None:
    node = placed(name)
    by_op = tables.rows(node)
    assert [(row.path, row.ins, row.out) for row in by_op] == [(path, at.ins, at.out) for path, at in leaves(node)]
    by_block = [row.path for row in tables.rows(node, "block")]
    totals = tables.totals(node)
    assert (by_block[0], by_block[-1]) == ("stem", "head")
    assert len(by_block) == totals.units + 2
    stages = [row.path for row in tables.rows(node, "stage")]
    assert stages == ["stem", *(f"stage{i}" for i in range(1, len(stages) - 1)), "head"]
    assert stages == [section.name for section in sections(node)]


def test_shapes_thread_through_blocks_and_stages() -> None:
    for level in ("block", "stage"):
        rows = tables.rows(placed("resnet50", input="3,97,130"), level)
        assert all(before.out == after.ins[0] for before, after in pairwise(rows))


def test_resnet50_by_stage() -> None:
    """He et al. 2015, Table 1: conv1 and conv2_x to conv5_x put out 112 (56 behind the pool), 56, 28, 14, 7."""
    rows = tables.rows(placed("resnet50"), "stage")
    assert [row.out for row in rows] == [
        (64, 56, 56), (256, 56, 56), (512, 28, 28), (1024, 14, 14), (2048, 7, 7), (1000,),
    ]  # fmt: skip
    assert rows[0].params == 7 * 7 * 3 * 64 + 2 * 64
    assert rows[-1].params == rows[-1].macs + 1000 == 2048 * 1000 + 1000


@pytest.mark.parametrize(
    ("name", "shortcuts"),
    [
        ("resnet20", 0),
        ("plain20", 0),
        ("resnet18", sum(c * 2 * c + 2 * 2 * c for c in (64, 128, 256))),
        ("resnet50", sum(a * b + 2 * b for a, b in ((64, 256), (256, 512), (512, 1024), (1024, 2048)))),
    ],
)
def test_parameters_of_the_shortcuts(name: str, shortcuts: int) -> None:
    """Option A has none; a 1×1 projection has C_in·C_out weights, and its BN two numbers a channel."""
    assert tables.totals(placed(name)).params_shortcut == shortcuts


@pytest.mark.parametrize(("name", "knobs"), SPECS, ids=ident)
def test_the_document_has_the_contracts_fields(name: str, knobs: dict[str, str]) -> None:
    spec = named(name, knobs)
    document = json.loads(json.dumps(tables.document(to_json(spec), spec.title(), spec.node()), allow_nan=False))
    assert document.keys() == {"spec", "title", "totals", "stages", "rows"}
    assert document["spec"] == to_json(spec)
    assert document["title"] == spec.title()
    assert document["totals"].keys() == TOTALS
    assert all(stage.keys() == STAGE for stage in document["stages"])
    assert all(row.keys() == ROW for row in document["rows"])
    for field in SUMMED:
        assert sum(stage[field] for stage in document["stages"]) == document["totals"][field]
    assert document["rows"][0]["in"] == [list(spec.input)]
    assert document["stages"][-1]["out"] == [spec.classes]


def test_paths_are_a_decimal_string() -> None:
    for name, paths in (("resnet20", "512"), ("plain20", "1"), ("resnet1202", str(2**600))):
        assert tables.totals(placed(name)).json()["paths"] == paths


def test_paths_of_any_length_are_written_out() -> None:
    """Python refuses to print whole numbers of over 4,300 digits at once; zeros inside must not be lost."""
    counted = tables.Totals(1, 1, 1, 1, 1, 1, 7 * 10**9000 + 3, 1, 1)
    assert counted.json()["paths"] == "7" + "0" * 8999 + "3"


def test_an_addition_has_two_inputs() -> None:
    (row,) = [row.json() for row in tables.rows(placed("resnet8")) if row.path == "layer2.0.add"]
    assert row["in"] == [[32, 16, 16], [32, 16, 16]]
    assert (row["op"], row["params"], row["macs"], row["activations"]) == ("Add", 0, 0, 32 * 16 * 16)
