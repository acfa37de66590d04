"""The stage table is He et al. 2015, Table 1, in every notation, read back by the notation's own reader."""

from __future__ import annotations

import csv
import io

import openpyxl
import pypdf
import pytest
from readers import typeset

from resviz.core.net import sections
from resviz.draw.ruled import Group
from resviz.export import formats
from resviz.export.export import Job
from resviz.export.stages import plain
from resviz.views import tables
from resviz.views.stages import stage_table
from resviz.zoo.families import FAMILIES, from_text

DEPTHS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
TABLE_1 = {
    "stage 1": ("56×56", [("3×3, 64", 2, 2), ("3×3, 64", 2, 3), (("1×1, 64", "3×3, 64", "1×1, 256"), 1, 3)]),
    "stage 2": ("28×28", [("3×3, 128", 2, 2), ("3×3, 128", 2, 4), (("1×1, 128", "3×3, 128", "1×1, 512"), 1, 4)]),
    "stage 3": ("14×14", [("3×3, 256", 2, 2), ("3×3, 256", 2, 6), (("1×1, 256", "3×3, 256", "1×1, 1024"), 1, 6)]),
    "stage 4": ("7×7", [("3×3, 512", 2, 2), ("3×3, 512", 2, 3), (("1×1, 512", "3×3, 512", "1×1, 2048"), 1, 3)]),
}
"""He et al. 2015, Table 1, columns 18, 34 and 50: lines, how often a line stands, how often the brackets."""


def job(*networks: str) -> Job:
    return Job(tuple(map(from_text, networks)))


def test_it_is_table_1() -> None:
    table = stage_table([(name, from_text(name).node()) for name in DEPTHS])
    rows = {row[0][0].lines[0]: row for row in table.rows}
    for stage, (size, cells) in TABLE_1.items():
        assert rows[stage][1] == (Group((size,)),)
        for cell, (lines, often, times) in zip(rows[stage][2:], cells):
            expected = lines if isinstance(lines, tuple) else (lines,) * often
            assert cell == (Group(expected, times),)
    counts = [[row[i][0].times for row in table.rows if row[i][0].times] for i in (5, 6)]
    assert counts == [[3, 4, 23, 3], [3, 8, 36, 3]]
    assert [plain(cell) for cell in table.foot[1]] == [
        "MACs",
        "",
        "1.814 G",
        "3.664 G",
        "4.089 G",
        "7.801 G",
        "11.51 G",
    ]


def test_networks_of_other_sizes_have_rows_of_their_own() -> None:
    table = stage_table([(name, from_text(name).node()) for name in ("resnet18", "resnet20")])
    keys = [(plain(row[0]), plain(row[1])) for row in table.rows]
    assert keys.count(("stage 1", "56×56")) == keys.count(("stage 1", "32×32")) == 1
    filled = [[plain(cell) != "–" for cell in row[2:]] for row in table.rows]
    assert all(any(row) for row in filled)
    assert [True, True] in filled


@pytest.mark.parametrize("family", FAMILIES.names())
def test_every_unit_is_in_the_table(family: str) -> None:
    node = from_text(family).node()
    table = stage_table([("x", node)])
    assert sum(group.times for row in table.rows for group in row[2]) == tables.totals(node).units


def test_rows_stand_by_falling_size_whatever_networks_there_are() -> None:
    """And every network has its own parts in its own order."""
    names = ("resnet50", "resnet18", "googlenet", "highway10", "highway19", "vgg16")
    table = stage_table([(name, from_text(name).node()) for name in names])
    sizes = [int(plain(row[1]).split("×")[0]) for row in table.rows]
    assert sizes == sorted(sizes, reverse=True)
    for i, name in enumerate(names):
        own = [plain(row[0]) for row in table.rows if plain(row[2 + i]) != "–"]
        assert own == [at.name.replace("stage", "stage ") for at in sections(from_text(name).node())], name


def test_branches_and_gates_are_written_apart() -> None:
    """Szegedy et al. 2014, Table 1, inception (3a); a highway layer's gate has weights of its own."""
    inception = ("in parallel", "1×1, 64", "1×1, 96 → 3×3, 128", "1×1, 16 → 5×5, 32", "3×3 max pool → 1×1, 32")
    for name, row, group in (
        ("googlenet-paper", 1, Group(inception, 1)),
        ("highway10", 1, Group(("fc, 50", "gate fc, 50"), 9)),
        ("resnet20:shortcut=shortcut-gate", 1, Group(("3×3, 16", "3×3, 16", "gate 1×1, 16"), 3)),
        ("seresnet50", 1, Group(("1×1, 64", "3×3, 64", "1×1, 256", "SE 1×1, 16 → 1×1, 256"), 3)),
    ):
        assert stage_table([(name, from_text(name).node())]).rows[row][2][0] == group, name


def test_auxiliary_heads_are_listed_where_they_are_counted() -> None:
    """Szegedy et al. 2014, section 5: behind 4a and 4d, with half of the parameters in their first fc."""
    table = stage_table([(name, from_text(name).node()) for name in ("googlenet", "googlenet-aux")])
    plain_stage, with_heads = table.rows[2][2:]
    head = Group(("auxiliary head: avg pool to 4×4 → 1×1, 128 → fc, 1024 → fc, 1000",))
    assert [i for i, group in enumerate(with_heads) if group == head] == [1, 5]
    assert tuple(group for group in with_heads if group != head) == plain_stage
    for format in ("csv", "markdown", "latex"):
        text = formats.found()[format].write(job("googlenet-aux")).decode("utf-8-sig")
        assert text.count("auxiliary head:") == 2


def test_csv_is_read_back() -> None:
    data = formats.found()["csv"].write(job("resnet18", "resnet50"))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["stage", "output", "ResNet-18", "ResNet-50"]
    assert rows[2] == ["stage 1", "56×56", "[3×3, 64; 3×3, 64] ×2", "[1×1, 64; 3×3, 64; 1×1, 256] ×3"]
    assert {len(row) for row in rows} == {4}
    whole = [tables.totals(from_text(name).node()) for name in ("resnet18", "resnet50")]
    assert rows[-2] == ["parameters", "", *(str(each.params) for each in whole)]
    assert rows[-1] == ["MACs", "", *(str(each.macs) for each in whole)]


def test_markdown_has_a_rule_and_as_many_cells_in_every_row() -> None:
    text = formats.found()["markdown"].write(job(*DEPTHS)).decode()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {len(DEPTHS) + 3}
    assert set(rows[1]) <= set("|:-")


def test_latex_is_compiled(tmp_path) -> None:
    """With the package booktabs, on a page that is large enough for seven columns."""
    table = formats.found()["latex"].write(job(*DEPTHS, "vgg16", "highway19")).decode()
    head = r"\documentclass[landscape]{article}\usepackage{booktabs}"
    page = r"\usepackage[margin=5mm,paperwidth=420mm,paperheight=297mm]{geometry}"
    pdf = typeset(tmp_path, f"{head}{page}\\begin{{document}}{table}\\end{{document}}")
    text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert "ResNet-152" in text
    assert "11.51 G" in text


def test_brackets_of_rows_below_each_other_stand_apart() -> None:
    """Space after a row's end is lost in a row that is deeper than a line; booktabs' is not."""
    table = formats.found()["latex"].write(job("resnet18", "googlenet")).decode()
    body = table.split(r"\midrule")[1]
    assert body.count("\n    \\addlinespace[3pt]\n") == len(stage_table([
        (name, from_text(name).node()) for name in ("resnet18", "googlenet")]).rows) - 1  # fmt: skip
    assert r"\right]\times 1$ \\ \addlinespace[3pt] $\left[" in body
    assert table.index(r"\belowcaptionskip") < table.index(r"\caption")


def test_the_workbook_has_numbers_and_sums_that_are_the_networks() -> None:
    spec = from_text("resnet18")
    book = openpyxl.load_workbook(io.BytesIO(formats.found()["xlsx"].write(Job((spec,)))))
    assert book.sheetnames == ["stages", "by stage, ResNet-18", "by block, ResNet-18", "by op, ResNet-18"]
    whole = tables.totals(spec.node())
    for name, level in zip(book.sheetnames[1:], tables.LEVELS):
        header, *rows, foot = list(book[name].iter_rows(values_only=True))
        assert header[:4] == ("part", "kind", "output", "parameters")
        assert len(rows) == len(tables.rows(spec.node(), level))
        assert sum(row[3] for row in rows) == whole.params
        assert sum(row[5] for row in rows) == whole.macs
        assert foot[3] == f"=SUM(D2:D{len(rows) + 1})"
    assert book["stages"]["C3"].value == "[3×3, 64\n3×3, 64] ×2"
    foot = list(book["stages"].iter_rows(values_only=True))[-2:]
    assert foot == [("parameters", None, whole.params), ("MACs", None, whole.macs)]


def test_a_workbook_of_several_networks_has_sheets_of_each() -> None:
    book = openpyxl.load_workbook(io.BytesIO(formats.found()["xlsx"].write(job(*DEPTHS))))
    assert len(book.sheetnames) == len(set(book.sheetnames)) == 1 + 3 * len(DEPTHS)
