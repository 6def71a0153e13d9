"""How good copies are: errors, shares of variance, decibels."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from course_lib.losses import reconstruction_loss
from course_lib.models import reconstruct


@torch.no_grad()
def reconstruction_error(
    model: Any, images: Tensor, kind: str = "mse", *, batch_size: int = 1000
) -> Tensor:
    """Return the reconstruction loss of each image under an autoencoder, (n,).

    images are floats in [0, 1], (n, 784) or (n, 1, 28, 28); the unit is that of
    losses.reconstruction_loss with the same kind: squared error or nats, an image.

    Raises ValueError on no images and as reconstruction_loss does.
    """
    check_images(images)
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
    check_images(images)
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
    check_images(images)
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
    check_pair(x_hat, x)
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
        check_pair(pictures, x)
        centred = pictures - pictures.mean(dim=0)
        contrast = (centred * (x - mean)).sum() / (centred**2).sum()
        repaired.append((contrast * centred + mean).clamp(0, 1))
    if not repaired:
        raise ValueError("candidates: got none, wanted at least one")
    return max(repaired, key=lambda pictures: psnr(pictures, x).mean())


def check_pair(x_hat, x):
    """Raise ValueError unless copies and pictures are as many, of as many pixels."""
    if x_hat.shape[:1] != x.shape[:1] or x_hat[0].numel() != x[0].numel():
        raise ValueError(
            f"x_hat and x: got shapes {tuple(x_hat.shape)} and {tuple(x.shape)}, "
            "wanted the same number of images and pixels"
        )


def check_images(images):
    """Raise ValueError unless these are pictures as floats, at least one."""
    if not torch.is_tensor(images) or not images.is_floating_point():
        came = getattr(images, "dtype", type(images).__name__)
        raise ValueError(
            f"images: got {came}, wanted floats in [0, 1]; data.to_float turns uint8 "
            "into them"
        )
    if not len(images):
        raise ValueError("images: got none, wanted at least one")
