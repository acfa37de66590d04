"""The numbers that papers print, row by row; each test names its table. Exact values are from tests/reference."""

import json
import math
from pathlib import Path

import pytest

from resviz.core.net import leaves
from resviz.core.ops import BatchNorm
from resviz.views import paths, tables
from resviz.views.tables import Totals
from resviz.zoo.families import named

REFERENCE = Path(__file__).parents[1] / "reference"
HE2015 = json.loads((REFERENCE / "he2015.json").read_text())
HE2016 = json.loads((REFERENCE / "he2016.json").read_text())
VEIT = json.loads((REFERENCE / "veit2016.json").read_text())
VARIANTS = json.loads((REFERENCE / "variants_wrn_resnext_se_d_init.json").read_text())


def totals(preset: str, **knobs: str) -> Totals:
    return tables.totals(named(preset, knobs).node())


@pytest.mark.parametrize("depth", ["18", "34", "50", "101", "152"])
def test_he2015_table_1_stages_and_sizes(depth):
    """He et al. 2015, Table 1."""
    spec = named(f"resnet{depth}", {})
    table = HE2015["table1"]
    assert list(spec.stages()) == table["blocks"][depth]
    assert spec.block == table["block_type"][depth]
    rows = [row for row in tables.rows(spec.node(), "stage") if row.path.startswith("stage")]
    assert [row.out[1] for row in rows] == list(table["stage_output"].values())
    assert [row.out[2] for row in rows] == list(table["stage_output"].values())


@pytest.mark.parametrize(
    ("preset", "knobs", "published", "exact"),
    [
        ("resnet18", {"shortcut": "A"}, "18", "res18_A"),
        ("resnet18", {}, "18", "res18_B"),
        ("plain34", {}, "34", "res34_A_or_plain"),
        ("resnet34", {"shortcut": "A"}, "34", "res34_A_or_plain"),
        ("resnet34", {}, "34", "res34_B"),
        ("resnet50-v1", {}, "50", "res50_v1"),
        ("resnet101-v1", {}, "101", "res101_v1"),
        ("resnet152-v1", {}, "152", "res152_v1"),
        ("resnet50", {}, None, "res50_v15"),
        ("resnet101", {}, None, "res101_v15"),
        ("resnet152", {}, None, "res152_v15"),
    ],
)
def test_he2015_table_1_flops_are_multiply_adds(preset, knobs, published, exact):
    """He et al. 2015, Table 1, last row. The paper's bottleneck strides on its first 1×1 (v1); 3.8 is truncated."""
    macs = totals(preset, **knobs).macs
    assert macs == HE2015["flops_exact_macs"][exact]
    if published:
        assert macs == pytest.approx(HE2015["table1"]["flops"][published], rel=0.02)


def resnet_rows() -> list[dict]:
    return [row for row in HE2015["table6_cifar10"] if row["method"] == "ResNet"]


@pytest.mark.parametrize("row", resnet_rows(), ids=lambda row: str(row["layers"]))
def test_he2015_table_6_parameters(row):
    """He et al. 2015, Table 6: option A, so the parameters are the plain net's."""
    found = totals(f"resnet{row['layers']}")
    assert found.params == row["params_exact_A"]
    digits = len(row["params"].rstrip("M").partition(".")[2])
    assert f"{found.params / 1e6:.{digits}f}M" == row["params"]
    assert found.depth == row["layers"]


def test_he2015_table_6_covers_six_depths():
    assert [row["layers"] for row in resnet_rows()] == [20, 32, 44, 56, 110, 1202]


def test_he2015_option_c_has_thirteen_more_projections_than_b():
    """He et al. 2015, "Identity vs. Projection Shortcuts": many (thirteen) projection shortcuts."""
    count = {
        option: sum(
            "downsample" in row.path and row.op == "Conv"
            for row in tables.rows(named("resnet34", {"shortcut": option}).node())
        )
        for option in "ABC"
    }
    assert count == {"A": 0, "B": 3, "C": 16}


@pytest.mark.parametrize("depth", ["164", "1001"])
def test_he2016_parameters(depth):
    """He et al. 2016, Table 4: 1.7M and 10.2M; the latter leaves BN's scales and offsets out."""
    node = named(f"preact-resnet{depth}", {}).node()
    rows = tables.rows(node)
    assert sum(row.params for row in rows) == HE2016["arch"]["params_exact_full"][depth]
    convs = sum(row.params for row in rows if row.op == "Conv")
    assert convs == HE2016["arch"]["params_conv_weights_only"][depth]


def test_he2016_resnet_1001_has_333_units():
    """He et al. 2016, section 5: 333 residual units, 111 on each feature map size."""
    spec = named("preact-resnet1001", {})
    assert spec.stages() == (111, 111, 111)
    assert len(paths.units(spec.node())) == 333


@pytest.mark.parametrize(
    ("preset", "exact", "without_projection_bn"),
    [
        ("resnet18", None, None),
        ("resnet50", 25_549_352, 7_680),
        ("resnet101", None, 7_680),
        ("preact-resnet164", 1_703_258, 896),
    ],
)
def test_preactivation_has_the_parameters_without_the_projections_bn(preset, exact, without_projection_bn):
    """He et al. 2016: projections are bare, and one BN + ReLU behind the last addition makes up for the first."""
    pre, post = named(preset, {"order": "pre"}).node(), named(preset, {"order": "post"}).node()
    projection_bn = sum(
        at.op.params(*at.ins).value
        for path, at in leaves(post)
        if "downsample" in path and isinstance(at.op, BatchNorm)
    )
    assert tables.costs(pre).params == tables.costs(post).params - projection_bn
    if exact is not None:
        assert (tables.costs(pre).params, projection_bn) == (exact, without_projection_bn)


@pytest.mark.parametrize("row", VARIANTS["wrn"]["table4_zca"], ids=lambda row: f"{row['depth']}-{row['k']}")
def test_wrn_table_4(row):
    """Zagoruyko & Komodakis 2016, Table 4; depth 6N + 4 counts the three projections, ours 6N + 2 does not."""
    knobs = {"layout": "cifar", "depth": str(row["depth"] - 2), "block": "basic", "order": "pre", "shortcut": "B"}
    knobs["widen"] = str(row["k"])
    assert totals("resnet", **knobs, classes="10").params == row["params_exact_c10"]
    assert totals("resnet", **knobs, classes="100").params == row["params_exact_c100"]
    assert f"{row['params_exact_c10'] / 1e6:.1f}M" == row["params"]


@pytest.mark.parametrize(
    "name", ["wrn-40-1", "wrn-40-2", "wrn-40-4", "wrn-40-8", "wrn-28-10", "wrn-28-12", "wrn-22-8", "wrn-16-8"]
)
def test_wrn_presets_are_the_rows(name):
    depth, k = map(int, name.split("-")[1:])
    row = next(row for row in VARIANTS["wrn"]["table4_zca"] if (row["depth"], row["k"]) == (depth, k))
    assert totals(name).params == row["params_exact_c10"]
    if k > 1:
        assert named(name, {}).title() == f"WRN-{depth}-{k}"


@pytest.mark.parametrize(("cardinality", "exact"), [(8, 34_426_698), (16, 68_155_210)])
def test_resnext_29(cardinality, exact):
    """Xie et al. 2017, Table 7: 34.4M; its 68.1M leaves BN out, as in He et al. 2016."""
    name = f"ResNeXt-29 {cardinality}x64d"
    node = named(f"resnext29_{cardinality}x64d", {}).node()
    assert tables.costs(node).params == exact == VARIANTS["resnext"]["exact"][name]
    without_bn = sum(row.params for row in tables.rows(node) if row.op != "BatchNorm")
    printed = float(VARIANTS["resnext"]["table7"][name][0].rstrip("M"))
    assert round(without_bn / 1e6, 1) == printed


@pytest.mark.parametrize("at", range(5))
def test_resnext_table_2(at):
    """Xie et al. 2017, Table 2: cardinality C and bottleneck width d of about equal cost, as the block of conv2."""
    table = VARIANTS["resnext"]["table2"]
    cardinality, d = table["C"][at], table["d"][at]
    node = named("resnet50", {"groups": str(cardinality), "group_width": str(d)}).node()
    convs = [row for row in tables.rows(node) if row.path.startswith("layer1.1.") and row.op == "Conv"]
    assert cardinality * d == table["group_width"][at]
    assert sum(row.params for row in convs) == table["params_conv2_template_exact"][at]


def test_se_resnet_50():
    """Hu et al. 2018: 2/r · Σ N_s·C_s² weights on top of ResNet-50; ours also has the biases."""
    se, plain, table = totals("seresnet50"), totals("resnet50"), VARIANTS["se"]
    assert se.params == table["params_se_resnet50"]
    assert se.params - plain.params == table["extra"]
    assert se.macs == table["macs_v15"]
    assert totals("seresnet50", stride_on="1x1").macs == table["macs_legacy_v1"]


def test_resnet_50_d():
    """He et al. 2019 (Bag of tricks), Table 5."""
    found, table = totals("resnet50-d"), VARIANTS["resnet_d"]
    assert found.params == table["params_resnet50d"]
    assert found.macs == table["macs_resnet50d"]


def test_resnet_d_meets_at_odd_sizes():
    """The pooled shortcut and the strided branch agree where a map has an odd size: ⌈n/2⌉ pixels."""
    rows = {row.path: row.out for row in tables.rows(named("resnet50-d", {"input": "3,225,223"}).node())}
    assert rows["layer2.0.add"][1:] == (29, 28)
    assert rows["layer4.0.add"][1:] == (8, 7)


@pytest.mark.parametrize(
    ("preset", "millions"),
    [("resnet50", 25.6), ("resnet101", 44.5), ("resnet152", 60.2), ("wide_resnet50_2", 68.9)],
)
def test_wrn_table_8(preset, millions):
    """Zagoruyko & Komodakis 2016, Table 8."""
    assert totals(preset).params / 1e6 == pytest.approx(millions, abs=0.06)


def test_veit_110_layers():
    """Veit et al. 2016, sections 3.1 and 4.2: 2^54 paths, 5 to 17 modules long 0.45 % of them."""
    computed = VEIT["computed"]
    node = named("preact-resnet110", {}).node()
    assert paths.path_count(node) == int(computed["paths"])
    lengths = paths.path_lengths(node)
    assert lengths == [int(n) for n in computed["path_length_counts"]]
    assert sum(lengths[5:18]) == computed["paths_5_17"]
    assert sum(lengths[19:36]) / sum(lengths) == pytest.approx(computed["P_19_35"])
    assert math.log2(paths.path_count(node)) == 54


@pytest.mark.parametrize(("name", "units"), VEIT["computed"]["blocks"].items())
def test_units_of_known_networks(name, units):
    preset = name.lower().replace("-", "")
    assert totals(preset).units == units
    assert totals(preset).paths == 2**units
