"""The tables in four notations, each read back: CSV by csv, Markdown and LaTeX column by column."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pypdf
import pytest
from readers import typeset

from resviz.core.spec import NetSpec
from resviz.export.table import HEADER, TABLES
from resviz.export.tex import latex_text
from resviz.views import tables
from resviz.views.tables import Row, Totals
from resviz.zoo.families import from_text, named
from resviz.zoo.known import known

NETS = ("resnet18", "resnet20", "seresnet50", "plain20", "resnext50_32x4d")
CSV_HEADER = [
    "path", "op", "out", "params", "params_share", "buffers", "macs", "macs_share", "activations", "receptive_field",
]  # fmt: skip
HOSTILE = r"a_b%c&d#e$f{g}h~i^j\k|l*m"


def written(notation: str, spec: NetSpec, level: str) -> str:
    node = spec.node()
    return TABLES[notation].thing(spec.title(), tables.rows(node, level), tables.totals(node))


def whole(cell: str) -> int:
    return int(cell.replace(",", "").replace("\\,", ""))


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("level", tables.LEVELS)
def test_csv_read_back_is_the_rows(name: str, level: str) -> None:
    spec = named(name, {})
    header, *lines = csv.reader(io.StringIO(written("csv", spec, level), newline=""))
    assert header == CSV_HEADER
    rows = tables.rows(spec.node(), level)
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        cells = dict(zip(header, line, strict=True))
        assert (cells["path"], cells["op"]) == (row.path, row.op)
        assert tuple(map(int, cells["out"].split("x"))) == row.out
        for field in ("params", "buffers", "macs", "activations", "receptive_field"):
            assert int(cells[field]) == getattr(row, field)
    for share in ("params_share", "macs_share"):
        assert sum(float(line[header.index(share)]) for line in lines) == pytest.approx(1, abs=1e-6 * len(lines))


def test_csv_has_the_line_ends_of_its_standard() -> None:
    """RFC 4180: CRLF, also after the last line."""
    text = written("csv", named("resnet18", {}), "stage")
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize("level", tables.LEVELS)
def test_markdown_has_the_same_columns_in_every_line(level: str) -> None:
    spec = named("resnet18", {})
    heading, _, _, _, *lines = written("markdown", spec, level).splitlines()
    assert heading == "### ResNet-18"
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(line) for line in cells} == {len(HEADER)}
    assert cells[0] == list(HEADER)
    assert all(re.fullmatch(r":--|--:", cell) for cell in cells[1])
    body, foot = cells[2:-1], cells[-1]
    for column in (3, 5, 7):
        assert sum(whole(line[column]) for line in body) == whole(foot[column].strip("*"))


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("level", tables.LEVELS)
def test_latex_is_balanced(name: str, level: str) -> None:
    text = written("latex", named(name, {}), level)
    begun, ended = (re.findall(rf"\\{word}{{(\w+)}}", text) for word in ("begin", "end"))
    assert begun == ended[::-1] == ["table", "tabular"]
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert text.count("$") % 2 == 0
    columns = re.search(r"\\begin{tabular}{([lr]+)}", text)
    assert columns is not None
    lines = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert {len(re.findall(r"(?<!\\)&", line)) + 1 for line in lines} == {len(columns[1])} == {len(HEADER)}
    assert len(lines) == len(tables.rows(named(name, {}).node(), level)) + 2


@pytest.mark.parametrize("name", NETS)
def test_latex_has_no_bare_special_character(name: str) -> None:
    """Behind the comment that names the package, a % or # or _ outside \\_ would end the line or stop LaTeX."""
    comment, *lines = written("latex", named(name, {}), "op").splitlines()
    assert comment == r"% needs \usepackage{booktabs}"
    for line in lines:
        assert not re.search(r"(?<!\\)[%#_~^]", line), line
        assert "×" not in line


def test_latex_escapes_each_special_character() -> None:
    assert latex_text("a_b % & # $ { }") == r"a\_b \% \& \# \$ \{ \}"
    assert latex_text("~^\\") == r"\textasciitilde{}\textasciicircum{}\textbackslash{}"
    assert latex_text("64×56×56") == r"64$\times$56$\times$56"


@pytest.mark.parametrize("text", ["resnet:zero_gamma=true", "resnet:shortcut=scaled", "resnet:stem=deep:se=true"])
def test_latex_is_compiled(text: str, tmp_path: Path) -> None:
    """With the package booktabs, on a page that is wide enough; γ and λ stand in titles."""
    spec = from_text(text)
    head = r"\documentclass{article}\usepackage{booktabs}"
    page = r"\usepackage[margin=5mm,paperwidth=420mm,paperheight=800mm]{geometry}"
    pdf = typeset(tmp_path, f"{head}{page}\\begin{{document}}{written('latex', spec, 'block')}\\end{{document}}")
    assert "shortcuts" in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_every_known_network_is_of_letters_that_latex_has() -> None:
    for spec in known():
        assert written("latex", spec, "op").isascii(), spec.title()


def hostile() -> tuple[list[Row], Totals]:
    row = Row(HOSTILE, HOSTILE, ((1,),), (1, 2, 3), 1, 0, 2, 3, 4)
    return [row], Totals(1, 0, 2, 3, 1, 1, 2, 0, 4)


def test_hostile_names_stay_in_their_cells() -> None:
    rows, totals = hostile()
    _, line = csv.reader(io.StringIO(TABLES["csv"].thing("t", rows, totals), newline=""))
    assert line[:2] == [HOSTILE, HOSTILE]
    marked = TABLES["markdown"].thing(HOSTILE, rows, totals).splitlines()[6]
    assert len(re.split(r"(?<!\\)\|", marked)) == len(HEADER) + 2
    text = TABLES["latex"].thing(HOSTILE, rows, totals)
    body = next(line for line in text.splitlines() if line.startswith("    a\\_b"))
    assert len(re.findall(r"(?<!\\)&", body)) + 1 == len(HEADER)
    assert not re.search(r"(?<!\\)[%#_~^]", body)


@pytest.mark.parametrize("name", NETS)
def test_text_is_aligned(name: str) -> None:
    spec = named(name, {})
    first, _, header, rule, *lines = written("text", spec, "block").splitlines()
    assert first.startswith(f"{spec.title()}: ")
    ends = [match.end() for match in re.finditer("─+", rule)]
    assert len(ends) == len(HEADER)
    assert header.split("  ")[0] == "part"
    for line in (header, *lines):
        assert len(line) <= len(rule)
        for end in ends[1:-1]:
            assert len(line) <= end or line[end : end + 2].strip() == "", line


def test_shares_are_of_the_whole() -> None:
    spec = named("resnet18", {})
    text = written("markdown", spec, "stage")
    shares = [float(share) for share in re.findall(r"([\d.]+) %", text)]
    assert sum(shares) == pytest.approx(200, abs=0.1)


def test_a_net_without_parameters_divides_by_nothing() -> None:
    rows, _ = hostile()
    nothing = Totals(0, 0, 0, 0, 0, 0, 1, 0, 1)
    for entry in TABLES:
        assert entry.thing("t", rows, nothing)
        assert "nan" not in entry.thing("t", rows, nothing)


def test_each_notation_says_what_it_is() -> None:
    assert TABLES.names() == ("text", "csv", "markdown", "latex")
    assert Counter(bool(entry.title) for entry in TABLES) == {True: 4}


@pytest.mark.parametrize(("notation", "ending"), [("csv", "csv"), ("markdown", "md"), ("latex", "tex")])
def test_golden(notation: str, ending: str, golden) -> None:
    golden(f"resnet18-stage.{ending}", written(notation, named("resnet18", {}), "stage"))
