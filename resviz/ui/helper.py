"""The helper process that holds torch for the page, one for all sessions."""

from __future__ import annotations

import streamlit as st

from resviz.lab.client import COMMAND
from resviz.nn.client import Torch


@st.cache_resource
def helper() -> Torch:
    """The process; it is started when it is first asked."""
    return Torch(command=COMMAND)
