"""How good alarms are: scores, the ROC curve and its area, precision."""

import torch
from scipy import ndimage
from torch import Tensor

from course_lib.metrics.reconstruction import check_pair


def anomaly_score(
    x_hat: Tensor, x: Tensor, *, blur: float = 0.0, per_ink: bool = False
) -> Tensor:
    """Return how badly each image is copied, (n,): its alarm score.

    x: floats in [0, 1], (n, 1, 28, 28); x_hat: its copies, that or (n, 784). The score
    is the squared size of the residual x_hat - x. blur: blur the residual before, by a
    Gaussian of so many pixels, which forgives strokes that are a little off. per_ink:
    divide by the image's own squared size; an all-black one gives infinity or NaN.
    """
    check_pair(x_hat, x)
    _check_sides(x)
    residual = x_hat.view_as(x) - x
    smooth = ndimage.gaussian_filter(residual.numpy(), (0, 0, blur, blur))
    score = (torch.from_numpy(smooth) ** 2).flatten(1).sum(dim=1)
    ink = (x**2).flatten(1).sum(dim=1)
    return score / ink if per_ink else score


def auroc(normal: Tensor, anomalous: Tensor) -> float:
    """Return the share of pairs whose anomalous score is the higher, ties counted half.

    normal, anomalous: scores, (n,) and (m,), tensors or what becomes one. 1 is a
    perfect alarm, 0.5 a coin. It is the area under the ROC curve: Hanley & McNeil
    (1982), Radiology 143.

    Raises ValueError on scores that are none, or NaN, and on labels in their place.
    """
    normal, anomalous = _checked(normal=normal, anomalous=anomalous)
    normal = normal.sort().values
    lower = torch.searchsorted(normal, anomalous)
    not_higher = torch.searchsorted(normal, anomalous, right=True)
    return ((lower + not_higher).double().mean() / (2 * len(normal))).item()


def roc_curve(normal: Tensor, anomalous: Tensor) -> Tensor:
    """Return the false- and true-positive rate at each threshold, (k, 2).

    normal, anomalous: scores, (n,) and (m,), tensors or what becomes one. The highest
    threshold comes first, so the curve runs from (0, 0) to (1, 1); equal scores are one
    step.

    Raises ValueError on scores that are none, or NaN, and on labels in their place.
    """
    normal, anomalous = _checked(normal=normal, anomalous=anomalous)
    every = torch.cat([normal, anomalous]).unique().flip(0)
    below = [
        torch.searchsorted(scores.sort().values, every) / len(scores)
        for scores in (normal, anomalous)
    ]
    return torch.cat([torch.zeros(1, 2), 1 - torch.stack(below, dim=1)])


def average_precision(normal: Tensor, anomalous: Tensor) -> float:
    """Return the mean precision of the alarms, over the anomalous pictures found.

    normal, anomalous: scores, (n,) and (m,), tensors or what becomes one. It depends on
    how many of each there are; a useless score gives about m / (n + m). Source: as
    scikit-learn defines it.
    """
    normal, anomalous = _checked(normal=normal, anomalous=anomalous)
    scores = torch.cat([anomalous, normal])
    order = scores.argsort(descending=True, stable=True)
    hits = (order < len(anomalous)).double().cumsum(0)
    last = torch.cat([scores[order].diff() != 0, torch.tensor([True])])  # of its equals
    found, seen = hits[last], (torch.arange(len(scores)) + 1)[last]
    gained = found.diff(prepend=torch.zeros(1, dtype=found.dtype))
    return ((found / seen) * gained).sum().item() / len(anomalous)


def _check_sides(x):
    if x.ndim != 4:
        raise ValueError(
            f"x: got shape {tuple(x.shape)}, wanted (n, 1, 28, 28), since a blur needs "
            "rows and columns: x.reshape(-1, 1, 28, 28)"
        )


def _checked(**scores):
    """Return scores as tensors, (n,) each, from tensors, arrays or lists of numbers."""
    found = {name: torch.as_tensor(values) for name, values in scores.items()}
    for name, values in found.items():
        if values.ndim != 1 or not len(values) or values.isnan().any():
            raise ValueError(
                f"{name}: got shape {tuple(values.shape)}"
                f"{' with NaN in it' if values.isnan().any() else ''}, wanted (n,)"
            )
    (a, first), (b, second) = found.items()
    for name, values, other in ((a, first, second), (b, second, first)):
        if len(first) == len(second) and _is_label(values) and not _is_label(other):
            raise ValueError(
                f"{name}: it holds 0 and 1 alone, which look like labels y. Wanted the "
                "scores of both kinds, each alone: score[y == 0], score[y == 1]"
            )
    return first, second


def _is_label(values):
    return values.unique().tolist() == [0, 1]
