"""Any knobs whatever: a spec or one sentence, and what was chosen survives JSON, the URL and the command line."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from resviz.core.knob import Knob, SpecError
from resviz.core.spec import NetSpec
from resviz.zoo.families import FAMILIES, PRESETS, family, from_json, named, to_json
from resviz.zoo.resnet import ResNet

FAMILY_NAMES = FAMILIES.names()
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=60),
    st.lists(st.integers(-3, 5000), max_size=6),
    st.lists(st.one_of(st.floats(), st.text(max_size=3), st.none()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def possible(k: Knob) -> st.SearchStrategy:
    """Values of the knob's kind and range, which may still not go together."""
    options = () if k.dependent else k.options(None)
    if options:
        return st.sampled_from(options)
    low, high = k.low or 0, k.high or 1
    whole = st.one_of(st.integers(int(low), min(int(high), 300)), st.integers(int(low), int(high)))
    if k.kind == "ints":
        return st.lists(whole, max_size=4).map(tuple)
    return {"bool": st.booleans(), "int": whole, "float": st.floats(low, high), "choice": st.text(), "text": st.text()}[
        k.kind
    ]


@st.composite
def choices(draw, value=possible):
    """Some knobs of some family."""
    cls = family(draw(st.sampled_from(FAMILY_NAMES)))
    knobs = draw(st.lists(st.sampled_from(cls.knobs()), unique_by=lambda k: k.name, max_size=5))
    return cls, {k.name: draw(value(k)) for k in knobs}


def made(cls: type[NetSpec], knobs: dict) -> NetSpec | None:
    """The spec, or None if it was refused as it should be."""
    try:
        return cls.of(knobs)
    except SpecError as error:
        assert_one_sentence(str(error))
        assert_knobs(cls, error.fix)
        return None


def assert_knobs(cls: type[NetSpec], names: Iterable[str]) -> None:
    assert set(names) <= {k.name for k in cls.knobs()}


def assert_one_sentence(text: str) -> None:
    assert 0 < len(text) < 400
    assert "\n" not in text
    assert "Traceback" not in text
    assert "unset" not in text


@settings(max_examples=300, deadline=None, derandomize=True)
@given(choices())
def test_what_was_chosen_survives(chosen):
    cls, knobs = chosen
    spec = made(cls, knobs)
    assume(spec is not None)
    assert from_json(json.loads(json.dumps(to_json(spec)))) == spec
    assert cls.of_text(spec.chosen()) == spec
    assert cls.of(spec.values()) == spec
    assert hash(cls.of(spec.values())) == hash(spec)
    for name, value in knobs.items():
        assert spec.values()[name] == value


def other_values(spec, k):
    """What else the knob can be, where its values can be listed."""
    values = (True, False) if k.kind == "bool" else k.options(spec)
    return [value for value in values if value != spec.values()[k.name]]


@pytest.mark.parametrize("preset", PRESETS.names())
def test_a_knob_that_can_be_turned_changes_the_network(preset: str) -> None:
    """Otherwise two names would stand for one network: what does nothing beside the others is refused.

    B and C are names of one network where every unit changes the size, as in ResNet-14 with a unit a stage.
    """
    spec = named(preset, {})
    for k in type(spec).knobs():
        for value in other_values(spec, k):
            if (preset, k.name) == ("resnet14", "shortcut"):
                continue
            try:
                turned = type(spec).of_text({**spec.chosen(), k.name: k.show(value)})
            except SpecError:
                continue
            assert (turned.net(), turned.input_shape()) != (spec.net(), spec.input_shape()), f"{k.name} {value}"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(choices())
def test_chosen_is_no_more_than_needed(chosen):
    cls, knobs = chosen
    spec = made(cls, knobs)
    assume(spec is not None)
    carried = spec.chosen()
    for name in carried:
        fewer = {other: text for other, text in carried.items() if other != name}
        try:
            assert cls.of_text(fewer) != spec
        except SpecError:
            continue


@settings(max_examples=500, deadline=None, derandomize=True)
@given(choices(lambda k: ODD))
def test_odd_values_are_refused_with_one_sentence(chosen):
    made(*chosen)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(choices(lambda k: st.one_of(st.text(max_size=50), st.integers().map(str), st.just("1,2,x"), st.just("nan"))))
def test_odd_text_is_refused_with_one_sentence(chosen):
    cls, knobs = chosen
    try:
        cls.of_text(knobs)
    except SpecError as error:
        assert_one_sentence(str(error))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(ODD, st.fixed_dictionaries({"family": ODD}), st.dictionaries(st.text(max_size=9), ODD)))
def test_odd_json_is_refused_with_one_sentence(value):
    with pytest.raises(SpecError) as caught:
        from_json(value)
    assert_one_sentence(str(caught.value))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(choices())
def test_a_spec_gives_a_network_or_says_why_not(chosen):
    spec = made(*chosen)
    assume(spec is not None)
    try:
        assert spec.node().out == (spec.values()["classes"],)
    except SpecError as error:
        assert_one_sentence(str(error))
    assert spec.title()


@pytest.mark.parametrize(
    ("knobs", "nearest"),
    [
        ({"depth": 51}, "50"),
        ({"layout": "cifar", "depth": 21}, "20"),
        ({"block": "basik"}, "basic"),
        ({"widen": 65}, "64"),
        ({"drop_path": float("nan")}, "0"),
        ({"drop_path": 1.0}, "0.95"),
        ({"input": (3, 0, 32)}, "1"),
    ],
)
def test_a_refusal_names_the_nearest_choice(knobs, nearest):
    with pytest.raises(SpecError, match=rf"\b{nearest}\b"):
        ResNet.of(knobs)


@pytest.mark.parametrize(
    "knobs",
    [
        {"depth": 51},
        {"layout": "cifar", "depth": 21},
        {"layout": "cifar", "widen": 65},
        {"drop_path": 2},
        {"input": (3, 32)},
        {"shortcut": "none", "zero_gamma": True},
        {"block": "basic", "depth": 18, "groups": 3},
        {"blocks": (1,), "width": 3, "group_width": 1},
    ],
)
def test_the_fix_of_a_refusal_is_possible(knobs):
    with pytest.raises(SpecError) as caught:
        ResNet.of(knobs)
    assert caught.value.fix
    assert ResNet.of({**knobs, **caught.value.fix})


def test_a_knob_that_there_is_not():
    with pytest.raises(SpecError, match="there is no knob heads: there are layout, depth"):
        ResNet.of({"heads": 8})


def test_a_name_that_there_is_not():
    with pytest.raises(SpecError, match=r"there is no preset or family 'foo': the families are .*resnet"):
        named("foo", {})
    with pytest.raises(SpecError, match="there is no preset or family 'resnet51'; the nearest is resnet50"):
        named("resnet51", {})
    with pytest.raises(SpecError, match="there is no family 'resnets'"):
        family("resnets")


@pytest.mark.parametrize("text", ["9" * 5000, "1e400", "--", "🙂"])
def test_text_of_any_length_is_refused(text):
    for k in ResNet.knobs():
        try:
            ResNet.of_text({k.name: text})
        except SpecError as error:
            assert_one_sentence(str(error))
