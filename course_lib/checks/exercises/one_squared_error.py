"""The exercise one-squared-error of lesson 00: the squared error of one image."""

import torch
import torch.nn.functional as F

from course_lib.checks.engine import Exercise, Mistake


def _one_squared_error(x_hat, x):
    return ((x_hat - x) ** 2).sum()


def _pairs(generator):
    """Yield pictures that differ in the first and the last pixel: both must count."""
    for _ in range(4):
        x_hat, x = torch.rand(2, 784, generator=generator)
        x_hat[[0, -1]], x[[0, -1]] = 0.9, 0.1
        yield x_hat, x


one_squared_error = Exercise(
    name="one-squared-error",
    reference=_one_squared_error,
    inputs=_pairs,
    gradient=("x_hat",),
    mistakes=(
        Mistake(
            "no sum",
            lambda x_hat, x: (x_hat - x) ** 2,
            "You have one value for each of the 784 pixels. Now add them up.",
        ),
        Mistake(
            "mean for sum",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(),
            "You took the mean over the pixels. The squared error is their sum, 784 "
            "times as large.",
        ),
        Mistake(
            "missing square",
            lambda x_hat, x: (x_hat - x).sum(),
            "The square is missing. Without it, errors above and below cancel, and a "
            "bad copy can score 0.",
        ),
        Mistake(
            "sum before square",
            lambda x_hat, x: (x_hat - x).sum() ** 2,
            "You squared after adding up, when errors above and below had cancelled. "
            "Square each difference first.",
        ),
        Mistake(
            "absolute value for square",
            lambda x_hat, x: (x_hat - x).abs().sum(),
            "You added up absolute values. The squared error squares each difference.",
        ),
        Mistake(
            "square root",
            lambda x_hat, x: (x_hat - x).norm(),
            "You took the square root at the end: that is the distance. The squared "
            "error is its square.",
        ),
        Mistake(
            "half",
            lambda x_hat, x: ((x_hat - x) ** 2).sum() / 2,
            "That is half of it. Some books put a ½ in front to make the gradient "
            "simpler; this course does not.",
        ),
        Mistake(
            "doubled for squared",
            lambda x_hat, x: ((x_hat - x) * 2).sum(),
            "You doubled the differences. To square is `** 2`, with two stars.",
        ),
        Mistake(
            "difference of squares",
            lambda x_hat, x: (x_hat**2 - x**2).sum(),
            "You squared first and subtracted after. Subtract first, then square the "
            "differences.",
        ),
        Mistake(
            "only x squared",
            lambda x_hat, x: (x_hat - x**2).sum(),
            "Without brackets, `** 2` comes before the minus and squares x alone. "
            "Write (x_hat - x) ** 2.",
        ),
        Mistake(
            "largest error",
            lambda x_hat, x: ((x_hat - x) ** 2).max(),
            "That is the error of the worst pixel alone. Add up all 784.",
        ),
        Mistake(
            "square root of the mean",
            lambda x_hat, x: ((x_hat - x) ** 2).mean().sqrt(),
            "That is the root of the mean squared error. Here we want the plain sum, "
            "without mean and without root.",
        ),
        Mistake(
            "sum for difference",
            lambda x_hat, x: ((x_hat + x) ** 2).sum(),
            "You added the two pictures. An error is a difference: x_hat - x.",
        ),
        Mistake(
            "product for difference",
            lambda x_hat, x: (x_hat * x).sum(),
            "You multiplied the two pictures: that is large where both are bright. An "
            "error is a difference, squared.",
        ),
        Mistake(
            "x_hat alone",
            lambda x_hat, x: (x_hat**2).sum(),
            "You squared the copy and did not compare it with x. Subtract x first.",
        ),
        Mistake(
            "variance for square",
            lambda x_hat, x: 784 * (x_hat - x).var(unbiased=False),
            "You took the variance of the differences, which first subtracts their "
            "mean: a copy that is too bright everywhere would cost nothing.",
        ),
        Mistake(
            "cross-entropy",
            lambda x_hat, x: F.binary_cross_entropy(x_hat, x, reduction="sum"),
            "That is the binary cross-entropy, another loss, of lesson 05. Here it is "
            "the squared error: subtract, square, add up.",
        ),
        Mistake(
            "a list of one",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=0, keepdim=True),
            "The value is right, but wrapped: a tensor of shape (1,), or a tuple of "
            "one. Return the number itself, without keepdim and without a comma.",
        ),
    ),
)
