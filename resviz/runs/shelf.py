"""How a person keeps runs: names, pins that protect from deletion, and the room that all of them may take."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from resviz.core.files import write_json
from resviz.runs import store
from resviz.runs.store import Run, RunError

FILE = "label.json"
GIGABYTE = 10**9
LONGEST_NAME = 100
ALLOWED = "RESVIZ_RUNS_GB"
ALLOWED_GB = 10.0
"""Gigabytes that all runs together may take where the environment names no other."""


@dataclass(frozen=True)
class Label:
    """What a person said about a run: a name, and whether it is pinned."""

    name: str = ""
    pinned: bool = False


def label(run: Run) -> Label:
    """The run's label; an empty one where nobody said anything, or where it cannot be read."""
    try:
        found = json.loads((run.path / FILE).read_text("utf-8"))
        return Label(str(found["name"]), bool(found["pinned"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Label()


@dataclass(frozen=True)
class About:
    """What a list says of a run: its title, or why that cannot be read, and when it was begun."""

    title: str
    begun: datetime | None
    readable: bool = True


def about(run: Run) -> About:
    """What a list says of the run, whatever its files hold."""
    try:
        config = run.config()
    except RunError as error:
        return About(str(error), None, readable=False)
    try:
        begun = datetime.fromisoformat(str(config["created"]))
    except ValueError:
        begun = None
    return About(_shown(str(config["title"])), begun)


def _shown(title: str) -> str:
    """A title that somebody may have edited by hand, on one line and without what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in title)


def rename(run: Run, name: str) -> None:
    """Give the run a name; raises RunError if it is too long, or has characters that nobody can see."""
    name = " ".join(name.split())
    if not name.isprintable():
        hidden = next(character for character in name if not character.isprintable())
        raise RunError(f"the name has a character that cannot be shown, U+{ord(hidden):04X}: leave it out")
    if len(name) > LONGEST_NAME:
        raise RunError(f"the name has {len(name)} characters and {LONGEST_NAME} are the most")
    _write(run, replace(label(run), name=name))


def pin(run: Run, pinned: bool) -> None:
    """Pin the run, so that it stands first and is not deleted; or take the pin away."""
    _write(run, replace(label(run), pinned=pinned))


def _write(run: Run, said: Label) -> None:
    write_json(run.path / FILE, asdict(said))


def delete(run: Run) -> None:
    """Stop and remove the run; raises RunError if it is pinned or does not end in time."""
    if label(run).pinned:
        raise RunError(f"the run {run.id} is pinned: take the pin away first")
    store.delete(run)


def size(run: Run) -> int:
    """Bytes on disk; a file under two names counts once."""
    return _bytes([run.path])


def used() -> int:
    """Bytes that all runs take, and what the lab found of networks that were not trained."""
    return _bytes([*(run.path for run in store.listed()), store.runs_folder() / store.FRESH])


def allowed() -> int:
    """Bytes that all runs may take: RESVIZ_RUNS_GB gigabytes; raises RunError where that is no number."""
    text = os.environ.get(ALLOWED)
    try:
        gigabytes = ALLOWED_GB if text is None else float(text)
        if not gigabytes >= 0:
            raise ValueError(text)
        return int(gigabytes * GIGABYTE)
    except (ValueError, OverflowError):
        raise RunError(f"{ALLOWED} {text!r} is no number of gigabytes: write it as {ALLOWED_GB:g}") from None


def refuse_if_full() -> None:
    """Raise RunError where the runs take all the room that they may."""
    if used() >= allowed():
        raise RunError(
            f"the runs take {gigabytes(used())} and may take {gigabytes(allowed())}: delete some, or set {ALLOWED}"
        )


def gigabytes(count: int) -> str:
    """Bytes in words, such as "1.3 GB"."""
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE / 10 else f"{count / 10**6:.1f} MB"


def _bytes(folders: list[Path]) -> int:
    return sum({at: count for folder in folders for at, count in _files(folder)}.values())


def _files(folder: Path) -> Iterator[tuple[tuple[int, int], int]]:
    """(device, inode) and size of each file below the folder; one that vanishes meanwhile is passed over."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                about = (Path(place) / name).lstat()
            except FileNotFoundError:
                continue
            yield (about.st_dev, about.st_ino), about.st_size
