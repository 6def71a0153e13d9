"""Measures of how well a model does, of copies and of alarms."""

import torch

from course_lib.losses import reconstruction_loss


@torch.no_grad()
def reconstruction_error(model, images, kind="mse", *, batch_size=1000):
    """Return the reconstruction loss of each image under an autoencoder, (n,).

    images are floats in [0, 1], (n, 784) or (n, 1, 28, 28); the unit is that of
    losses.reconstruction_loss with the same kind: squared error or nats, an image.

    Raises ValueError on no images and as reconstruction_loss does.
    """
    if not len(images):
        raise ValueError("images: got none, wanted at least one")
    return torch.cat(
        [reconstruction_loss(model(x), x, kind) for x in images.split(batch_size)]
    )


def relative_error(model, images, *, batch_size=1000):
    """Return each image's squared error as a share of its own squared size, (n,).

    0 is a perfect copy, 1 is what an all-black copy scores. images as above; an image
    that is itself all black has no size to compare with and gives infinity or NaN.
    """
    size = (images.flatten(1) ** 2).sum(dim=1)
    return reconstruction_error(model, images, batch_size=batch_size) / size


def unexplained_variance(model, images, *, batch_size=1000):
    """Return the share of the images' variance that the copies lose, a number.

    0 for perfect copies, 1 for copies no better than these images' own mean, more for
    worse ones: one minus the coefficient of determination R². images as above, at
    least two that differ.
    """
    total = images.flatten(1).var(dim=0, correction=0).sum()
    if not total > 0:
        raise ValueError("images: they do not vary, so there is nothing to explain")
    error = reconstruction_error(model, images, batch_size=batch_size)
    return (error.mean() / total).item()


def auroc(normal, anomalous):
    """Return the share of pairs whose anomalous score is the higher, ties counted half.

    normal, anomalous: scores, (n,) and (m,). 1 is a perfect alarm, 0.5 a coin. It is
    the area under the ROC curve: Hanley & McNeil (1982), Radiology 143.

    Raises ValueError on scores that are none, or NaN.
    """
    _check_scores(normal=normal, anomalous=anomalous)
    normal = normal.sort().values
    lower = torch.searchsorted(normal, anomalous)
    not_higher = torch.searchsorted(normal, anomalous, right=True)
    return ((lower + not_higher).double().mean() / (2 * len(normal))).item()


def roc_curve(normal, anomalous):
    """Return the false- and true-positive rate at each threshold, (k, 2).

    normal, anomalous: scores, (n,) and (m,). The highest threshold comes first, so the
    curve runs from (0, 0) to (1, 1); equal scores are one step.

    Raises ValueError on scores that are none, or NaN.
    """
    _check_scores(normal=normal, anomalous=anomalous)
    every = torch.cat([normal, anomalous]).unique().flip(0)
    below = [
        torch.searchsorted(scores.sort().values, every) / len(scores)
        for scores in (normal, anomalous)
    ]
    return torch.cat([torch.zeros(1, 2), 1 - torch.stack(below, dim=1)])


def _check_scores(**scores):
    for name, values in scores.items():
        if values.ndim != 1 or not len(values) or values.isnan().any():
            raise ValueError(
                f"{name}: got shape {tuple(values.shape)}"
                f"{' with NaN in it' if values.isnan().any() else ''}, wanted (n,)"
            )
