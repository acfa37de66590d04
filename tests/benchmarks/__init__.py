"""Benchmarks: what resviz costs beside its peers, measured in the same run. They print ratios and assert nothing."""
