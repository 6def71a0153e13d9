"""The exercise threshold of lesson 04: when to raise an alarm."""

import torch

from course_lib.checks.engine import Exercise, Mistake
from course_lib.checks.messages import Measured
from course_lib.checks.telling import alike, telling

TOLERANCE = 0.008  # three of 400 scores


def _threshold_for(normal, anomalous, fpr):
    return normal.quantile(1 - fpr)


def _two_kinds_of_scores(generator):
    """Skewed, as squared errors are; the anomalous higher, many or few.

    Of the 400 normal ones some are copied much worse than the rest: so many that one,
    two and three standard deviations part.
    """
    trials = []
    for fpr, m, shift, skew, worse in (
        (0.05, 900, 0.8, 1, 0),
        (0.4, 900, 0.8, 0.5, 92),
        (0.3, 200, 1.2, 0.5, 56),
        (0.2, 900, 1.2, 1.5, 28),
    ):
        normal = (skew * torch.randn(400, generator=generator)).exp()
        anomalous = (skew * (shift + torch.randn(m, generator=generator))).exp()
        normal[torch.randperm(400, generator=generator)[:worse]] += 80
        trials.append((normal, anomalous, fpr))
    return trials


def _false_alarms(threshold_for, normal, anomalous, fpr):
    """Return the false-positive rate that an answer gives, and what it is.

    So every convention for a quantile between two scores is right.
    """
    came = threshold_for(normal, anomalous, fpr)
    try:
        threshold = torch.as_tensor(came, dtype=normal.dtype)
    except (TypeError, ValueError, RuntimeError):
        return came
    shape = Measured("shape", str(tuple(threshold.shape)), "that of a single number")
    if threshold.numel() != 1:
        return [shape]
    threshold = threshold.reshape(())
    share = (normal > threshold).double().mean()
    if getattr(came, "ndim", 0) and abs(share - fpr) <= TOLERANCE:
        return [shape]  # all that is wrong
    number = "a finite number"
    kind = number if threshold.isfinite() else str(threshold.item())
    return [
        Measured("the share of normal pictures that raise an alarm", share, fpr),
        Measured("threshold", kind, number),
    ]


def _for_precision(normal, anomalous, fpr):
    """Return the lowest threshold at which a share fpr of the alarms is false.

    Where none has so few, the one that has the fewest.
    """
    every = torch.cat([normal, anomalous]).sort().values[:-1]
    false = (normal > every[:, None]).sum(dim=1)
    alarms = false + (anomalous > every[:, None]).sum(dim=1)
    false = false / alarms
    return every[(false <= max(fpr, false.min())).nonzero()[0, 0]]


def _best_cut(normal, anomalous, fpr):
    """Return the threshold at which the two rates are furthest apart."""
    every = torch.cat([normal, anomalous]).sort().values
    true = (anomalous > every[:, None]).double().mean(dim=1)
    return every[(true - (normal > every[:, None]).double().mean(dim=1)).argmax()]


threshold = Exercise(
    name="threshold",
    reference=_threshold_for,
    inputs=telling(_two_kinds_of_scores, lambda: threshold),
    observe=_false_alarms,
    tolerance=TOLERANCE,
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
            "Nearly every normal score lies above yours, and would raise an alarm. If "
            "you call np.percentile: it counts from 0 to 100, so 0.95 is less than one "
            "percent. Take np.quantile, or 100 * (1 - fpr).",
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
            "one minus the rate",
            lambda normal, anomalous, fpr: 1 - fpr,
            "1 - fpr is a share of pictures, not a score. Ask which score has this "
            "share of the normal ones below it: their quantile.",
        ),
        *alike(
            "the middle of the normal scores",
            "That is the middle of the normal scores, their mean or their median, "
            "whatever fpr says. Take their quantile 1 - fpr.",
            {
                "": lambda normal, anomalous, fpr: normal.mean(),
                "the median": lambda normal, anomalous, fpr: normal.median(),
            },
        ),
        Mistake(
            "the best cut between the two",
            _best_cut,
            "That threshold separates the two kinds best, so it does not look at fpr, "
            "and it moves with the anomalies that you happen to have. Take a quantile "
            "of the normal scores.",
        ),
        Mistake(
            "all of the tail",
            lambda normal, anomalous, fpr: normal.sort().values[int((1 - fpr) * 400) :],
            "You returned all the scores of the tail. The threshold is a single one: "
            "the lowest of them.",
        ),
        Mistake(
            "a tensor of one number",
            lambda normal, anomalous, fpr: normal.quantile(torch.tensor([1 - fpr])),
            "Your threshold is right, but it comes in a tensor of shape (1,). Return "
            "the number: give quantile a plain 1 - fpr, or end in [0] or .item().",
        ),
        Mistake(
            "not a number",
            lambda normal, anomalous, fpr: normal.mean() * float("nan"),
            "Your threshold is NaN, not a number: no score lies above it, and no alarm "
            "would ever go off. Look for 0 / 0, or for the root or the logarithm of "
            "something negative.",
        ),
        Mistake(
            "infinity",
            lambda normal, anomalous, fpr: float("inf"),
            "Your threshold is infinite: no score lies above it, and no alarm would "
            "ever go off. Look for a division by 0.",
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
