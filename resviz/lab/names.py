"""A subject by its name: a run's, or a network's as everywhere else, which is then not trained."""

from __future__ import annotations

from resviz.core.spec import NetSpec
from resviz.lab import subject
from resviz.lab.errors import LabError
from resviz.lab.subject import Subject
from resviz.runs import store
from resviz.runs.store import Run, RunError
from resviz.zoo.families import FAMILIES, PRESETS, from_text


def by_name(name: str, *, trained: bool, data: str = "digits", data_dir: str = "") -> Subject:
    """The run or the network of that name; raises LabError, RunError, SpecError, or ShapeError.

    `trained` says that it is to be fitted to data, as a trained network is.
    """
    run = run_of(name)
    if run is not None and not trained:
        raise LabError(
            f"this is about a network as it is initialised, and {run.id} is a run: name the network, such as resnet20"
        )
    if run is not None:
        return subject.of_run(run)
    return untrained(from_text(name), trained=trained, data=data, data_dir=data_dir)


def untrained(spec: NetSpec, *, trained: bool, data: str = "digits", data_dir: str = "") -> Subject:
    """The network as it is initialised: fitted to the data, or with the input that was chosen for it."""
    return subject.fresh(spec, data, data_dir=data_dir) if trained else subject.as_it_is(spec)


def run_of(name: str) -> Run | None:
    """The run of that name, or None where it names a network; raises RunError or SpecError where it names neither."""
    if name == store.LAST:
        return store.newest()
    if name.partition(":")[0] in (*FAMILIES.names(), *PRESETS.names()):
        return None
    try:
        return store.find(name)
    except RunError:
        if name[:8].isdecimal():
            raise
    from_text(name)  # which says what network is nearest
    return None
