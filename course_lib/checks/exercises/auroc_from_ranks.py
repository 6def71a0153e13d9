"""The exercise auroc-from-ranks of lesson 04: the area, counted from ranks."""

import torch

from course_lib.checks.engine import Exercise, Mistake


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


def _area_of(change):
    """Return the mistake of another formula, of the rank sum R, n and m."""
    return lambda normal, anomalous: change(
        _ranks(normal, anomalous)[0].sum(), len(normal), len(anomalous)
    )


def _normal_ones_first(normal, anomalous):
    ranks = torch.cat([normal, anomalous]).argsort().argsort() + 1
    n, m = len(normal), len(anomalous)
    return (ranks[:m].sum() - m * (m + 1) / 2) / (n * m)


def _last_ranks(normal, anomalous):
    n, m = len(normal), len(anomalous)
    return (_ranks(normal, anomalous)[1].sum() - m * (m + 1) / 2) / (n * m)


def _sorted_scores(normal, anomalous):
    scores = torch.cat([anomalous, normal]).sort().values
    n, m = len(normal), len(anomalous)
    return (scores[:m].sum() - m * (m + 1) / 2) / (n * m)


def _scores_themselves(normal, anomalous):
    n, m = len(normal), len(anomalous)
    return (anomalous.sum() - m * (m + 1) / 2) / (n * m)


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
        Mistake(
            "normal ones first",
            _normal_ones_first,
            "You put the normal scores first, and then took the first m ranks: those "
            "are not the anomalous ones. Put these first, or take the last m.",
        ),
        Mistake(
            "the ranks of the others",
            _last_ranks,
            "You summed the ranks of the normal scores. The first m, [:m], are the "
            "anomalous ones.",
        ),
        Mistake(
            "sorted scores for ranks",
            _sorted_scores,
            "You summed the m lowest scores. A rank is a place in the order, 1, 2, 3: "
            "argsort twice.",
        ),
        Mistake(
            "scores for ranks",
            _scores_themselves,
            "You summed the anomalous scores themselves. Sum their ranks.",
        ),
        Mistake(
            "m (m - 1) / 2",
            _area_of(lambda r, n, m: (r - m * (m - 1) / 2) / (n * m)),
            "m (m - 1) / 2 is right for ranks that begin at 0, and yours begin at 1. "
            "Take off m (m + 1) / 2.",
        ),
        Mistake(
            "m (m + 1) without its half",
            _area_of(lambda r, n, m: (r - m * (m + 1)) / (n * m)),
            "You took off m (m + 1). It is half of that.",
        ),
        Mistake(
            "brackets around the difference",
            _area_of(lambda r, n, m: r - m * (m + 1) / 2 / (n * m)),
            "Only the second term was divided by n · m. Put brackets around the "
            "difference.",
        ),
        Mistake(
            "brackets around the pairs",
            _area_of(lambda r, n, m: (r - m * (m + 1) / 2) / n * m),
            "/ n * m divides by n and then multiplies by m. Put brackets: / (n * m).",
        ),
        Mistake(
            "the number of pairs",
            _area_of(lambda r, n, m: r - m * (m + 1) / 2),
            "That is how many pairs the anomalous score wins. Divide by how many there "
            "are, n · m.",
        ),
        Mistake(
            "nothing left",
            _area_of(lambda r, n, m: (r - m * (m + 1) // 2) // (n * m)),
            "The result is exactly 0. Either // cut off what is behind the point: "
            "divide with a single /. Or the anomalous scores were ranked among "
            "themselves: rank them together with the normal ones.",
        ),
    ),
)
