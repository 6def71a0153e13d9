"""The exercises of lesson 04: a threshold, the area under the ROC curve, a score."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _threshold_for(normal, anomalous, fpr):
    return normal.quantile(1 - fpr)


def _two_kinds_of_scores(generator):
    """Skewed, as squared errors are; the anomalous higher, and more of them."""
    for fpr, shift in ((0.05, 0.8), (0.2, 0.4), (0.1, 1.2)):
        normal = torch.randn(400, generator=generator).exp()
        anomalous = (shift + torch.randn(900, generator=generator)).exp()
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
    return (normal > threshold).double().mean() if threshold.ndim == 0 else threshold


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
            "the largest normal score",
            lambda normal, anomalous, fpr: normal.max(),
            "Above the largest normal score there are no false alarms at all, and many "
            "anomalies are missed. A share fpr of the normal ones may lie above.",
        ),
    ),
)


def _auroc_from_ranks(normal, anomalous):
    ranks = torch.cat([anomalous, normal]).argsort().argsort() + 1
    n, m = len(normal), len(anomalous)
    return (ranks[:m].sum() - m * (m + 1) / 2) / (n * m)


def _scores_without_ties(generator):
    for n, m, shift in ((30, 20, 1.0), (12, 40, 0.5), (25, 25, 2.0)):
        yield (
            torch.randn(n, generator=generator),
            torch.randn(m, generator=generator) + shift,
        )


def _ranks(normal, anomalous):
    ranks = torch.cat([anomalous, normal]).argsort().argsort() + 1
    return ranks[: len(anomalous)], ranks[len(anomalous) :]


def _of_the_normal(normal, anomalous):
    n, m = len(normal), len(anomalous)
    return (_ranks(normal, anomalous)[1].sum() - n * (n + 1) / 2) / (n * m)


def _one_argsort(normal, anomalous):
    order = torch.cat([anomalous, normal]).argsort() + 1
    n, m = len(normal), len(anomalous)
    return (order[:m].sum() - m * (m + 1) / 2) / (n * m)


def _nothing_taken_off(normal, anomalous):
    return _ranks(normal, anomalous)[0].sum() / (len(normal) * len(anomalous))


def _from_zero(normal, anomalous):
    n, m = len(normal), len(anomalous)
    return ((_ranks(normal, anomalous)[0] - 1).sum() - m * (m + 1) / 2) / (n * m)


def _by_all_pairs(normal, anomalous):
    n, m = len(normal), len(anomalous)
    return (_ranks(normal, anomalous)[0].sum() - m * (m + 1) / 2) / (n + m) ** 2


def _of_the_wrong_size(normal, anomalous):
    n, m = len(normal), len(anomalous)
    return (_ranks(normal, anomalous)[0].sum() - n * (n + 1) / 2) / (n * m)


def _best_accuracy(normal, anomalous):
    every = torch.cat([normal, anomalous])
    right = (normal <= every[:, None]).sum(1) + (anomalous > every[:, None]).sum(1)
    return right.max() / len(every)


auroc_from_ranks = Exercise(
    name="auroc-from-ranks",
    reference=_auroc_from_ranks,
    inputs=_scores_without_ties,
    mistakes=(
        Mistake(
            "the sign",
            _of_the_normal,
            "You got one minus the area: the share of pairs in which the *normal* "
            "picture scores higher. Sum the ranks of the anomalous scores.",
        ),
        Mistake(
            "one argsort",
            _one_argsort,
            "One argsort gives the order: which score comes first. The ranks are the "
            "argsort of that: at which place each score comes.",
        ),
        Mistake(
            "nothing taken off",
            _nothing_taken_off,
            "The anomalous scores are ranked among themselves as well. Those pairs sum "
            "to m (m + 1) / 2, which has to come off.",
        ),
        Mistake(
            "ranks from zero",
            _from_zero,
            "Your ranks begin at 0, and m (m + 1) / 2 is right for ranks from 1. Add 1 "
            "to the ranks, or take off m (m - 1) / 2.",
        ),
        Mistake(
            "all pairs",
            _by_all_pairs,
            "You divided by (n + m)². Only pairs of one normal and one anomalous "
            "picture count, and of these there are n · m.",
        ),
        Mistake(
            "the other size",
            _of_the_wrong_size,
            "You summed the anomalous ranks and took off n (n + 1) / 2, with the "
            "number of the normal ones. It has to be m, the number of those summed.",
        ),
        Mistake(
            "accuracy",
            _best_accuracy,
            "That is the accuracy at the best threshold. The area asks about pairs, "
            "and needs no threshold.",
        ),
    ),
)


def _score_per_ink(x_hat, x):
    return ((x_hat - x) ** 2).sum(dim=1) / (x**2).sum(dim=1)


def _images_and_copies(generator):
    for n in (2, 3, 5):
        x = torch.rand(n, 784, generator=generator)
        x = x * (0.2 + torch.rand(n, 1, generator=generator))
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
            "You divided each pixel by its own square, and most pixels are near 0. Sum "
            "over the pixels first, both above and below.",
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
    ),
)
