"""What the KL term pays for: rate and distortion, active units, and two remedies."""

import torch

from course_lib.losses import _check_same_shape, kl_divergence, reconstruction_loss


def kl_per_dimension(mu, logvar):
    """Return KL(N(mu, sigma²) ‖ N(0, 1)) of each dimension, (n, latent_dim), in nats.

    mu and logvar = log sigma² are (n, latent_dim). Summed over dim=1 it is
    losses.kl_divergence.

    Raises ValueError on shapes that differ.
    Source: Kingma & Welling (2014), arXiv:1312.6114, appendix B.
    """
    _check_same_shape(mu, logvar)
    each = kl_divergence(mu.reshape(-1, 1), logvar.reshape(-1, 1))
    return each.reshape(mu.shape)


def active_units(mu, threshold=0.01):
    """Return how many latent dimensions the encoder uses, a whole number.

    mu: the encoder's means of many images, (n, latent_dim), n at least 2. A dimension
    is active if the variance of mu over the images exceeds the threshold.

    Raises ValueError on fewer than two rows.
    Source: Burda et al. (2016), arXiv:1509.00519, section 5.3.
    """
    _check_rows(mu)
    return (mu.var(dim=0) > threshold).sum().item()


@torch.no_grad()
def rate_distortion(model, images, *, seed=0, batch_size=1000):
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
    for x in images.split(batch_size):
        mu, logvar = model.encode(x)
        x_hat = model.decode(model.reparameterize(mu, logvar, generator=generator))
        rate += kl_divergence(mu, logvar).sum().item()
        distortion += reconstruction_loss(x_hat, x).sum().item()
    return rate / len(images), distortion / len(images)


def free_bits(kl, floor):
    """Return the KL of each image, (n,), where no dimension is paid below its floor.

    kl: of each image and dimension, (n, latent_dim), in nats. A dimension whose mean
    over the batch is below the floor, in nats, counts as the floor itself, and so has
    no gradient. The mean over the batch is Σ_j max(floor, mean KL of dimension j).

    Raises ValueError on another shape or a floor below 0.
    Source: Kingma et al. (2016), arXiv:1606.04934, appendix C.8.
    """
    _check_floor(kl, floor)
    above = kl.mean(dim=0) > floor
    return torch.where(above, kl, floor).sum(dim=1)


def warm_up(step, steps, beta=1.0):
    """Return the weight of the KL at an update: from 0 in a straight line to beta.

    step: updates made so far, from 0. steps: how many the way takes; from then on the
    weight is beta.

    Raises ValueError on steps below 1.
    Source: Bowman et al. (2016), arXiv:1511.06349; Sønderby et al. (2016).
    """
    _check_steps(steps)
    return beta * min(1.0, step / steps)


def _check_rows(mu):
    if mu.ndim != 2 or len(mu) < 2:
        raise ValueError(
            f"mu: got shape {tuple(mu.shape)}, wanted (n, latent_dim) with n from 2 up"
        )


def _check_floor(kl, floor):
    if kl.ndim != 2 or not floor >= 0:
        raise ValueError(
            f"kl and floor: got shape {tuple(kl.shape)} and {floor}, wanted "
            "(n, latent_dim) and a number from 0 up"
        )


def _check_steps(steps):
    if not steps >= 1:
        raise ValueError(f"steps: got {steps}, wanted a whole number from 1 up")
