"""Each unit removed by itself: the test error that is left (Veit et al. 2016, section 4.1, Fig. 3 and 4)."""

from __future__ import annotations

from collections.abc import Iterator

from resviz.lab.chain import Chain, Slot
from resviz.lab.errors import LabError
from resviz.lab.settings import Lesion
from resviz.lab.subject import Subject
from resviz.lab.sweep import Variant, intact
from resviz.lab.tested import Bench
from resviz.runs.journal import Row
from resviz.runs.process import Watch


def rows(subject: Subject, settings: Lesion, watch: Watch) -> Iterator[Row]:
    """The intact network first ("unit" is None), then a row for each unit."""
    bench = Bench(subject, settings.images, watch)
    units = removable(bench.chain)
    variants = [intact(bench.chain), *(removed(bench.chain, [unit]) for unit in units)]
    about: list[Row] = [{"unit": None, "path": ""}]
    about += [
        {"unit": unit, "path": bench.chain.units[unit].path, "resizes": resizes(bench.chain, unit)} for unit in units
    ]
    yield from bench.rows(variants, about)


def removed(chain: Chain, units: list[int]) -> Variant:
    """The network without these units."""
    return tuple(Slot(i, i not in units) for i in range(len(chain.places)))


def removable(chain: Chain) -> list[int]:
    """The units that can be removed; raises LabError where there is none."""
    found = [i for i in range(len(chain.places)) if chain.unit(i).passed is not None]
    if not found:
        raise LabError("no unit of this network can be removed: nothing without parameters has its output's shape")
    return found


def resizes(chain: Chain, unit: int) -> bool:
    """Whether the unit puts out another shape than it takes."""
    node = chain.units[unit].node
    return node.ins[0] != node.out
