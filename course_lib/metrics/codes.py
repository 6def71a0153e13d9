"""How good codes are: neighbours, holes, subspaces, and what a posterior carries."""

from typing import Any

import torch
from torch import Tensor

from course_lib.losses import kl_divergence, reconstruction_loss
from course_lib.metrics.reconstruction import check_images
from course_lib.models import codec_for


def knn_accuracy(
    train_z: Tensor, train_labels: Tensor, z: Tensor, labels: Tensor, *, k: int = 5
) -> float:
    """Return the share of codes whose k nearest training codes vote for their label.

    train_z, z: codes (or pixels), (n, d) and (m, d); train_labels, labels: (n,) and
    (m,) of integers. Distances are Euclidean; a tie goes to the smaller label.
    """
    train_z, train_labels = _codes("train_z", train_z, train_labels)
    z, labels = _codes("z", z, labels)
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
    usual, far = (
        torch.cat([torch.cdist(part, codes).amin(dim=1) for part in z.split(250)])
        for z in (held_out, points)  # in parts: of 10,000 codes, 10 MB each
    )
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
    check_images(images)
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


def _codes(name, codes, labels):
    """Return codes and labels as tensors that fit together."""
    codes, labels = torch.as_tensor(codes), torch.as_tensor(labels)
    if codes.ndim != 2 or labels.shape != codes.shape[:1] or not len(codes):
        raise ValueError(
            f"{name}: got codes of shape {tuple(codes.shape)} and labels of shape "
            f"{tuple(labels.shape)}, wanted (n, d) and (n,)"
        )
    return codes, labels


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
