"""What can go wrong in a training by somebody's choice or data: each message is one sentence for the user."""

from __future__ import annotations


class TrainError(ValueError):
    """A training that cannot be, or cannot go on."""


class DataError(TrainError):
    """Data that are missing or damaged; the sentence names the file."""


class DeviceError(TrainError):
    """A device that this machine does not have."""


class DivergedError(TrainError):
    """The loss is infinite or not a number: there is nothing left to train."""
