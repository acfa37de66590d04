"""`python -m resviz` is the command line."""

import sys

from resviz.cli import main

sys.exit(main())
