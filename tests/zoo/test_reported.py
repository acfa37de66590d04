"""What is said of networks is what the papers print: rows against the checked numbers, texts against all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from resviz.core.ops import BatchNorm
from resviz.core.registry import Entry
from resviz.core.spec import same_term
from resviz.views import tables
from resviz.zoo import lessons, refinements
from resviz.zoo.blocks import BLOCKS
from resviz.zoo.families import FAMILIES, PRESETS, from_text
from resviz.zoo.known import EQUALS, by_name, compared, known, reports
from resviz.zoo.orders import ORDERS
from resviz.zoo.reported import HE2015, HE2016, HUANG, REPORTS, RESNEXT, WRN, Report
from resviz.zoo.resnet import ResNet
from resviz.zoo.shortcuts import SHORTCUTS

REFERENCE = Path(__file__).parents[1] / "reference"
FILES = {name: json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8")) for name in (
    "he2015", "he2016", "veit2016", "variants_wrn_resnext_se_d_init", "stochastic_depth",
)}  # fmt: skip
HE15, HE16, VARIANTS = FILES["he2015"], FILES["he2016"], FILES["variants_wrn_resnext_se_d_init"]
DEPTH = FILES["stochastic_depth"]


def rows(cite: str) -> list[Report]:
    found = [report for report in REPORTS if report.cite == cite]
    assert found
    return found


def errors(cite: str) -> dict[str, tuple[float, ...]]:
    """What the table has, by the name in the paper; on one kind of data."""
    return {report.called: tuple(map(float, report.errors)) for report in rows(cite)}


def test_he2015_table_2() -> None:
    printed = {name.lower(): (error,) for name, error in HE15["table2_top1_10crop"].items() if name != "note"}
    assert {name.lower().replace("-", ""): e for name, e in errors(f"{HE2015}, Table 2").items()} == printed
    assert all(from_text(row.network).shortcut in ("A", "none") for row in rows(f"{HE2015}, Table 2"))


@pytest.mark.parametrize("table", ["table3_10crop", "table4_single_model", "single_crop_repo"])
def test_he2015_on_imagenet(table: str) -> None:
    """The rows of networks that resviz has; the other methods of the tables are not among them."""
    cite = f"{HE2015}, " + {"table3_10crop": "Table 3", "table4_single_model": "Table 4"}.get(table, "released models")
    printed = {name: tuple(pair) for name, pair in HE15[table].items()}
    found = errors(cite)
    assert {name: printed[name] for name in found} == found
    ours = {name for name in printed if name.startswith(("ResNet", "plain", "VGG-16"))}
    assert ours == set(found)


def test_he2015_table_6() -> None:
    printed = {f"ResNet-{row['layers']}": row for row in HE15["table6_cifar10"] if row["method"] == "ResNet"}
    found = rows(f"{HE2015}, Table 6")
    assert {row.called: (float(row.errors[0]), row.params.replace(" ", "")) for row in found} == {
        name: (row["error"], row["params"]) for name, row in printed.items()
    }
    assert "6.61 ± 0.16" in next(row for row in found if row.called == "ResNet-110").remark


def test_he2016_table_1() -> None:
    """Case by case and in order: the paper's b_g = 0 to −5 is one row, ours are six, and its plain net is two here."""
    printed: list[tuple[str, dict[str, object]]] = []
    for row in HE16["table1"]:
        scale = {"0": "0", "0.5": "0.5"}.get(row["on_shortcut"], "")
        knobs: list[dict[str, object]] = [{
            "original": {"shortcut": "A"},
            "constant scaling": {"shortcut": "scaled", "shortcut_scale": float(scale or 1),
                                 "branch_scale": float(row["on_F"]) if scale else 1.0},
            "1x1 conv shortcut": {"shortcut": "C"},
            "dropout shortcut": {"shortcut": "dropout", "shortcut_dropout": 0.5},
        }.get(row["case"], {})]  # fmt: skip
        if "gating" in row["case"]:
            bias = row["remark"].removeprefix("init b_g=")
            name = "exclusive-gate" if row["case"].startswith("exclusive") else "shortcut-gate"
            biases = range(0, -6, -1) if bias == "0 to -5" else [int(bias)]
            knobs = [{"shortcut": name, "gate_bias": float(b)} for b in biases]
        if scale == "0":
            knobs.append({"shortcut": "none"})
        printed += [(str(row["error"]), k) for k in knobs]
    found = rows(f"{HE2016}, Table 1")
    assert len(found) == len(printed) == 17
    for report, (error, knobs) in zip(found, printed, strict=True):
        values = from_text(report.network).values()
        assert {name: values[name] for name in knobs} == knobs
        assert (values["layout"], values["depth"], values["order"]) == ("cifar", 110, "post")
        assert [float(e) for e in report.errors] == ([] if error == "fail" else [float(error)])
        assert bool(report.fails) == (error == "fail")


def test_he2016_table_2() -> None:
    orders = {
        "post": "original",
        "bn-after-add": "BN after addition",
        "relu-before-add": "ReLU before addition",
        "relu-only-pre": "ReLU-only pre-activation",
        "pre": "full pre-activation",
    }
    assert set(orders) == set(ORDERS.names())
    for report in rows(f"{HE2016}, Table 2"):
        values = from_text(report.network).values()
        depth, called = report.called.split(", ")
        assert orders[str(values["order"])] == called
        column = HE16["table2"]["columns"].index(depth)
        assert values["depth"] == int(depth.removeprefix("ResNet-"))
        assert float(report.errors[0]) == HE16["table2"]["rows"][called][column]


def test_he2016_tables_3_to_5() -> None:
    table = HE16["table3"]
    for report in rows(f"{HE2016}, Table 3"):
        values = from_text(report.network).values()
        name, unit = report.called.split(", ")
        assert values["classes"] == int(report.data.removeprefix("CIFAR-"))
        printed = table[report.data.lower().replace("-", "")][name]
        assert float(report.errors[0]) == printed[table["columns"].index(unit)]
        assert (values["order"] == "pre") == (unit == "pre-activation unit")
    printed = {(f"{name.replace('pre-act', 'pre-activation')} unit", size): errors
               for name, size, *errors in HE16["table5_imagenet"] if "aug" not in name}  # fmt: skip
    for report in rows(f"{HE2016}, Table 5"):
        assert [float(e) for e in report.errors] == printed[report.called.replace(",", ""), 320]


def test_wrn() -> None:
    table = {(row["depth"], row["k"]): row for row in VARIANTS["wrn"]["table4_zca"]}
    fifth = VARIANTS["wrn"]["table5_meanstd"]
    for report in chain(rows(f"{WRN}, Table 4"), rows(f"{WRN}, Table 5")):
        depth, k = map(int, report.called.removeprefix("WRN-").split("-"))
        values = from_text(report.network).values()
        assert (values["depth"], values["widen"]) == (depth - 2, k)
        column = 1 if report.data == "CIFAR-10" else 2
        if report.cite.endswith("5"):
            assert float(report.errors[0]) == fifth[report.called][column]
        else:
            assert float(report.errors[0]) == table[depth, k][report.data.lower().replace("-", "")]
    assert len(rows(f"{WRN}, Table 4")) == 2 * len(table) - 1
    assert {name: (*pair,) for name, (_, *pair) in VARIANTS["wrn"]["table8"].items()} == errors(f"{WRN}, Table 8")


def test_resnext() -> None:
    printed = VARIANTS["resnext"]
    third = {re.sub(r"^(ResNeXt-|ResNet-)?(50|101)? ?", "", name): error for name, error in printed["table3"].items()}
    assert set(third) == {"1x64d", "2x40d", "4x24d", "8x14d", "32x4d"}
    in_order = list(printed["table3"].values())
    assert [float(report.errors[0]) for report in rows(f"{RESNEXT}, Table 3")] == in_order
    fourth = {name.replace("wider ", "").replace("x", "×").replace("ResNe×t", "ResNeXt"): tuple(pair)
              for name, pair in printed["table4"].items() if "200" not in name}  # fmt: skip
    assert errors(f"{RESNEXT}, Table 4") == fourth
    removed = {name.split(" ")[0]: pair[0] for name, pair in errors(f"{RESNEXT}, section 5.1").items()}
    assert removed == {name: pair[1] for name, pair in printed["residual_removed"].items()}
    for report in rows(f"{RESNEXT}, Table 7"):
        params, *pair = printed["table7"][report.called.replace("×", "x")]
        assert report.params.replace(" ", "") == params
        assert float(report.errors[0]) == pair[report.data == "CIFAR-100"]


def test_stochastic_depth() -> None:
    for report in rows(f"{HUANG}, Table 1"):
        kind = report.called.split(", ")[1]
        assert float(report.errors[0]) == DEPTH["table1"][kind][report.data.replace("-", "")]
        assert from_text(report.network).drop_path == (0.5 if kind == "stochastic depth" else 0.0)
    deep = [float(report.errors[0]) for report in rows(f"{HUANG}, section 4")]
    assert deep == [DEPTH["res1202"]["constant"], DEPTH["res1202"]["stochastic"]]


SIZED = [r for r in REPORTS if r.params and isinstance(from_text(r.network), ResNet)]


@pytest.mark.parametrize("report", SIZED, ids=lambda r: f"{r.cite} {r.network}")
def test_printed_parameters_are_those_counted(report: Report) -> None:
    """To the digits printed, for the data of the row or for the other CIFAR; BN left out where the remark says so."""
    number, unit = report.params.split(" ")
    digits = len(number.partition(".")[2])
    counted = set()
    for classes in {from_text(report.network).classes, 10}:
        found = tables.rows(from_text(f"{report.network.split(':classes=')[0]}:classes={classes}").node())
        skipped = BatchNorm.__name__ if "leave BN out" in report.remark else ""
        counted.add(sum(row.params for row in found if row.op != skipped))
    assert unit == "M"
    assert any(abs(count / 1e6 - float(number)) <= 0.5001 * 10**-digits for count in counted)


def test_no_row_stands_twice() -> None:
    assert len({(r.network, r.cite, r.called, r.data) for r in REPORTS}) == len(REPORTS)


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: f"{r.cite} {r.called} {r.network}")
def test_a_row_is_found_by_its_network(report: Report) -> None:
    spec = from_text(report.network)
    assert report in reports(spec)
    assert bool(report.errors) != bool(report.fails)
    if report.data.startswith("CIFAR"):
        assert str(spec.values()["classes"]) == report.data.removeprefix("CIFAR-")
    assert spec.values()["input"][0] == 3 or report.data == "MNIST"


def test_a_plain_net_is_found_in_both_families() -> None:
    """plain34 and resnet34 without shortcuts are one term, so the same is reported of them."""
    plain, resnet = from_text("plain34"), from_text("resnet34:shortcut=none")
    assert plain != resnet
    assert same_term(plain, resnet)
    assert reports(plain) == reports(resnet) != []
    assert not same_term(plain, from_text("resnet34"))
    assert not same_term(plain, from_text("vgg16"))


def test_every_known_network_has_something_said_of_it() -> None:
    assert all(known().values())
    assert by_name() <= set(known()) | {from_text("plain")}  # the family's own net is ResNet-50 without shortcuts
    assert {from_text(name) for name in PRESETS.names()} <= set(known())


def test_what_equals_a_library_s_model_says_so() -> None:
    for network, sentence in EQUALS:
        assert sentence in known()[from_text(network)]
    torchvision = [sentence.split(":")[0].split()[2] for _, sentence in EQUALS if "torchvision" in sentence]
    assert {"resnet50", "wide_resnet101_2", "vgg16_bn", "googlenet"} <= set(torchvision)


def test_what_was_measured_of_a_choice_goes_with_any_network() -> None:
    """He et al. 2016, Table 1 on ResNet-110: shown for the same shortcut elsewhere, marked where it is this network."""
    gates = compared(from_text("resnet50:shortcut=shortcut-gate"), "shortcut")
    assert [(report.errors, here) for report, here in gates] == [(("12.86",), False), (("6.91",), False)]
    own = compared(from_text("resnet110:shortcut=shortcut-gate"), "shortcut")
    assert [here for _, here in own] == [False, True]
    assert [r.errors[0] for r, _ in compared(from_text("resnet18:order=pre"), "order")] == ["6.37", "5.46"]
    assert compared(from_text("vgg16"), "shortcut") == []


ENTRIES = [
    *((f"family {e.name}", e) for e in FAMILIES),
    *((f"{r.kind} {e.name}", e) for r in (BLOCKS, SHORTCUTS, ORDERS, refinements.REFINEMENTS) for e in r),
]
RESIDUAL = [pair for pair in ENTRIES if not pair[0].startswith("family") or pair[1].name in ("resnet", "plain")]


@pytest.mark.parametrize("entry", [e for _, e in ENTRIES], ids=[name for name, _ in ENTRIES])
def test_every_entry_has_its_lesson(entry: Entry[object]) -> None:
    assert entry.cite
    assert "What to look at:" in entry.text
    assert entry.formula.count("{") == entry.formula.count("}")
    assert all(len(paragraph.split()) < 160 for paragraph in entry.text.split("\n\n"))


def numbers(value: object) -> Iterator[float]:
    """Every number in a JSON document, also those within its texts."""
    if isinstance(value, dict):
        yield from chain.from_iterable(numbers(inner) for inner in value.values())
    elif isinstance(value, list):
        yield from chain.from_iterable(map(numbers, value))
    elif isinstance(value, (int, float)):
        yield float(value)
    else:
        yield from map(float, re.findall(r"\d+(?:\.\d+)?", str(value)))


@pytest.mark.parametrize("entry", [e for _, e in RESIDUAL], ids=[name for name, _ in RESIDUAL])
def test_per_cents_in_the_texts_are_in_the_reference_files(entry: Entry[object]) -> None:
    checked = set(chain.from_iterable(map(numbers, FILES.values())))
    quoted = re.findall(r"(\d+(?:\.\d+)?)(?: and (\d+\.\d+))? %", entry.text)
    for number in filter(None, chain.from_iterable(quoted)):
        assert float(number) in checked, number


def test_texts_quote_per_cents() -> None:
    assert sum(entry.text.count(" %") for _, entry in RESIDUAL) > 50


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("resnet50", ["resnet", "bottleneck", "B", "post"]),
        ("resnet110:shortcut=dropout:order=pre", ["resnet", "basic", "dropout", "pre"]),
        ("seresnet50:drop_path=0.2:zero_gamma=true", ["resnet", "bottleneck", "B", "post", "se", "stochastic-depth",
                                                      "zero-gamma"]),
        ("wrn-28-10", ["resnet", "basic", "B", "pre", "wide"]),
        ("wide_resnet50_2", ["resnet", "bottleneck", "B", "post", "wide"]),
        ("resnext50_32x4d", ["resnet", "bottleneck", "B", "post", "groups"]),
        ("resnet50-d", ["resnet", "bottleneck", "B", "post", "resnet-d"]),
        ("plain34", ["plain", "basic", "post"]),
        ("vgg16", ["vgg"]),
    ],
)  # fmt: skip
def test_which_lessons_belong_to_a_network(network: str, expected: list[str]) -> None:
    assert [lesson.entry.name for lesson in lessons.lessons(from_text(network))] == expected
