"""The exercise active-units of lesson 07: how many dimensions are in use."""

import torch

from course_lib.checks.engine import Exercise, Mistake
from course_lib.checks.telling import telling


def _active_units(mu, threshold):
    return (mu.var(dim=0) > threshold).sum().item()


def _encoders(generator):
    """Units that vary, much or little, that stay at an offset, and that tremble.

    And some just above and just below the threshold.
    """
    trials = []
    for threshold in (0.01, 0.01, 0.1, 0.05, 0.02):
        counts = torch.randint(1, 5, (6,), generator=generator)
        beside = threshold**0.5
        scales = torch.tensor([0.7, 0.2, 0.001, 0.05, 1.1 * beside, 0.9 * beside])
        shifts = torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
        scale, shift = (k.repeat_interleave(counts) for k in (scales, shifts))
        size = len(scale)
        mu = torch.randn(200, size, generator=generator)
        mu = (mu - mu.mean(dim=0)) / mu.std(dim=0)
        order = torch.randperm(size, generator=generator)
        trials.append(((mu * scale + shift)[:, order], threshold))
    return trials


active_units = Exercise(
    name="active-units",
    reference=_active_units,
    inputs=telling(_encoders, lambda: active_units),
    mistakes=(
        Mistake(
            "spread for variance",
            lambda mu, threshold: (mu.std(dim=0) > threshold).sum().item(),
            "You compared the standard deviation. The threshold 0.01 is for the "
            "variance, its square: a spread of 0.1.",
        ),
        Mistake(
            "variance within an image",
            lambda mu, threshold: (mu.var(dim=1) > threshold).sum().item(),
            "You took the variance over the dimensions of each image, and counted "
            "images. A unit is a column: the variance runs over images, dim=0.",
        ),
        Mistake(
            "the mean for the variance",
            lambda mu, threshold: (mu.mean(dim=0).abs() > threshold).sum().item(),
            "You counted units whose mean is not zero. A unit that says the same for "
            "every image is not active, whatever it says. Ask how much mu varies.",
        ),
        Mistake(
            "the square for the variance",
            lambda mu, threshold: ((mu**2).mean(dim=0) > threshold).sum().item(),
            "The mean of mu² counts a unit that is always 1, and that says nothing. "
            "Take off the mean first, as the variance does.",
        ),
        Mistake(
            "the collapsed ones",
            lambda mu, threshold: (mu.var(dim=0) < threshold).sum().item(),
            "You counted the units that are *not* active: the sign of the comparison.",
        ),
        Mistake(
            "one answer for each unit",
            lambda mu, threshold: mu.var(dim=0) > threshold,
            "The right units, one truth value each. Asked is how many: sum them.",
        ),
        Mistake(
            "the share for the number",
            lambda mu, threshold: (mu.var(dim=0) > threshold).float().mean().item(),
            "That is the share of active units. Asked is their number.",
        ),
        Mistake(
            "which for how many",
            lambda mu, threshold: (mu.var(dim=0) > threshold).nonzero().flatten(),
            "Those are the right units, by their numbers. Asked is how many they are.",
        ),
        Mistake(
            "one variance for all",
            lambda mu, threshold: (mu.var() > threshold).sum().item(),
            "You took one variance of all numbers together. Each unit has its own: "
            "mu.var(dim=0).",
        ),
        Mistake(
            "numbers for units",
            lambda mu, threshold: (mu.abs() > threshold).sum().item(),
            "You counted single numbers in mu, without their variance. A unit is a "
            "column: first its variance over the images, dim=0, then compare.",
        ),
        Mistake(
            "all units",
            lambda mu, threshold: mu.shape[1],
            "Every unit came out as active. Compare the variance of each over the "
            "images, mu.var(dim=0), and sum the truths: `len` counts false ones too.",
        ),
        Mistake(
            "their variances added up",
            lambda mu, threshold: mu.var(dim=0)[mu.var(dim=0) > threshold].sum().item(),
            "You added up the variances of the active units. Asked is how many there "
            "are: sum the truths, (… > threshold).sum().",
        ),
        Mistake(
            "the variance of all units",
            lambda mu, threshold: mu.var(dim=0),
            "Those are the units' variances, and right. Now count those that exceed "
            "the threshold.",
        ),
        Mistake(
            "the range for the variance",
            lambda mu, threshold: (
                (mu.max(dim=0).values - mu.min(dim=0).values > threshold).sum().item()
            ),
            "You compared the range, the largest minus the smallest. The threshold is "
            "for the variance over the images, mu.var(dim=0).",
        ),
        Mistake(
            "the root of the threshold",
            lambda mu, threshold: (mu.var(dim=0) > threshold**0.5).sum().item(),
            "You compared the variance with the root of the threshold, or its square "
            "with the threshold. The threshold is for the variance as it is.",
        ),
        Mistake(
            "images for units",
            lambda mu, threshold: len(mu) - (mu.var(dim=0) <= threshold).sum().item(),
            "You took the collapsed units off the number of images. The units are the "
            "columns: mu.shape[1].",
        ),
        Mistake(
            "0.01 whatever the threshold",
            lambda mu, threshold: (mu.var(dim=0) > 0.01).sum().item(),
            "Right for 0.01. The threshold is an argument, and may be another.",
        ),
    ),
)
