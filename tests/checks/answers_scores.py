"""Wrong and right answers to the exercises on scores, neighbours and weights.

Modelled on what people ask in public about such code. See test_every_seed.py.
"""

import math
from collections import Counter

import numpy as np
import torch
from scipy import stats
from sklearn import metrics
from sklearn.neighbors import KNeighborsClassifier


def _truth(normal, anomalous):
    return np.r_[np.zeros(len(normal)), np.ones(len(anomalous))]


def _area(normal, anomalous):
    return metrics.roc_auc_score(
        _truth(normal, anomalous), torch.cat([normal, anomalous])
    )


def _by_rank(normal, anomalous, ranks):
    n, m = len(normal), len(anomalous)
    return (ranks[n:].sum() - m * (m + 1) / 2) / (n * m)


def _greater(normal, anomalous):
    return (anomalous[:, None] > normal).float().mean()


def _argsort_of_numpy(normal, anomalous):
    return _by_rank(normal, anomalous, np.argsort(np.r_[normal, anomalous]) + 1)


def _two_argsorts_of_numpy(normal, anomalous):
    places = np.r_[normal, anomalous].argsort().argsort() + 1
    return _by_rank(normal, anomalous, places)


def _ranks_of_scipy(method):
    return lambda normal, anomalous: _by_rank(
        normal, anomalous, stats.rankdata(np.r_[normal, anomalous], method=method)
    )


def _curve(normal, anomalous, above):
    every = torch.cat([normal, anomalous]).sort(descending=True).values
    tpr, fpr = (
        torch.stack([above(scores, t).float().mean() for t in every])
        for scores in (anomalous, normal)
    )
    return torch.trapezoid(tpr, fpr)


def _with_corners(normal, anomalous):
    ends = torch.tensor([torch.inf, -torch.inf])
    every = torch.cat([ends, normal, anomalous]).sort(descending=True).values
    fpr, tpr = ((s >= every[:, None]).float().mean(1) for s in (normal, anomalous))
    return torch.trapezoid(tpr, fpr)


def _steps(normal, anomalous):
    """The area as a loop over the sorted scores makes it: ties one after the other."""
    order = torch.cat([normal, anomalous]).argsort(descending=True, stable=True)
    won = area = 0
    for i in order:
        if i >= len(normal):
            won += 1
        else:
            area += won
    return area / (len(normal) * len(anomalous))


def _search(normal, anomalous):
    normal = normal.sort().values
    lower = torch.searchsorted(normal, anomalous)
    upper = torch.searchsorted(normal, anomalous, right=True)
    return (lower + upper).float().mean() / (2 * len(normal))


def _loop(normal, anomalous):
    won = 0.0
    for a in anomalous.tolist():
        for b in normal.tolist():
            won += 1.0 if a > b else 0.5 if a == b else 0.0
    return won / (len(normal) * len(anomalous))


def _u(normal, anomalous):
    found = stats.mannwhitneyu(anomalous, normal).statistic
    return found / (len(normal) * len(anomalous))


def _mean_ranks(normal, anomalous):
    ranks = torch.from_numpy(stats.rankdata(torch.cat([normal, anomalous])))
    n, m = len(normal), len(anomalous)
    return (ranks[n:].mean() - ranks[:n].mean()) / (n + m) + 0.5


def _votes(train_z, train_labels, z, k):
    return train_labels[torch.cdist(z, train_z).topk(k, largest=False).indices]


def _looped_votes(train_z, train_labels, z, labels, k):
    right = 0
    for code, label in zip(z, labels, strict=True):
        nearest = ((train_z - code) ** 2).sum(dim=1).argsort()[:k]
        votes = Counter(train_labels[nearest].tolist())
        right += votes.most_common(1)[0][0] == label.item()
    return right / len(z)


def _neighbours_of_sklearn(train_z, train_labels, z, labels, k):
    return KNeighborsClassifier(k).fit(train_z, train_labels).score(z, labels)


def _counted(train_z, train_labels, z, labels, k):
    votes = torch.nn.functional.one_hot(_votes(train_z, train_labels, z, k)).sum(1)
    return (votes.argmax(1) == labels).double().mean()


def _kth(normal, anomalous, fpr):
    return normal.kthvalue(math.ceil((1 - fpr) * len(normal))).values


def _if_chain(recon, kl, weight, n_pixels, latent_dim):
    if recon == "mean" and kl == "mean":
        return weight * n_pixels / latent_dim
    if recon == "mean":
        return weight * n_pixels
    return weight / latent_dim if kl == "mean" else weight


WRONG = [
    ("threshold", "(1,)", lambda n, a, f: n.quantile(torch.tensor([1 - f])), "one num"),
    ("threshold", "NaN", lambda n, a, f: float("nan"), "not a number"),
    ("threshold", "infinity", lambda n, a, f: np.inf, "infinity"),
    ("threshold", "−infinity", lambda n, a, f: -torch.inf, "-inf"),
    ("threshold", "the lowest score", lambda n, a, f: n.min(), "Nearly every normal"),
    ("threshold", "an index", lambda n, a, f: int((1 - f) * len(n)), "largest normal"),
    ("threshold", "sorted downwards", lambda n, a, f: n.sort(descending=True)
     .values[int((1 - f) * len(n))], "the wrong tail"),
    ("threshold", "no argument", lambda n, a, f: n.quantile(0.9),
     "raise an alarm: 0.1"),
    ("threshold", "one deviation", lambda n, a, f: n.mean() + n.std(),
     "raise an alarm"),
    ("threshold", "the scores above", lambda n, a, f: n[n > n.quantile(1 - f)],
     "all of the tail"),
    ("threshold", "the rate itself", lambda n, a, f: (n > n.quantile(1 - f)).float()
     .mean(), "the rate for the threshold"),
    ("score-per-ink", "ink plus one", lambda h, x: ((h - x) ** 2).sum(1)
     / (1 + (x**2).sum(1)), "With x_hat"),
    ("score-per-ink", "half", lambda h, x: 0.5 * ((h - x) ** 2).sum(1) / (x**2).sum(1),
     "half"),
    ("score-per-ink", "a column", lambda h, x: (((h - x) ** 2).sum(1)
     / (x**2).sum(1))[:, None], "shape"),
    ("score-per-ink", "one minus", lambda h, x: 1 - ((h - x) ** 2).sum(1)
     / (x**2).sum(1), "1 minus"),
    ("score-per-ink", "log", lambda h, x: (((h - x) ** 2).sum(1) / (x**2).sum(1)).log(),
     "logarithm"),
    ("score-per-ink", "dim=-2", lambda h, x: ((h - x) ** 2).sum(-2) / (x**2).sum(-2),
     "over the pictures"),
    ("auroc-from-ranks", "the better one", lambda n, a: max(_area(n, a), _area(a, n)),
     "the better of the two"),
    ("auroc-from-ranks", "argsort of numpy", _argsort_of_numpy, "one argsort"),
    ("auroc-from-ranks", "two of numpy", _two_argsorts_of_numpy,
     "ties as|places for ranks"),
    ("auroc-from-ranks", "the lowest ranks", _ranks_of_scipy("min"), "ties as losses"),
    ("auroc-from-ranks", "the highest", _ranks_of_scipy("max"), "ties as wins"),
    ("auroc-from-ranks", "dense", _ranks_of_scipy("dense"), "no place left out"),
    ("auroc-from-ranks", "old solution", lambda n, a: _by_rank(n, a, torch.cat([n, a])
     .argsort().argsort() + 1), "ties as wins"),
    ("auroc-from-ranks", "greater", _greater, "ties as losses"),
    ("auroc-from-ranks", "at least", lambda n, a: (a[:, None] >= n).float().mean(),
     "ties as wins"),
    ("auroc-from-ranks", "a loop", _steps, "ties as losses|ties as wins"),
    ("auroc-from-ranks", "no last corner", lambda n, a: _curve(n, a, torch.gt),
     "the last corner"),
    ("auroc-from-ranks", "no first one", lambda n, a: _curve(n, a, torch.ge),
     "the first corner"),
    ("auroc-from-ranks", "the normal ones win", lambda n, a: (n[:, None] > a).float()
     .mean(), "the sign"),
    ("auroc-from-ranks", "the better of >", lambda n, a: max(_greater(n, a),
     1 - _greater(n, a)), "the better of the two"),
    ("auroc-from-ranks", "roles swapped", lambda n, a: _area(a, n), "the sign"),
    ("auroc-from-ranks", "Gini", lambda n, a: 2 * _area(n, a) - 1, "the Gini"),
    ("auroc-from-ranks", "percent", lambda n, a: 100 * _area(n, a), "percent"),
    ("auroc-from-ranks", "means", lambda n, a: (a.mean() - n.mean()).item(),
     "the difference of the means"),
    ("auroc-from-ranks", "Cohen's d", lambda n, a: (a.mean() - n.mean())
     / ((n.var() + a.var()) / 2).sqrt(), "the difference of the means"),
    ("auroc-from-ranks", "average precision", lambda n, a: metrics
     .average_precision_score(_truth(n, a), torch.cat([n, a])), "average precision"),
    ("auroc-from-ranks", "Youden", lambda n, a: stats.ks_2samp(n, a, "greater")
     .statistic, "the gap between the rates"),
    ("auroc-from-ranks", "accuracy at the mean", lambda n, a: ((n <= torch.cat([n, a])
     .mean()).sum() + (a > torch.cat([n, a]).mean()).sum()) / (len(n) + len(a)),
     "accuracy at one threshold"),
    ("auroc-from-ranks", "U", lambda n, a: _u(n, a) * len(n) * len(a),
     "the number of pairs"),
    ("auroc-from-ranks", "the rank sum", lambda n, a: torch.from_numpy(stats
     .rankdata(torch.cat([a, n])))[: len(a)].sum(), "the sum of the ranks"),
    ("knn-accuracy", "median", lambda t, tl, z, y, k: (_votes(t, tl, z, k).median(1)
     .values == y).float().mean(), "the median"),
    ("knn-accuracy", "median of numpy", lambda t, tl, z, y, k: (np.median(
        _votes(t, tl, z, k), axis=1) == y.numpy()).mean(), "the median"),
    ("knn-accuracy", "[:k + 1]", lambda t, tl, z, y, k: (tl[torch.cdist(z, t).argsort()
     [:, : k + 1]].mode(1).values == y).float().mean(), "one neighbour more"),
    ("knn-accuracy", "the lowest label", lambda t, tl, z, y, k: (_votes(t, tl, z, k)
     .min(1).values == y).float().mean(), "the smallest"),
    ("knn-accuracy", "the indices", lambda t, tl, z, y, k: (torch.cdist(z, t)
     .topk(k, largest=False).indices.mode(1).values == y).float().mean(),
     "places for labels"),
    ("knn-accuracy", "labels unsorted", lambda t, tl, z, y, k: (tl[:k].mode().values
     == y).float().mean(), "the first k"),
    ("active-units", "summed", lambda mu, t: mu.var(0)[mu.var(0) > t].sum(),
     "added up"),
    ("active-units", "spread", lambda mu, t: (mu.std(0) > t).sum(), "spread"),
    ("active-units", "0.01", lambda mu, t: (mu.var(0) > 0.01).sum(), "whatever the"),
    ("active-units", "squared", lambda mu, t: (mu.var(0) ** 2 > t).sum(),
     "the root of"),
    ("active-units", "the root", lambda mu, t: (mu.var(0) > t**0.5).sum(),
     "the root of"),
    ("active-units", "text", lambda mu, t: f"{(mu.var(0) > t).sum()}", "str"),
    ("beta-schedule", "restarts", lambda s, n, b: b * ((s % n) / n), "restarts"),
    ("beta-schedule", "twice", lambda s, n, b: b * min(1, (s % n) / (n / 2)),
     "restarts"),
    ("beta-schedule", "cosine", lambda s, n, b: b * (1 - math.cos(math.pi
     * min(1, s / n))) / 2, "a curve"),
    ("beta-schedule", "sigmoid", lambda s, n, b: b / (1 + math.exp(-5 * (s / n - 1))),
     "right on|expected"),
    ("beta-schedule", "1 − exp", lambda s, n, b: b * (1 - math.exp(-s / n)),
     "never arrives"),
    ("beta-schedule", "always 100", lambda s, n, b: b * min(1, s / 100), "right on"),
    ("beta-schedule", "integer steps", lambda s, n, b: int(b * min(1, s / n)),
     "rounded down"),
    ("beta-schedule", "min of step and beta", lambda s, n, b: min(s, b), "right on"),
    ("effective-beta", "no else", lambda r, k, w, n, d: w * n / d
     if (r, k) == ("mean", "mean") else None, "except where it returns None"),
    ("effective-beta", "b alone", lambda r, k, w, n, d: w / d if k == "mean" else w,
     "the pixels forgotten"),
    ("effective-beta", "d over n", lambda r, k, w, n, d: w * d / n,
     "right on|expected"),
    ("effective-beta", "as text", lambda r, k, w, n, d: f"{w * n / d}", "str"),
]  # fmt: skip
RIGHT = [
    ("threshold", "numpy", lambda n, a, f: np.quantile(n, 1 - f)),
    ("threshold", "percentile", lambda n, a, f: np.percentile(n.numpy(),
     100 * (1 - f))),
    ("threshold", "sorted", lambda n, a,
     f: sorted(n.tolist())[round(len(n) * (1 - f))]),
    ("threshold", "higher", lambda n, a, f: n.quantile(1 - f, interpolation="higher")),
    ("threshold", "kthvalue", _kth),
    ("threshold", "topk", lambda n, a, f: n.topk(round(f * len(n)) + 1).values[-1]),
    ("score-per-ink", "norms", lambda h, x: (h - x).norm(dim=1) ** 2
     / x.norm(dim=1) ** 2),
    ("score-per-ink", "means", lambda h, x: (h - x).square().mean(1) / x.square()
     .mean(1)),
    ("score-per-ink", "einsum", lambda h, x: torch.einsum("nd,nd->n", h - x, h - x)
     / torch.einsum("nd,nd->n", x, x)),
    ("score-per-ink", "mse_loss", lambda h, x: torch.nn.functional.mse_loss(
        h, x, reduction="none").sum(1) / x.pow(2).sum(1)),
    ("score-per-ink", "a loop", lambda h, x: torch.stack(
        [((a - b) ** 2).sum() / (b @ b) for a, b in zip(h, x, strict=True)])),
    ("auroc-from-ranks", "sklearn", _area),
    ("auroc-from-ranks", "the curve of sklearn", lambda n, a: metrics.auc(
        *metrics.roc_curve(_truth(n, a), torch.cat([n, a]))[:2])),
    ("auroc-from-ranks", "rankdata", _ranks_of_scipy("average")),
    ("auroc-from-ranks", "Mann-Whitney", _u),
    ("auroc-from-ranks", "a double loop", _loop),
    ("auroc-from-ranks", "sort and search", _search),
    ("auroc-from-ranks", "mean ranks", _mean_ranks),
    ("auroc-from-ranks", "half the sign", lambda n, a: 0.5
     + 0.5 * (a[:, None] - n).sign().mean()),
    ("auroc-from-ranks", "both corners", _with_corners),
    ("knn-accuracy", "sklearn", _neighbours_of_sklearn),
    ("knn-accuracy", "Counter", _looped_votes),
    ("knn-accuracy", "one_hot", _counted),
    ("knn-accuracy", "squares", lambda t, tl, z, y, k: (tl[((z[:, None] - t) ** 2)
     .sum(2).argsort(1)[:, :k]].mode(1).values == y).float().mean().item()),
    ("active-units", "numpy", lambda mu, t: int((np.var(mu.numpy(),
     axis=0) > t).sum())),
    ("active-units", "by hand", lambda mu, t: (((mu - mu.mean(0)) ** 2).mean(0) > t)
     .sum()),
    ("active-units", "a loop", lambda mu, t: sum(c.var().item() > t for c in mu.T)),
    ("active-units", "cov", lambda mu, t: (torch.cov(mu.T).diagonal() > t).sum()),
    ("beta-schedule", "if", lambda s, n, b: b if s >= n else b * s / n),
    ("beta-schedule", "min of betas", lambda s, n, b: min(b, b * s / n)),
    ("beta-schedule", "interp", lambda s, n, b: np.interp(s, [0, n], [0, b])),
    ("beta-schedule", "clamp", lambda s, n, b: b * torch.tensor(s / n).clamp(max=1)),
    ("beta-schedule", "linspace", lambda s, n, b: np.linspace(0, b, n + 1)[min(s, n)]),
    ("effective-beta", "cases", _if_chain),
    ("effective-beta", "powers", lambda r, k, w, n, d: w * n ** (r == "mean")
     / d ** (k == "mean")),
]  # fmt: skip
