"""Recipes that people know by name: the knobs of papers and tutorials."""

from __future__ import annotations

from collections.abc import Mapping

from resviz.core.knob import SpecError, quoted
from resviz.core.registry import Registry
from resviz.train.recipe import Recipe

RECIPES: Registry[Mapping[str, str]] = Registry("recipe")

HE2015 = {
    "data": "cifar10", "steps": "64000", "batch": "128", "optimizer": "sgd", "lr": "0.1", "schedule": "steps",
    "weight_decay": "1e-4", "decays": "all",
}  # fmt: skip
LENGTHS = ("epochs", "steps")
AT_A_TENTH = {"warm_up": str(400 / 64_000)}
"""He et al. 2015 and 2016 begin with 110 layers at a rate of 0.01, for about 400 steps."""

RECIPES.register("digits", title="Digits", cite="resviz", note="the defaults: 98 % in a few seconds")({})

RECIPES.register(
    "he2015-cifar", title="He 2015, CIFAR-10", cite="He et al. 2015, section 4.2",
    note="64k steps of 128 images, a tenth of the rate at 32k and at 48k; on all 50,000 images, as most repeat it; "
    "images are normalised by channel, where the paper subtracts the mean pixel by pixel",
)(HE2015)  # fmt: skip

RECIPES.register(
    "he2015-cifar-45k", title="He 2015, CIFAR-10, 45k/5k", cite="He et al. 2015, section 4.2",
    note="the same with 5,000 of the 50,000 images held out for validation, as in the paper",
)({**HE2015, "validation": "0.1"})  # fmt: skip

RECIPES.register(
    "he2015-cifar-110", title="He 2015, CIFAR-10, 110 layers", cite="He et al. 2015, section 4.2",
    note="with the 45k/5k split, and a tenth of the rate for the first 400 steps",
)({**HE2015, "validation": "0.1", **AT_A_TENTH})  # fmt: skip

RECIPES.register(
    "he2016-cifar", title="He 2016, CIFAR-10", cite="He et al. 2016, appendix",
    note="64k steps as in 2015, a tenth of the rate for the first 400 of them, on all 50,000 images",
)({**HE2015, **AT_A_TENTH})  # fmt: skip

RECIPES.register(
    "fast-cifar", title="Fast, CIFAR-10", cite="after Page 2018, How to train your ResNet",
    note="24 epochs of one cycle with large batches",
)({
    "data": "cifar10", "epochs": "24", "batch": "512", "lr": "0.4", "warm_up": "0.2", "label_smoothing": "0.1",
})  # fmt: skip

RECIPES.register(
    "mnist-keras-tutorial", title="MNIST as in Keras tutorials", cite="the ResNet-18 tutorials for Keras",
    note="256 images at 224×224, a tenth held out, three epochs of plain SGD; as many test images",
)({
    "data": "mnist", "images": "256", "test_images": "256", "validation": "0.1", "size": "224", "epochs": "3",
    "batch": "128", "optimizer": "sgd", "momentum": "0", "lr": "0.01", "schedule": "constant", "weight_decay": "0",
})  # fmt: skip


def named(name: str) -> Mapping[str, str]:
    """The knobs of the recipe of that name; raises SpecError."""
    if name not in RECIPES:
        raise SpecError(f"there is no recipe {quoted(name)!r}: there are {', '.join(RECIPES.names())}")
    return RECIPES[name].thing


def recipe(name: str, choices: Mapping[str, str]) -> Recipe:
    """The recipe of that name with further knobs given as text; raises SpecError."""
    return Recipe.of_text(beside(named(name), choices))


def beside(base: Mapping[str, str], choices: Mapping[str, str]) -> dict[str, str]:
    """The knobs of `base` with those chosen; epochs or steps that are chosen take the place of the other ones."""
    length = any(choices.get(name, "0") != "0" for name in LENGTHS)
    return {**{knob: text for knob, text in base.items() if not (length and knob in LENGTHS)}, **choices}


def name_of(recipe: Recipe) -> str:
    """The name of a recipe, whatever its seed, folder and device; "" where it has none."""
    free = {"seed": recipe.seed, "data_dir": recipe.data_dir, "device": recipe.device, "precision": recipe.precision,
            "threads": recipe.threads, "compile": recipe.compile, "tensorboard": recipe.tensorboard}  # fmt: skip
    same = (entry.name for entry in RECIPES if {**Recipe.of_text(entry.thing).values(), **free} == recipe.values())
    return next(same, "")
