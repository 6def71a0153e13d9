"""Ways to miscount the area under the ROC curve: what auroc-from-ranks knows."""

import torch

from course_lib.metrics import roc_curve


def ranks(normal, anomalous):
    """Return the ranks of the anomalous and of the normal scores, equal ones shared."""
    scores = torch.cat([anomalous, normal])
    lower = (scores < scores[:, None]).sum(dim=1)
    equal = (scores == scores[:, None]).sum(dim=1)
    places = lower + (equal + 1) / 2
    return places[: len(anomalous)], places[len(anomalous) :]


def from_ranks(ranks, n, m):
    """Return the area by the formula, of m ranks among n + m."""
    return (ranks.sum() - m * (m + 1) / 2) / (n * m)


def of_ranks(change):
    """Return the mistake of another formula, of the anomalous rank sum, n and m."""
    return lambda normal, anomalous: change(
        ranks(normal, anomalous)[0].sum(), len(normal), len(anomalous)
    )


def of_normal_ranks(change):
    """Return the mistake of a formula of the normal scores' rank sum, n and m."""
    return lambda normal, anomalous: change(
        ranks(normal, anomalous)[1].sum(), len(normal), len(anomalous)
    )


def pairs(win=1.0, tie=0.5, loss=0.0):
    """Return the mistake of counting pairs with other weights."""

    def count(normal, anomalous):
        ahead = anomalous[:, None] - normal
        return (win * (ahead > 0) + tie * (ahead == 0) + loss * (ahead < 0)).mean()

    return count


def better_of(tie):
    """Return the mistake of the area or one minus it; tie: what a tie counts."""

    def area(normal, anomalous):
        share = pairs(tie=tie)(normal, anomalous)
        return torch.maximum(share, 1 - share)

    return area


def of_curve(change):
    """Return the mistake of another measure of the ROC curve, (k, 2)."""
    return lambda normal, anomalous: change(roc_curve(normal, anomalous))


def trapezoids(curve):
    """Return the area under a curve, (k, 2)."""
    return torch.trapezoid(curve[:, 1], curve[:, 0])


def dense_ranks(normal, anomalous):
    """Return the area by ranks that leave none out after equal scores."""
    scores = torch.cat([anomalous, normal])
    places = scores.unique(return_inverse=True)[1] + 1
    return from_ranks(places[: len(anomalous)], len(normal), len(anomalous))


def _one_argsort(*, descending, normal_first, start):
    def area(normal, anomalous):
        n, m = len(normal), len(anomalous)
        both = (normal, anomalous) if normal_first else (anomalous, normal)
        order = torch.cat(both).argsort(descending=descending) + start
        return from_ranks(order[n:] if normal_first else order[:m], n, m)

    return area


one_argsort = {  # an order taken for ranks, {what is special: function}
    ", ".join(filter(None, ["downwards" * down, "normal ones first" * first, count])): (
        _one_argsort(descending=down, normal_first=first, start=start)
    )
    for down in (False, True)
    for first in (False, True)
    for start, count in ((1, ""), (0, "counted from 0"))
}


def sorted_scores(normal, anomalous):
    """Return what the m lowest scores give, taken for ranks."""
    n, m = len(normal), len(anomalous)
    return from_ranks(torch.cat([anomalous, normal]).sort().values[:m], n, m)


def normal_ones_first(normal, anomalous):
    """Return what the first m ranks give where the normal ones come first."""
    n, m = len(normal), len(anomalous)
    return from_ranks(torch.cat(ranks(normal, anomalous)[::-1])[:m], n, m)


def best_accuracy(normal, anomalous):
    """Return the largest share of right decisions that a threshold gives."""
    every = torch.cat([normal, anomalous])
    right = (normal <= every[:, None]).sum(1) + (anomalous > every[:, None]).sum(1)
    return right.max() / len(every)


def accuracy_at(threshold):
    """Return the mistake of the share of right decisions at one threshold."""

    def accuracy(normal, anomalous):
        at = threshold(normal, anomalous)
        right = (normal <= at).sum() + (anomalous > at).sum()
        return right / (len(normal) + len(anomalous))

    return accuracy


def found_at(threshold):
    """Return the mistake of the share of anomalies above one threshold."""

    def share(normal, anomalous):
        return (anomalous > threshold(normal, anomalous)).float().mean()

    return share
