"""What an experiment cannot do, in one sentence for the user."""

from __future__ import annotations


class LabError(ValueError):
    """An experiment that is not possible with this network, run or picture."""
