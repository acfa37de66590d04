"""Random networks: whatever the knobs say, either they are refused with a sentence or torch agrees with the term."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from proof import prove, without_idle

from resviz.core.knob import Knob, SpecError
from resviz.zoo.resnet import ResNet

SMALL: dict[str, st.SearchStrategy] = {
    "blocks": st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    "width": st.integers(1, 12),
    "widen": st.integers(1, 3),
    "groups": st.sampled_from([1, 1, 2, 3, 4]),
    "group_width": st.integers(16, 96),
    "input": st.tuples(st.integers(1, 4), st.integers(8, 40), st.integers(8, 40)),
    "classes": st.integers(1, 12),
    "drop_path": st.sampled_from([0.0, 0.0, 0.1, 0.5]),
    "shortcut_scale": st.just(0.5),
    "branch_scale": st.just(1.0),
    "gate_bias": st.just(-6.0),
    "shortcut_dropout": st.just(0.5),
}
"""Knobs without a list of choices, so small that one network takes some hundredths of a second.

Those that one shortcut alone heeds stay at their defaults: elsewhere the spec refuses them.
"""


def values(k: Knob) -> st.SearchStrategy:
    if k.name in SMALL:
        return SMALL[k.name]
    return st.booleans() if k.kind == "bool" else st.sampled_from(k.options(None))


KNOBS = [k for k in ResNet.knobs() if k.name != "depth"]
NETWORKS = st.fixed_dictionaries({k.name: values(k) for k in KNOBS})


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(knobs=NETWORKS)
def test_random_networks(knobs, tmp_path):
    try:
        spec = without_idle(knobs)
        spec.node()
    except SpecError:
        assume(False)
    prove(spec, tmp_path)
