"""A network with knobs turned, as far as that is possible, and the tensors that it has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from resviz.core.knob import SpecError
from resviz.core.net import Shape
from resviz.core.spec import NetSpec
from resviz.views.state import shapes


@lru_cache(maxsize=1024)
def tensors(spec: NetSpec) -> dict[str, Shape]:
    """The names and shapes of the network's tensors; raises SpecError where it cannot take its input."""
    return shapes(spec.node())


def possible(spec: NetSpec, texts: Mapping[str, str]) -> NetSpec | None:
    """The spec with knobs turned to the texts, or None where no network comes of it."""
    try:
        turned = type(spec).of_text({**spec.chosen(), **texts})
        tensors(turned)
    except SpecError:
        return None
    return turned
