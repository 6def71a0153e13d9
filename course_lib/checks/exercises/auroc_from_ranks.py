"""The exercise auroc-from-ranks of lesson 04: the area, counted from ranks."""

import torch

from course_lib.checks import auroc_slips as slips
from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.checks.telling import alike, telling
from course_lib.metrics import average_precision


def _auroc_from_ranks(normal, anomalous):
    ranks, _ = slips.ranks(normal, anomalous)
    return slips.from_ranks(ranks, len(normal), len(anomalous))


def _scores(generator):
    """A good alarm, one worse than a coin, as many of both kinds, and equal scores."""
    trials = []
    for n, m, shift in ((30, 20, 1.0), (12, 40, -0.8), (25, 25, 0.7)):
        normal = torch.randn(n, generator=generator)
        trials.append((normal, torch.randn(m, generator=generator) + shift))
    return [*trials, _equal_scores(generator)]


def _equal_scores(generator):
    """Return 9 and 6 scores: the lowest two are equal, and the highest three.

    An anomaly is among them each time, in three pairs with a normal one. No equal ones
    stand on either side of the lowest or highest 6: so the sum of so many does not
    depend on how some argsort orders them.
    """
    scores = torch.randn(15, generator=generator).sort().values
    scores[1], scores[12:] = scores[0], scores[14].item()
    others = 2 + torch.randperm(10, generator=generator)
    normal = torch.cat([torch.tensor([0, 12, 13]), others[:6]])
    anomalous = torch.cat([torch.tensor([1, 14]), others[6:]])
    return scores[normal], scores[anomalous]


def _effect(spread):
    """Return the mistake of the difference of the means, in spreads."""

    def difference(normal, anomalous):
        return (anomalous.mean() - normal.mean()) / spread(normal, anomalous)

    return difference


_ONE_WAY = "Right where no two scores are equal. "
_MIDDLES = {
    "one half": lambda normal, anomalous: 0.5,
    "the mean of all": lambda normal, anomalous: torch.cat([normal, anomalous]).mean(),
    "the median": lambda normal, anomalous: torch.cat([normal, anomalous]).median(),
    "between the means": lambda normal, anomalous: (
        (normal.mean() + anomalous.mean()) / 2
    ),
}
_OF_NORMAL = {
    "": lambda normal, anomalous: normal.mean(),
    "their median": lambda normal, anomalous: normal.median(),
}

auroc_from_ranks = Exercise(
    name="auroc-from-ranks",
    reference=_auroc_from_ranks,
    inputs=telling(_scores, lambda: auroc_from_ranks),
    mistakes=(
        *alike(
            "the sign",
            "You got one minus the area: the share of pairs in which the *normal* "
            "picture scores higher. Sum the ranks of the anomalous scores, 1 for the "
            "lowest; of a curve, the false-positive rate runs along the bottom.",
            {
                "": slips.pairs(0.0, 0.5, 1.0),
                "ties as losses": slips.pairs(0.0, 0.0, 1.0),
                "ties as wins": slips.pairs(0.0, 1.0, 1.0),
            },
        ),
        *alike(
            "the better of the two",
            "You return the area or one minus it, whichever is larger. An alarm that "
            "is worse than a coin has an area below one half, and that should show.",
            {
                "": slips.better_of(0.5),
                "ties as losses": slips.better_of(0.0),
                "ties as wins": slips.better_of(1.0),
            },
        ),
        Mistake(
            "ties as losses",
            slips.pairs(tie=0.0),
            f"{_ONE_WAY}A pair of equal scores counts half. Yours counts as lost: so "
            "does > alone, and an argsort that puts the anomalous score first. Equal "
            "scores share a rank, the mean of their places.",
        ),
        Mistake(
            "ties as wins",
            slips.pairs(tie=1.0),
            f"{_ONE_WAY}A pair of equal scores counts half. Yours counts as won: so "
            "does >=, and an argsort that puts the normal score first. Equal scores "
            "share a rank, the mean of their places.",
        ),
        *alike(
            "places for ranks",
            f"{_ONE_WAY}An argsort gives equal scores different places, in whatever "
            "order it finds them. They share a rank, the mean of their places.",
            {
                "one tie won": slips.pairs(tie=1 / 3),  # of the three that there are
                "two ties won": slips.pairs(tie=2 / 3),
            },
        ),
        Mistake(
            "no place left out",
            slips.dense_ranks,
            f"{_ONE_WAY}You number the different values, so that no place is left "
            "out after equal ones. A rank counts scores: after two in the first "
            "place comes the third.",
        ),
        *alike(
            "one argsort",
            "One argsort gives the order: which score comes first. The ranks are the "
            "argsort of that: at which place each score comes.",
            slips.one_argsort,
        ),
        Mistake(
            "nothing taken off",
            slips.of_ranks(lambda r, n, m: r / (n * m)),
            "The anomalous scores are ranked among themselves as well. Those pairs sum "
            "to m (m + 1) / 2, which has to come off.",
        ),
        Mistake(
            "the sum of the ranks",
            slips.of_ranks(lambda r, n, m: r),
            "That is R, the sum of the anomalous ranks. Take off m (m + 1) / 2, and "
            "divide by the number of pairs, n · m.",
        ),
        Mistake(
            "ranks from zero",
            slips.of_ranks(lambda r, n, m: (r - m - m * (m + 1) / 2) / (n * m)),
            "Your ranks begin at 0, and m (m + 1) / 2 is right for ranks from 1. Add 1 "
            "to the ranks, or take off m (m - 1) / 2.",
        ),
        Mistake(
            "all pairs",
            slips.of_ranks(lambda r, n, m: (r - m * (m + 1) / 2) / (n + m) ** 2),
            "You divided by (n + m)². Only pairs of one normal and one anomalous "
            "picture count, and of these there are n · m.",
        ),
        Mistake(
            "the other size",
            slips.of_ranks(lambda r, n, m: (r - n * (n + 1) / 2) / (n * m)),
            "You summed the anomalous ranks and took off n (n + 1) / 2, with the "
            "number of the normal ones. It has to be m, the number of those summed.",
        ),
        Mistake(
            "accuracy",
            slips.best_accuracy,
            "That is the accuracy at the best threshold. The area asks about pairs, "
            "and needs no threshold.",
        ),
        *alike(
            "accuracy at one threshold",
            "That is the accuracy at one threshold, the share of right decisions. The "
            "area asks about pairs, and needs no threshold.",
            {way: slips.accuracy_at(middle) for way, middle in _MIDDLES.items()},
        ),
        *alike(
            "anomalies above one score",
            "That is the share of anomalies above one score, the middle of the normal "
            "ones or of all. Hold each anomaly against *each* normal score.",
            {way: slips.found_at(middle) for way, middle in _MIDDLES.items()}
            | {way: slips.found_at(middle) for way, middle in _OF_NORMAL.items()},
        ),
        Mistake(
            "accuracy, both kinds alike",
            slips.of_curve(lambda curve: 0.5 + (curve[:, 1] - curve[:, 0]).max() / 2),
            "That is the accuracy at the best threshold, with both kinds weighing the "
            "same. The area asks about pairs, and needs no threshold.",
        ),
        Mistake(
            "the gap between the rates",
            slips.of_curve(lambda curve: (curve[:, 1] - curve[:, 0]).max()),
            "That is how far the curve rises above the diagonal at most. The area is "
            "all that lies under the curve.",
        ),
        Mistake(
            "average precision",
            average_precision,
            "That is the average precision, from the curve of precision and recall. "
            "It depends on how many anomalies there are; the ROC curve does not.",
        ),
        *alike(
            "the Gini coefficient",
            "That is twice the area minus one, the Gini coefficient: 0 for a coin. A "
            "lost pair counts 0, not −1, and a coin has the area one half.",
            {
                "": slips.pairs(1.0, 0.0, -1.0),
                "ties as losses": slips.pairs(1.0, -1.0, -1.0),
                "ties as wins": slips.pairs(1.0, 1.0, -1.0),
            },
        ),
        *alike(
            "the difference of the means",
            "You compare the means of the scores. Only their order counts: for the "
            "roots of the scores, or their logarithms, the area is the same.",
            {
                "": _effect(lambda normal, anomalous: 1),
                "in the normal scores' spreads": _effect(lambda a, b: a.std()),
                "in spreads of all": _effect(lambda a, b: torch.cat([a, b]).std()),
                "over the root of the sum": _effect(
                    lambda a, b: (a.var() + b.var()).sqrt()
                ),
                "in spreads": _effect(lambda a, b: ((a.var() + b.var()) / 2).sqrt()),
            },
        ),
        Mistake(
            "the last corner",
            slips.of_curve(lambda curve: slips.trapezoids(curve[:-1])),
            "Your curve lacks its last corner. Below every score all pictures raise "
            "an alarm: add the point (1, 1), which > and the lowest score do not give.",
        ),
        Mistake(
            "the first corner",
            slips.of_curve(lambda curve: slips.trapezoids(curve[1:])),
            "Your curve lacks its first corner. Above every score no picture raises "
            "an alarm: add the point (0, 0), which >= and the highest score do not "
            "give.",
        ),
        Mistake(
            "a curve that runs backwards",
            after(_auroc_from_ranks, torch.neg),
            "You got minus the area: along your curve the false-positive rate falls. "
            "Begin with the highest threshold.",
        ),
        Mistake(
            "normal ones first",
            slips.normal_ones_first,
            "You put the normal scores first, and then took the first m ranks: those "
            "are not the anomalous ones. Put these first, or take the last m.",
        ),
        Mistake(
            "the ranks of the others",
            slips.of_normal_ranks(lambda r, n, m: (r - m * (m + 1) / 2) / (n * m)),
            "You summed the ranks of the normal scores. The first m, [:m], are the "
            "anomalous ones.",
        ),
        Mistake(
            "sorted scores for ranks",
            slips.sorted_scores,
            "You summed the m lowest scores. A rank is a place in the order, 1, 2, 3.",
        ),
        Mistake(
            "scores for ranks",
            lambda normal, anomalous: slips.from_ranks(
                anomalous, len(normal), len(anomalous)
            ),
            "You summed the anomalous scores themselves. Sum their ranks.",
        ),
        Mistake(
            "m (m - 1) / 2",
            slips.of_ranks(lambda r, n, m: (r - m * (m - 1) / 2) / (n * m)),
            "m (m - 1) / 2 is right for ranks that begin at 0, and yours begin at 1. "
            "Take off m (m + 1) / 2.",
        ),
        Mistake(
            "m (m + 1) without its half",
            slips.of_ranks(lambda r, n, m: (r - m * (m + 1)) / (n * m)),
            "You took off m (m + 1). It is half of that.",
        ),
        Mistake(
            "brackets around the difference",
            slips.of_ranks(lambda r, n, m: r - m * (m + 1) / 2 / (n * m)),
            "Only the second term was divided by n · m. Put brackets around the "
            "difference.",
        ),
        Mistake(
            "brackets around the pairs",
            slips.of_ranks(lambda r, n, m: (r - m * (m + 1) / 2) / n * m),
            "/ n * m divides by n and then multiplies by m. Put brackets: / (n * m).",
        ),
        Mistake(
            "the number of pairs",
            slips.of_ranks(lambda r, n, m: r - m * (m + 1) / 2),
            "That is how many pairs the anomalous score wins. Divide by how many there "
            "are, n · m.",
        ),
        Mistake(
            "nothing left",
            lambda normal, anomalous: 0.0,
            "The result is exactly 0. Either // cut off what is behind the point: "
            "divide with a single /. Or the anomalous scores were ranked among "
            "themselves: rank them together with the normal ones.",
        ),
    ),
)
