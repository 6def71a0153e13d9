"""The exercise squared-error of lesson 01: the squared error of each image."""

import torch
import torch.nn.functional as F

from course_lib.checks.engine import Exercise, Mistake


def _squared_error(x_hat, x):
    return ((x_hat - x) ** 2).sum(dim=1)


def _pairs_of_images(generator):
    """Yield pictures that differ in the first and the last pixel: both must count."""
    for n in (2, 3, 5, 8):
        x_hat, x = torch.rand(2, n, 784, generator=generator)
        x_hat[:, [0, -1]], x[:, [0, -1]] = 0.9, 0.1
        yield x_hat, x


squared_error = Exercise(
    name="squared-error",
    reference=_squared_error,
    inputs=_pairs_of_images,
    gradient=("x_hat",),
    mistakes=(
        Mistake(
            "no sum",
            lambda x_hat, x: (x_hat - x) ** 2,
            "You have one value for each pixel. Now add them up, over dim=1.",
        ),
        Mistake(
            "sum before square",
            lambda x_hat, x: (x_hat - x).sum(dim=1) ** 2,
            "You squared after summing, when errors above and below had cancelled. "
            "Square each difference first.",
        ),
        Mistake(
            "dimension kept",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1, keepdim=True),
            "The values are right, but the shape is (n, 1), not (n,): drop keepdim.",
        ),
        Mistake(
            "mean over pixels",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(dim=1),
            "You took the mean over the 784 pixels; the error of an image is their "
            "sum, 784 times as large.",
        ),
        Mistake(
            "mean over everything",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(),
            "You averaged over images and pixels alike, as F.mse_loss does. Sum over "
            "the pixels, dim=1, and keep one value for each image.",
        ),
        Mistake(
            "mean over the batch",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1).mean(),
            "The sum over pixels is right, but then you averaged over the batch. Keep "
            "one value for each image; only the training loop averages.",
        ),
        Mistake(
            "sum over everything",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(),
            "You summed over images and pixels alike, which leaves one number for the "
            "batch. Sum over the pixels alone: sum(dim=1).",
        ),
        Mistake(
            "sum over the batch",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=0),
            "You summed over the images and kept the pixels: dim=0 counts images, "
            "dim=1 counts pixels.",
        ),
        Mistake(
            "missing square",
            lambda x_hat, x: (x_hat - x).sum(dim=1),
            "The square is missing. Without it, errors above and below cancel, and a "
            "bad reconstruction can score 0.",
        ),
        Mistake(
            "absolute value for square",
            lambda x_hat, x: (x_hat - x).abs().sum(dim=1),
            "You summed absolute values; the squared error squares each difference.",
        ),
        Mistake(
            "square root",
            lambda x_hat, x: (x_hat - x).norm(dim=1),
            "You took the square root at the end: that is the distance. The squared "
            "error is its square.",
        ),
        Mistake(
            "one image for all",
            lambda x_hat, x: ((x_hat - x[0]) ** 2).sum(dim=1),
            "Every reconstruction was compared with the same image. A (n, 784) tensor "
            "minus a (784,) one broadcasts without complaint; both must be (n, 784).",
        ),
        Mistake(
            "the first image alone",
            lambda x_hat, x: ((x_hat[0] - x[0]) ** 2).sum(),
            "That is the error of the first image alone. If you loop over the images, "
            "does the return stand inside the loop?",
        ),
        Mistake(
            "every pair",
            lambda x_hat, x: torch.cdist(x_hat, x) ** 2,
            "That is (n, n): every reconstruction against every image. Compare each "
            "with its own image: subtract, square, sum over dim=1.",
        ),
        Mistake(
            "half",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / 2,
            "That is half of it. Some books put a ½ in front to make the gradient "
            "simpler; this course does not.",
        ),
        Mistake(
            "divided by the batch",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / len(x),
            "Each value is divided by n, the number of images. An image's error must "
            "not depend on how many others are in the batch.",
        ),
        Mistake(
            "doubled for squared",
            lambda x_hat, x: ((x_hat - x) * 2).sum(dim=1),
            "You doubled the differences. To square is `** 2`, with two stars.",
        ),
        Mistake(
            "difference of squares",
            lambda x_hat, x: (x_hat**2 - x**2).sum(dim=1),
            "You squared first and subtracted after. Subtract first, then square the "
            "differences.",
        ),
        Mistake(
            "square root of the mean",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(dim=1).sqrt(),
            "That is the root of the mean squared error. Here we want the plain sum "
            "over pixels, without mean and without root.",
        ),
        Mistake(
            "largest error",
            lambda x_hat, x: ((x_hat - x) ** 2).amax(dim=1),
            "That is the error of each image's worst pixel alone. Sum all 784.",
        ),
        Mistake(
            "sum for difference",
            lambda x_hat, x: ((x_hat + x) ** 2).sum(dim=1),
            "You added the two pictures. An error is a difference: x_hat - x.",
        ),
        Mistake(
            "product for difference",
            lambda x_hat, x: (x_hat * x).sum(dim=1),
            "You multiplied the two pictures: that is large where both are bright. An "
            "error is a difference, squared.",
        ),
        Mistake(
            "x_hat alone",
            lambda x_hat, x: (x_hat**2).sum(dim=1),
            "You squared the copies and did not compare them with x. Subtract x first.",
        ),
        Mistake(
            "cross-entropy",
            lambda x_hat, x: F.binary_cross_entropy(x_hat, x, reduction="none").sum(1),
            "That is the binary cross-entropy, another loss, of lesson 05. Here it is "
            "the squared error: subtract, square, sum over dim=1.",
        ),
        Mistake(
            "one long row",
            lambda x_hat, x: ((x_hat - x) ** 2).flatten(),
            "The images have run into one row of n · 784 pixels. Leave them apart, "
            "(n, 784), and sum over dim=1.",
        ),
    ),
)
