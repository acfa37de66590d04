"""`python -m tests.benchmarks [NAME …]` from the repository root; without a name, all of them."""

from __future__ import annotations

import argparse
import importlib

NAMES = ("cost", "classroom", "page", "lab", "training", "live", "exports")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args().names
    for name in names:
        if name not in NAMES:
            parser.error(f"there is no benchmark {name!r}: there are {', '.join(NAMES)}")
    for name in names or NAMES:
        try:
            benchmark = importlib.import_module(f"tests.benchmarks.{name}")
        except ModuleNotFoundError as error:
            parser.exit(1, f'{name} needs {error.name}: pip install -e ".[test,benchmark]"\n')
        benchmark.main()


if __name__ == "__main__":
    main()
