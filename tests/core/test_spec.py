"""Knobs: their kinds, their defaults that follow other knobs, and the sentences that refuse."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from resviz.core.knob import SpecError, knob, nearest
from resviz.core.spec import Spec


@dataclass(frozen=True)
class Coffee(Spec):
    """A spec with a knob of each kind."""

    size: str = knob("small", "Size", choices=("small", "large"))
    shots: int = knob(lambda spec: 2 if spec.size == "large" else 1, "Shots", low=1, high=4)
    milk: float = knob(0.0, "Milk", low=0.0, high=0.5)
    sugar: bool = knob(False, "Sugar")
    grinds: tuple[int, ...] = knob((3, 4), "Grinds", low=1, high=9)
    note: str = knob("", "Note")

    def title(self) -> str:
        return f"{self.size} coffee"


def test_what_nobody_chose_follows_its_default():
    assert Coffee().shots == 1
    assert Coffee(size="large").shots == 2
    assert Coffee(size="large", shots=1).shots == 1


def test_kinds():
    assert [k.kind for k in Coffee.knobs()] == ["choice", "int", "float", "bool", "ints", "text"]
    assert [k.flag for k in Coffee.knobs()] == ["--size", "--shots", "--milk", "--sugar", "--grinds", "--note"]


def test_specs_are_values():
    assert Coffee(shots=1) == Coffee()
    assert hash(Coffee(shots=1)) == hash(Coffee())
    with pytest.raises(FrozenInstanceError):
        Coffee().shots = 3


def test_text_and_json():
    spec = Coffee.of_text({"size": "large", "milk": "0.25", "sugar": "on", "grinds": "1, 2,3", "shots": " 3 "})
    assert spec == Coffee(size="large", milk=0.25, sugar=True, grinds=(1, 2, 3), shots=3)
    assert Coffee.of(spec.json()) == spec
    assert spec.json()["grinds"] == [1, 2, 3]


def test_chosen_is_the_shortest_that_gives_it_back():
    assert Coffee().chosen() == {}
    assert Coffee(size="large", shots=2).chosen() == {"size": "large"}
    assert Coffee(size="large", shots=1, sugar=True, grinds=()).chosen() == {
        "size": "large",
        "shots": "1",
        "sugar": "true",
        "grinds": "",
    }


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"shots": "many"}, "shots many is not a whole number; the default is 1"),
        ({"shots": "5"}, "shots 5 is out of range: it goes from 1 to 4; the nearest is 4"),
        ({"milk": "-1"}, "milk -1.0 is out of range: it goes from 0 to 0.5; the nearest is 0"),
        ({"milk": "nan"}, "milk nan is out of range: it goes from 0 to 0.5; the nearest is 0"),
        ({"sugar": "perhaps"}, "sugar perhaps is not true or false; the default is false"),
        ({"grinds": "1;2"}, "grinds 1;2 is not a list of whole numbers such as 3,4,6,3; the nearest is 1,2"),
        (
            {"size": "larg"},
            "size larg is not possible: choose small, large; the nearest is large",
        ),
        ({"tea": "1"}, "there is no knob tea: there are size, shots, milk, sugar, grinds, note"),
    ],
)
def test_refusals(texts, sentence):
    with pytest.raises(SpecError) as caught:
        Coffee.of_text(texts)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "values", [{"shots": "3"}, {"shots": True}, {"shots": 2.0}, {"sugar": 1}, {"grinds": [True]}, {"size": 3}]
)
def test_json_of_the_wrong_type_is_refused(values):
    with pytest.raises(SpecError, match=r"is not .*; the (default|nearest) is"):
        Coffee.of(values)


def test_a_refusal_carries_the_fix():
    with pytest.raises(SpecError) as caught:
        Coffee(shots=9)
    assert caught.value.fix == {"shots": 4}
    assert Coffee(**caught.value.fix).shots == 4


def test_nearest():
    assert nearest(29, (26, 34, 50)) == 26
    assert nearest(30, (26, 34)) == 26
    assert nearest("bottelneck", ("basic", "bottleneck")) == "bottleneck"
