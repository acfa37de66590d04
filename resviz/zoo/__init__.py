"""The zoo: every network that resviz knows, as terms. A family is a file here, a block a file in `blocks`."""

from resviz.zoo import presets, resnet  # noqa: F401  (importing is registering)
