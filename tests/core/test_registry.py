"""A registry keeps what it is given, in order, and refuses a second thing of one name."""

import pytest

from resviz.core.registry import Registry


def filled() -> Registry[int]:
    numbers: Registry[int] = Registry("number")
    numbers.register("one", title="One", cite="Euclid", note="the unit")(1)
    numbers.register("two", title="Two", cite="Euclid")(2)
    return numbers


def test_entries_in_the_order_of_registration():
    numbers = filled()
    assert numbers.names() == ("one", "two")
    assert [(entry.title, entry.thing) for entry in numbers] == [("One", 1), ("Two", 2)]
    assert (numbers["one"].cite, numbers["one"].note) == ("Euclid", "the unit")


def test_a_second_name_is_refused():
    numbers = filled()
    with pytest.raises(ValueError, match="there is a number named 'one' already"):
        numbers.register("one", title="Again", cite="")(3)
    assert numbers["one"].thing == 1


def test_removing_makes_room():
    numbers = filled()
    numbers.remove("one")
    assert "one" not in numbers
    numbers.register("one", title="Again", cite="")(3)
    assert numbers.names() == ("two", "one")


def test_registering_gives_the_thing_back():
    numbers = filled()

    @numbers.register("three", title="Three", cite="")
    def three() -> int:
        return 3

    assert three() == 3
    assert numbers["three"].thing is three
