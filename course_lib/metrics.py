"""Measures of how well a model does, each one value an image or a code."""

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
