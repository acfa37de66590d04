"""Several choices in one parameter of the URL, as name=value|name=value, so that a link carries them too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from urllib.parse import unquote

import streamlit as st

EQUALS = "="


class Packed(MutableMapping[str, str]):
    """The texts in the parameter: read from the URL, written to it; `otherwise` where the URL has no such parameter.

    What stands `between` two of them is written as %XX within a value.
    """

    def __init__(self, parameter: str, otherwise: Mapping[str, str], between: str = "|") -> None:
        self._parameter, self._otherwise, self._between = parameter, dict(otherwise), between

    def __getitem__(self, name: str) -> str:
        return self._texts()[name]

    def __setitem__(self, name: str, text: str) -> None:
        self._write({**self._texts(), name: text})

    def __delitem__(self, name: str) -> None:
        texts = self._texts()
        del texts[name]
        self._write(texts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts())

    def __len__(self) -> int:
        return len(self._texts())

    def replace(self, texts: Mapping[str, str]) -> None:
        """Take these texts in place of all."""
        self._write(texts)

    def _texts(self) -> dict[str, str]:
        packed = st.query_params.get(self._parameter)
        if packed is None:
            return dict(self._otherwise)
        pairs = (part.partition(EQUALS) for part in packed.split(self._between) if part)
        return {name: unquote(text) for name, _, text in pairs}

    def _write(self, texts: Mapping[str, str]) -> None:
        if texts == self._otherwise:
            st.query_params.pop(self._parameter, None)
        else:
            pairs = (f"{name}{EQUALS}{self._escaped(text)}" for name, text in texts.items())
            st.query_params[self._parameter] = self._between.join(pairs)

    def _escaped(self, text: str) -> str:
        return text.replace("%", "%25").replace(self._between, f"%{ord(self._between):02X}")
