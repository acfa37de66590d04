"""The depths of residual networks: which there are, and how many units a stage each has.

He et al. 2015, Table 1, for ImageNet; section 4.2 for CIFAR, where 6n + 2 or 9n + 2 layers have n units a stage.
"""

from __future__ import annotations

from functools import lru_cache

from resviz.zoo.blocks import BLOCKS

IMAGENET_DEPTHS = (10, 14, 18, 26, 34, 50, 101, 152, 200)
IMAGENET_STAGES = ((1, 1, 1, 1), (2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3), (3, 24, 36, 3))
CIFAR_STAGES = 3
DEEPEST = 1202
STEM_AND_CLASSIFIER = 2


def stages_of(layout: str, block: str) -> dict[int, tuple[int, ...]]:
    """depth -> units a stage: He et al. 2015, Table 1 (imagenet), and 6n + 2 or 9n + 2 (cifar, section 4.2)."""
    return _stages_by_depth(layout, BLOCKS[block].thing.layers)


@lru_cache(maxsize=64)
def _stages_by_depth(layout: str, layers: int) -> dict[int, tuple[int, ...]]:
    if layout == "imagenet":
        by_depth = {layers * sum(stages) + STEM_AND_CLASSIFIER: stages for stages in IMAGENET_STAGES}
        return {depth: stages for depth, stages in by_depth.items() if depth in IMAGENET_DEPTHS}
    step = CIFAR_STAGES * layers
    most = (DEEPEST - STEM_AND_CLASSIFIER) // step
    return {step * n + STEM_AND_CLASSIFIER: (n,) * CIFAR_STAGES for n in range(1, most + 1)}
