"""What a click tries to do: where that is not possible, the page says why and stays as it is."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from resviz.ui import choice


def attempt(job: Callable[[], object]) -> None:
    """Do the job, if that is possible."""
    tried(job)


def tried(job: Callable[[], object]) -> bool:
    """Do the job; whether it could be done."""
    try:
        job()
    except (ValueError, OSError) as error:
        st.toast(choice.plain(str(error)))
        return False
    return True
