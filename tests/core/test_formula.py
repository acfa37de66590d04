"""Formulas evaluate and print from the same numbers."""

from hypothesis import given
from hypothesis import strategies as st

from resviz.core.formula import ZERO, Formula, product

FACTORS = st.lists(st.tuples(st.sampled_from("kCHW"), st.integers(0, 5000)), min_size=1, max_size=5)


def test_a_formula_prints_letters_numbers_and_value():
    formula = product(("k", 3), ("C", 64)) + product(("C", 64))
    assert str(formula) == "k·C + C = 3·64 + 64 = 256"
    assert formula.value == 256


def test_one_number_is_not_said_twice():
    assert str(product(("C", 1000))) == "C = 1,000"


def test_nothing_is_zero():
    assert (str(ZERO), ZERO.value, ZERO.symbols(), ZERO.numbers()) == ("0", 0, "0", "0")


@given(st.lists(FACTORS, max_size=4))
def test_the_printed_numbers_evaluate_to_the_value(terms):
    formula = Formula(tuple(map(tuple, terms)))
    total = 0
    for term in formula.numbers().replace(",", "").split(" + "):
        value = 1
        for number in term.split("·"):
            value *= int(number)
        total += value
    assert total == formula.value


@given(FACTORS, FACTORS)
def test_adding_adds(a, b):
    assert (product(*a) + product(*b)).value == product(*a).value + product(*b).value
