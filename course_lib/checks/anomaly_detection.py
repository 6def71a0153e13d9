"""Two exercises of lesson 04: a threshold for an alarm, and a score per ink."""

import torch

from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.checks.messages import Measured


def _threshold_for(normal, anomalous, fpr):
    return normal.quantile(1 - fpr)


def _two_kinds_of_scores(generator):
    """Skewed, as squared errors are; the anomalous higher, and more of them."""
    for fpr, shift, skew in ((0.05, 0.8, 1), (0.2, 0.4, 0.5), (0.1, 1.2, 2)):
        normal = (skew * torch.randn(400, generator=generator)).exp()
        anomalous = (skew * (shift + torch.randn(900, generator=generator))).exp()
        yield normal, anomalous, fpr


def _false_alarms(threshold_for, normal, anomalous, fpr):
    """Return the false-positive rate that an answer gives.

    So every convention for a quantile between two scores is right.
    """
    threshold = threshold_for(normal, anomalous, fpr)
    try:
        threshold = torch.as_tensor(threshold, dtype=normal.dtype)
    except (TypeError, ValueError, RuntimeError):
        return threshold
    if threshold.ndim:
        return threshold
    share = (normal > threshold).double().mean()
    return Measured("the share of normal pictures that raise an alarm", share)


def _for_precision(normal, anomalous, fpr):
    """Return the lowest threshold at which a share fpr of the alarms is false."""
    every = torch.cat([normal, anomalous]).sort().values[:-1]
    false = (normal > every[:, None]).sum(dim=1)
    alarms = false + (anomalous > every[:, None]).sum(dim=1)
    return every[(false / alarms <= fpr).nonzero()[0, 0]]


threshold = Exercise(
    name="threshold",
    reference=_threshold_for,
    inputs=_two_kinds_of_scores,
    observe=_false_alarms,
    tolerance=0.008,
    mistakes=(
        Mistake(
            "the wrong tail",
            lambda normal, anomalous, fpr: normal.quantile(fpr),
            "That is the other end: a share fpr of the normal scores lies below your "
            "threshold, so nearly all of them raise an alarm. Take quantile 1 - fpr.",
        ),
        Mistake(
            "quantile of the anomalies",
            lambda normal, anomalous, fpr: anomalous.quantile(1 - fpr),
            "You took the quantile of the anomalous scores. A false positive is a "
            "*normal* picture with an alarm, so only the normal scores can say.",
        ),
        Mistake(
            "lower quantile of the anomalies",
            lambda normal, anomalous, fpr: anomalous.quantile(fpr),
            "You took the quantile of the anomalous scores: that fixes how many "
            "anomalies are missed. False positives are counted among normal pictures.",
        ),
        Mistake(
            "quantile of both",
            lambda normal, anomalous, fpr: torch.cat([normal, anomalous]).quantile(
                1 - fpr
            ),
            "You took the quantile of all scores together, so the threshold depends on "
            "how many anomalies there happen to be. Use the normal scores alone.",
        ),
        Mistake(
            "precision for false-positive rate",
            _for_precision,
            "At your threshold a share fpr of the *alarms* is false: that is one minus "
            "the precision. The false-positive rate is a share of the normal pictures.",
        ),
        Mistake(
            "mean plus two standard deviations",
            lambda normal, anomalous, fpr: normal.mean() + 2 * normal.std(),
            "Mean plus two standard deviations does not look at fpr, and it trusts the "
            "scores to be bell-shaped, which errors are not. Take a quantile.",
        ),
        Mistake(
            "mean plus three standard deviations",
            lambda normal, anomalous, fpr: normal.mean() + 3 * normal.std(),
            "Mean plus three standard deviations does not look at fpr, and it trusts "
            "the scores to be bell-shaped, which errors are not. Take a quantile.",
        ),
        Mistake(
            "the bell's quantile",
            lambda normal, anomalous, fpr: normal.mean() + 1.645 * normal.std(),
            "1.645 standard deviations leave out 5% of a bell. Errors are not "
            "bell-shaped, and fpr is not always 5%. Take the scores' own quantile.",
        ),
        Mistake(
            "always 5%",
            lambda normal, anomalous, fpr: normal.quantile(0.95),
            "That is right for fpr = 0.05 alone. For any fpr it is quantile 1 - fpr.",
        ),
        Mistake(
            "two tails",
            lambda normal, anomalous, fpr: normal.quantile(1 - fpr / 2),
            "You left out fpr / 2, as if low scores raised an alarm as well. Only high "
            "ones do: all of fpr lies above the threshold.",
        ),
        Mistake(
            "percent",
            lambda normal, anomalous, fpr: normal.quantile((1 - fpr) / 100),
            "np.percentile counts from 0 to 100, so 0.95 is less than one percent. "
            "Take np.quantile, or 100 * (1 - fpr).",
        ),
        Mistake(
            "not sorted",
            lambda normal, anomalous, fpr: normal[int((1 - fpr) * len(normal))],
            "You took a score by its place in a list that is in no order. Sort the "
            "scores first, or ask for their quantile.",
        ),
        Mistake(
            "the rate for the threshold",
            lambda normal, anomalous, fpr: fpr,
            "That is a rate, or as low as one, and every normal picture would raise an "
            "alarm. Return a *score*, at which the rate is fpr.",
        ),
        Mistake(
            "between the means",
            lambda normal, anomalous, fpr: (normal.mean() + anomalous.mean()) / 2,
            "Half-way between the two means does not look at fpr, and it moves with "
            "the anomalies that you happen to have. Only the normal scores count.",
        ),
        Mistake(
            "the largest normal score",
            lambda normal, anomalous, fpr: normal.max(),
            "Hardly a normal score lies above your threshold, so anomalies are missed "
            "for nothing: a share fpr of them may. The largest score, or a part of it, "
            "does not say how many lie above. Take a quantile.",
        ),
    ),
)


def _score_per_ink(x_hat, x):
    return ((x_hat - x) ** 2).sum(dim=1) / (x**2).sum(dim=1)


def _images_and_copies(generator):
    for n in (2, 3, 5):
        x = torch.rand(n, 784, generator=generator)
        x = x * (0.2 + torch.rand(n, 1, generator=generator))
        black = torch.rand(n, 784, generator=generator) < 0.4 + 0.4 * torch.rand(
            n, 1, generator=generator
        )
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
