"""The exercise score-per-ink of lesson 04: the residual, for the ink there is."""

import torch

from course_lib.checks.engine import Exercise, Mistake, after


def _score_per_ink(x_hat, x):
    return ((x_hat - x) ** 2).sum(dim=1) / (x**2).sum(dim=1)


def _images_and_copies(generator):
    for n in (2, 3, 5, 1):
        x = torch.rand(n, 784, generator=generator)
        x = x * (0.2 + torch.rand(n, 1, generator=generator))
        black = torch.rand(n, 784, generator=generator) < 0.4 + 0.4 * torch.rand(
            n, 1, generator=generator
        )
        black[0] = False  # so that to divide pixel by pixel leaves one number
        x[black] = 0
        yield torch.rand(n, 784, generator=generator), x


score_per_ink = Exercise(
    name="score-per-ink",
    reference=_score_per_ink,
    inputs=_images_and_copies,
    mistakes=(
        Mistake(
            "not divided",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1),
            "That is the squared residual. Now divide by each picture's ink.",
        ),
        Mistake(
            "the copy's ink",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / (x_hat**2).sum(dim=1),
            "You divided by the ink of the copy. A network that answers with a black "
            "picture would then score infinity: take the ink of x.",
        ),
        Mistake(
            "ink not squared",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / x.sum(dim=1),
            "The residual is squared and your ink is not, so the score would change "
            "with the contrast of the picture. Ink is the sum of x².",
        ),
        Mistake(
            "residual not squared",
            lambda x_hat, x: (x_hat - x).abs().sum(dim=1) / (x**2).sum(dim=1),
            "You took the absolute residual. It is squared here, as the ink is.",
        ),
        Mistake(
            "divided by the pixels",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(dim=1),
            "You divided by 784, which is the same for all pictures and moves nobody "
            "past anybody. Divide by each picture's own ink, the sum of x².",
        ),
        Mistake(
            "pixel by pixel",
            lambda x_hat, x: ((x_hat - x) ** 2 / x**2).sum(dim=1),
            "You divided each pixel by its own square, and most pixels are 0. Sum over "
            "the pixels first, both above and below.",
        ),
        Mistake(
            "the batch's ink",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / (x**2).sum(),
            "You divided by the ink of the whole batch, so a picture's score depends "
            "on the company it keeps. Sum over dim=1 alone.",
        ),
        Mistake(
            "upside down",
            lambda x_hat, x: (x**2).sum(dim=1) / ((x_hat - x) ** 2).sum(dim=1),
            "That is upside down: bad copies would score low.",
        ),
        Mistake(
            "root",
            lambda x_hat, x: (x_hat - x).norm(dim=1) / x.norm(dim=1),
            "You took roots, so this is the length of the residual over the length of "
            "the picture. It ranks pictures the same, but here the squares are wanted.",
        ),
        Mistake(
            "one number for the batch",
            lambda x_hat, x: ((x_hat - x) ** 2).sum() / (x**2).sum(),
            "You summed over the pictures as well. Each keeps a score of its own: "
            "dim=1, above and below.",
        ),
        Mistake(
            "mean over the batch",
            after(_score_per_ink, torch.mean),
            "Each picture's score is right. Return them all, without the last mean.",
        ),
        Mistake(
            "every picture by every ink",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(1, keepdim=True) / (x**2).sum(1),
            "One of your sums keeps its dimension and the other does not, so each "
            "picture was divided by every picture's ink. Use keepdim in neither.",
        ),
        Mistake(
            "not summed",
            lambda x_hat, x: (x_hat - x) ** 2 / (x**2).sum(dim=1, keepdim=True),
            "You have a score for each pixel. Sum the squared residual over the "
            "pixels: dim=1.",
        ),
        Mistake(
            "mean above, sum below",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(dim=1) / (x**2).sum(dim=1),
            "You took the mean above the line and the sum below it, which makes the "
            "score 784 times too small. Take the same in both.",
        ),
        Mistake(
            "sum above, mean below",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / (x**2).mean(dim=1),
            "You took the sum above the line and the mean below it, which makes the "
            "score 784 times too large. Take the same in both.",
        ),
        Mistake(
            "over the pictures",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=0) / (x**2).sum(dim=0),
            "You summed over the pictures, dim=0, and have a number for each pixel. "
            "Sum over the pixels: dim=1.",
        ),
        Mistake(
            "times the ink",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) * (x**2).sum(dim=1),
            "You multiplied by the ink. Divide: a picture with more ink may have more "
            "residual.",
        ),
        Mistake(
            "ink of both",
            lambda x_hat, x: (
                ((x_hat - x) ** 2).sum(1) / ((x**2).sum(1) + (x_hat**2).sum(1))
            ),
            "Below the line stands the ink of the copy as well. Take that of x alone.",
        ),
        Mistake(
            "variance for ink",
            lambda x_hat, x: (
                ((x_hat - x) ** 2).sum(1) / (x - x.mean(1, True)).square().sum(1)
            ),
            "Below the line you took off the picture's mean first. Ink is the sum of "
            "x² as it is.",
        ),
        Mistake(
            "square of the sum",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / x.sum(dim=1) ** 2,
            "Below the line you summed first and squared then. Ink squares each pixel "
            "and then sums.",
        ),
        Mistake(
            "nothing squared",
            lambda x_hat, x: (x_hat - x).abs().sum(dim=1) / x.sum(dim=1),
            "You took absolute values above and below. Here both are squares.",
        ),
        Mistake(
            "signs that cancel",
            lambda x_hat, x: (x_hat - x).sum(dim=1) / x.sum(dim=1),
            "Without the squares, ink that is missing and ink that is new cancel.",
        ),
        Mistake(
            "root of the ink",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / x.norm(dim=1),
            "You divided by the root of the ink. Ink is ‖x‖², without the root.",
        ),
        Mistake(
            "difference of the squares",
            lambda x_hat, x: (x_hat**2 - x**2).sum(dim=1) / (x**2).sum(dim=1),
            "You squared each picture and subtracted then. The residual comes first, "
            "then its square: (x_hat - x) ** 2.",
        ),
        Mistake(
            "number of pixels with ink",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) / (x > 0).sum(dim=1),
            "You counted the pixels that are not black. Ink weighs them: sum x².",
        ),
        Mistake(
            "whole numbers",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1) // (x**2).sum(dim=1),
            "// cuts off what is behind the point. Divide with a single /.",
        ),
    ),
)
