"""The exercise threshold of lesson 04: when to raise an alarm."""

import torch

from course_lib.checks.engine import Exercise, Mistake
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
