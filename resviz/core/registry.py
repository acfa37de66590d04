"""A registry is an open set: name -> thing with its title and citation. A second thing of one name is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A registered thing. `title` is what a person reads, `cite` where it comes from, `note` one line about it.

    `formula` is LaTeX, and `text` what a lesson says of it, in paragraphs of Markdown.
    """

    name: str
    title: str
    cite: str
    note: str
    formula: str
    text: str
    thing: T


class Registry(Generic[T]):
    """The entries of one kind ("block", "shortcut" …) in the order of their registration."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, Entry[T]] = {}

    def register(
        self, name: str, *, title: str, cite: str, note: str = "", formula: str = "", text: str = ""
    ) -> Callable[[T], T]:
        """A decorator that enters the thing under `name`; raises ValueError if the name is taken."""

        def enter(thing: T) -> T:
            if name in self._entries:
                raise ValueError(f"there is a {self.kind} named {name!r} already")
            self._entries[name] = Entry(name, title, cite, note, formula, text, thing)
            return thing

        return enter

    def remove(self, name: str) -> None:
        """Take the entry out again (a plug-in or a test that leaves)."""
        del self._entries[name]

    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def __getitem__(self, name: str) -> Entry[T]:
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[Entry[T]]:
        return iter(self._entries.values())
