"""How numbers are written for people: short with three digits, or exact with separators."""

from __future__ import annotations


def count(number: int) -> str:
    """At most four figures and a prefix: 25.56 M, 4.089 G, 650."""
    for factor, prefix in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= factor:
            value = number / factor
            digits = 3 if value < 10 else 2 if value < 100 else 1
            return f"{value:.{digits}f} {prefix}"
    return str(number)


def percent(part: int, whole: int) -> str:
    """The share in per cent with one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def power(number: int) -> str:
    """A number of paths: as 2^n where it is one, exact if short, else its leading digits."""
    if number > 1 and number & (number - 1) == 0:
        return f"2^{number.bit_length() - 1}"
    if number < 10**6:
        return f"{number:,}"
    digits = len(f"{number:d}") if number.bit_length() < 14000 else round(number.bit_length() * 0.30103)
    return f"≈ {number // 10 ** (digits - 3) / 100:.2f} · 10^{digits - 1}"
