"""The zoo: every network that resviz knows, as terms. A family is a file here, a block a file in `blocks`.

The files are found and registered by themselves, residual networks first.
"""

import importlib
import pkgutil

from resviz.zoo import resnet  # noqa: F401

for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{module.name}")
