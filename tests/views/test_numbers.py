"""Numbers as people read them: the prefix fits, rounding does not lie, and powers of two are shown as such."""

from __future__ import annotations

import pytest

from resviz.views import checked, numbers


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1.000 k"), (25_557_032, "25.56 M"), (4_089_184_256, "4.089 G"),
        (269_722, "269.7 k"), (11_689_512, "11.69 M"), (1_814_073_344, "1.814 G"), (10**12, "1.000 T"),
        (9_999, "9.999 k"), (99_999, "100.0 k"), (999_950, "1.000 M"), (9_999_999, "10.00 M"), (999_999_999, "1.000 G"),
        (123_456 * 10**12, "123500 T"),
    ],
)  # fmt: skip
def test_count_has_four_figures(number: int, text: str) -> None:
    assert numbers.count(number) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 8, "12.5 %"), (0, 5, "0.0 %"), (5, 5, "100.0 %"), (0, 0, "0 %"), (2**600, 2**601, "50.0 %")],
)
def test_percent(part: int, whole: int, text: str) -> None:
    assert numbers.percent(part, whole) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (1, "1"), (2, "2^1"), (2**54, "2^54"), (2**600, "2^600"), (2**1000, "2^1000"), (999_999, "999,999"),
        (3 * 10**20, "≈ 3.00 · 10^20"), (123_456_789, "≈ 1.23 · 10^8"),
        (999_999_999, "≈ 9.99 · 10^8"), (10**400, "≈ 1.00 · 10^400"),
    ],
)  # fmt: skip
def test_power(number: int, text: str) -> None:
    assert numbers.power(number) == text


def test_what_was_checked_in_a_line() -> None:
    """FLOPs are 2 × MACs; what differs shows both numbers."""
    same = {"counted": 1234, "built": 1234, "ok": True}
    found = {"params": same, "buffers": same, "shapes": same, "flops": {"counted": 2000, "built": 2000, "ok": True}}
    assert checked.line(found) == "parameters 1,234 ✓, MACs 1,000 ✓, buffers 1,234 ✓, shapes 1,234 ✓"
    found["params"] = {"counted": 5, "built": 6, "ok": False}
    assert checked.line(found).startswith("parameters counted 5, built 6 ✗, MACs 1,000 ✓")
