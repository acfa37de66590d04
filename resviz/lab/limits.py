"""What is too large to be looked at."""

LARGEST_FILE = 8 * 2**20
"""Bytes of a picture file."""
MOST_PIXELS = 40_000_000
"""Pixels of a picture."""
