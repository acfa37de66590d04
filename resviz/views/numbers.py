"""How numbers are written for people: short with three digits, or exact with separators."""

from __future__ import annotations

PREFIXES = ("", " k", " M", " G", " T")


def count(number: int) -> str:
    """Four figures and a prefix: 25.56 M, 4.089 G; below a thousand exact: 650."""
    if number < 1000:
        return str(number)
    unit = 10 ** (len(str(number)) - 4)
    # rounded before the prefix is chosen: 999,999 is 1.000 M, not 1000.0 k
    rounded = (number + unit // 2) // unit * unit
    power = min((len(str(rounded)) - 1) // 3, len(PREFIXES) - 1)
    decimals = max(0, 3 - (len(str(rounded)) - 1 - 3 * power))
    return f"{rounded / 1000**power:.{decimals}f}{PREFIXES[power]}"


def percent(part: int, whole: int) -> str:
    """The share in per cent with one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def power(number: int) -> str:
    """A number of paths: as 2^n where it is one, exact if short, else its leading digits."""
    if number > 1 and number & (number - 1) == 0:
        return f"2^{number.bit_length() - 1}"
    if number < 10**6:
        return f"{number:,}"
    digits = len(str(number))
    return f"≈ {number // 10 ** (digits - 3) / 100:.2f} · 10^{digits - 1}"
