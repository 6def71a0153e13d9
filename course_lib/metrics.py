"""Measures: how good copies, codes, subspaces and alarms are."""

from collections.abc import Iterable
from typing import Any

import torch
from scipy import ndimage
from torch import Tensor

from course_lib.losses import kl_divergence, reconstruction_loss
from course_lib.models import codec_for, reconstruct


@torch.no_grad()
def reconstruction_error(
    model: Any, images: Tensor, kind: str = "mse", *, batch_size: int = 1000
) -> Tensor:
    """Return the reconstruction loss of each image under an autoencoder, (n,).

    images are floats in [0, 1], (n, 784) or (n, 1, 28, 28); the unit is that of
    losses.reconstruction_loss with the same kind: squared error or nats, an image.

    Raises ValueError on no images and as reconstruction_loss does.
    """
    if not len(images):
        raise ValueError("images: got none, wanted at least one")
    return torch.cat(
        [
            reconstruction_loss(reconstruct(model, x), x, kind)
            for x in images.split(batch_size)
        ]
    )


def relative_error(model: Any, images: Tensor, *, batch_size: int = 1000) -> Tensor:
    """Return each image's squared error as a share of its own squared size, (n,).

    0 is a perfect copy, 1 is what an all-black copy scores. images as above; an image
    that is itself all black has no size to compare with and gives infinity or NaN.
    """
    size = (images.flatten(1) ** 2).sum(dim=1)
    return reconstruction_error(model, images, batch_size=batch_size) / size


def unexplained_variance(
    model: Any, images: Tensor, *, batch_size: int = 1000
) -> float:
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


def psnr(x_hat: Tensor, x: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio of each image, (n,), in decibels.

    x_hat and x: floats in [0, 1], (n, ...) of one shape; the peak is 1. 10 dB are a
    tenth of the mean squared error; a perfect copy gives infinity.
    """
    _check_pair(x_hat, x)
    mse = ((x_hat.flatten(1) - x.flatten(1)) ** 2).mean(dim=1)
    return 10 * torch.log10(1 / mse)


def best_repair(candidates: Iterable[Tensor], x: Tensor) -> Tensor:
    """Return the one of some repaired pictures with the highest mean PSNR.

    candidates: an iterable of floats, each (n, 1, 28, 28) like the clean x. Each is
    first given the best greys that it can have: every pixel the clean mean, and one
    contrast for all, by least squares. So no baseline loses for its brightness alone.
    """
    mean = x.mean(dim=0)
    repaired = []
    for pictures in candidates:
        _check_pair(pictures, x)
        centred = pictures - pictures.mean(dim=0)
        contrast = (centred * (x - mean)).sum() / (centred**2).sum()
        repaired.append((contrast * centred + mean).clamp(0, 1))
    if not repaired:
        raise ValueError("candidates: got none, wanted at least one")
    return max(repaired, key=lambda pictures: psnr(pictures, x).mean())


def knn_accuracy(
    train_z: Tensor, train_labels: Tensor, z: Tensor, labels: Tensor, *, k: int = 5
) -> float:
    """Return the share of codes whose k nearest training codes vote for their label.

    train_z, z: codes (or pixels), (n, d) and (m, d); train_labels, labels: (n,) and
    (m,) of integers. Distances are Euclidean; a tie goes to the smaller label.
    """
    _check_codes(train_z=(train_z, train_labels), z=(z, labels))
    if train_z.shape[1] != z.shape[1] or not 1 <= k <= len(train_z):
        raise ValueError(
            f"z and k: got {z.shape[1]} dimensions and k={k} for training codes of "
            f"shape {tuple(train_z.shape)}"
        )
    right = 0
    for part, truth in zip(z.split(1000), labels.split(1000), strict=True):
        nearest = torch.cdist(part, train_z).topk(k, largest=False).indices
        votes = train_labels[nearest].mode(dim=1).values
        right += (votes == truth).sum().item()
    return right / len(z)


def hole_share(
    codes: Tensor, held_out: Tensor, points: Tensor, *, share: float = 0.01
) -> float:
    """Return the share of points that lie in holes, far from every code; a number.

    codes, held_out, points: (n, d), (m, d) and (k, d). A point is in a hole if its
    nearest code is further away than for all but the given share of the held-out codes:
    so were the points codes themselves, about that share would come out.

    Source: the idea of precision in Kynkäänniemi et al. (2019), arXiv:1904.06991.
    """
    for name, z in (("held_out", held_out), ("points", points)):
        if z.ndim != 2 or z.shape[1:] != codes.shape[1:] or not len(z):
            raise ValueError(
                f"{name}: got shape {tuple(z.shape)}, wanted (n, {codes.shape[-1]})"
            )
    usual, far = (torch.cdist(z, codes).amin(dim=1) for z in (held_out, points))
    return (far > usual.quantile(1 - share)).double().mean().item()


def rate_distortion(
    model: Any, images: Tensor, *, seed: int = 0, batch_size: int = 1000
) -> tuple[float, float]:
    """Return a VAE's mean rate and distortion on images, two numbers, nats an image.

    images: floats in [0, 1], (n, 784) or (n, 1, 28, 28). Rate is losses.kl_divergence,
    distortion losses.reconstruction_loss ("bce") at one draw of z for each image, drawn
    with the seed.

    Raises ValueError on no images and as the two losses do.
    Source: Alemi et al. (2018), arXiv:1711.00464.
    """
    if not len(images):
        raise ValueError("images: got none, wanted at least one")
    generator, rate, distortion = torch.Generator().manual_seed(seed), 0.0, 0.0
    codec = codec_for(model, images)
    for x in images.split(batch_size):
        mu, logvar = codec.posterior(x)
        eps = torch.randn(mu.shape, generator=generator)
        x_hat = codec.decode(mu + torch.exp(0.5 * logvar) * eps)
        rate += kl_divergence(mu, logvar).sum().item()
        distortion += reconstruction_loss(x_hat, x).sum().item()
    return rate / len(images), distortion / len(images)


def active_units(mu: Tensor, threshold: float = 0.01) -> int:
    """Return how many latent dimensions the encoder uses, a whole number.

    mu: the encoder's means of many images, (n, latent_dim), n at least 2. A dimension
    is active if the variance of mu over the images exceeds the threshold.

    Raises ValueError on fewer than two rows.
    Source: Burda et al. (2016), arXiv:1509.00519, section 5.3.
    """
    _check_rows(mu)
    return (mu.var(dim=0) > threshold).sum().item()


def principal_angles(a: Tensor, b: Tensor) -> Tensor:
    """Return the angles between two subspaces in degrees, smallest first, (k,).

    a, b: a basis of each in the columns, (d, k), not necessarily orthogonal. Source:
    Björck & Golub (1973), Mathematics of Computation 27.
    """
    _check_bases(a, b)
    q_a, q_b = (torch.linalg.qr(basis.double()).Q for basis in (a, b))
    cosines = torch.linalg.svdvals(q_a.T @ q_b).clamp(max=1)
    return torch.rad2deg(torch.arccos(cosines))


def anomaly_score(
    x_hat: Tensor, x: Tensor, *, blur: float = 0.0, per_ink: bool = False
) -> Tensor:
    """Return how badly each image is copied, (n,): its alarm score.

    x: floats in [0, 1], (n, 1, 28, 28); x_hat: its copies, that or (n, 784). The score
    is the squared size of the residual x_hat - x. blur: blur the residual before, by a
    Gaussian of so many pixels, which forgives strokes that are a little off. per_ink:
    divide by the image's own squared size; an all-black one gives infinity or NaN.
    """
    _check_pair(x_hat, x)
    residual = x_hat.view_as(x) - x
    smooth = ndimage.gaussian_filter(residual.numpy(), (0, 0, blur, blur))
    score = (torch.from_numpy(smooth) ** 2).flatten(1).sum(dim=1)
    ink = (x**2).flatten(1).sum(dim=1)
    return score / ink if per_ink else score


def auroc(normal: Tensor, anomalous: Tensor) -> float:
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


def roc_curve(normal: Tensor, anomalous: Tensor) -> Tensor:
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


def average_precision(normal: Tensor, anomalous: Tensor) -> float:
    """Return the mean precision of the alarms, over the anomalous pictures found.

    normal, anomalous: scores, (n,) and (m,). It depends on how many of each there are;
    a useless score gives about m / (n + m). Source: as scikit-learn defines it.
    """
    _check_scores(normal=normal, anomalous=anomalous)
    scores = torch.cat([anomalous, normal])
    order = scores.argsort(descending=True, stable=True)
    hits = (order < len(anomalous)).double().cumsum(0)
    last = torch.cat([scores[order].diff() != 0, torch.tensor([True])])  # of its equals
    found, seen = hits[last], (torch.arange(len(scores)) + 1)[last]
    gained = found.diff(prepend=torch.zeros(1, dtype=found.dtype))
    return ((found / seen) * gained).sum().item() / len(anomalous)


def _check_pair(x_hat, x):
    if x_hat.shape[:1] != x.shape[:1] or x_hat[0].numel() != x[0].numel():
        raise ValueError(
            f"x_hat and x: got shapes {tuple(x_hat.shape)} and {tuple(x.shape)}, "
            "wanted the same number of images and pixels"
        )


def _check_rows(mu):
    if mu.ndim != 2 or len(mu) < 2:
        raise ValueError(
            f"mu: got shape {tuple(mu.shape)}, wanted (n, latent_dim) with n from 2 up"
        )


def _check_bases(a, b):
    if a.ndim != 2 or a.shape != b.shape:
        raise ValueError(
            f"a and b: got shapes {tuple(a.shape)} and {tuple(b.shape)}, wanted (d, k)"
        )


def _check_codes(**pairs):
    for name, (codes, labels) in pairs.items():
        if codes.ndim != 2 or labels.shape != codes.shape[:1] or not len(codes):
            raise ValueError(
                f"{name}: got codes of shape {tuple(codes.shape)} and labels of shape "
                f"{tuple(labels.shape)}, wanted (n, d) and (n,)"
            )


def _check_scores(**scores):
    for name, values in scores.items():
        if values.ndim != 1 or not len(values) or values.isnan().any():
            raise ValueError(
                f"{name}: got shape {tuple(values.shape)}"
                f"{' with NaN in it' if values.isnan().any() else ''}, wanted (n,)"
            )
