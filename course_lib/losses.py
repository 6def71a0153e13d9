"""The losses of the course, one value an image each, and weights for the KL."""

from typing import NamedTuple

import torch
from torch import Tensor


class VAELoss(NamedTuple):
    """The terms of the VAE's loss, each (n,): total = recon + beta · kl."""

    total: Tensor
    recon: Tensor
    kl: Tensor


def reconstruction_loss(x_hat: Tensor, x: Tensor, kind: str = "bce") -> Tensor:
    """Return how far each reconstruction x_hat lies from its image x, (n,).

    Both are (n, d) or (n, 1, 28, 28); the sum runs over the d pixels of an image.

    kind "bce": binary cross-entropy, −Σ [x log x_hat + (1 − x) log(1 − x_hat)], in nats
    an image: −log p(x | z) where each pixel is a coin with probability x_hat. Both lie
    in [0, 1]. kind "mse": squared error, Σ (x − x_hat)², an image: up to a factor and a
    constant, −log p(x | z) where each pixel is Gaussian with mean x_hat.

    Raises ValueError on shapes that differ, an x of 0..255, an unknown kind, and, for
    "bce", values outside [0, 1].
    Source: Kingma & Welling (2014), arXiv:1312.6114, appendix C.
    """
    _check_kind(kind)
    _check_images(x_hat, x, kind)
    x_hat, x = x_hat.flatten(1), x.flatten(1)
    if kind == "mse":
        return ((x - x_hat) ** 2).sum(dim=1)
    # log 0 is -inf, so x_hat is kept off 0 and 1. To clamp the logarithm instead would
    # leave a gradient of 0 · inf, which is NaN.
    limits = torch.finfo(x_hat.dtype)
    log_p = torch.log(x_hat.clamp(min=limits.tiny))
    log_not_p = torch.log1p(-x_hat.clamp(max=1 - limits.eps / 2))
    return -(x * log_p + (1 - x) * log_not_p).sum(dim=1)


def kl_divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(N(mu, sigma²) ‖ N(0, I)) of each row, (n,), in nats an image.

    mu and logvar = log sigma² are (n, latent_dim), and so the divergence is
    −½ Σ (1 + logvar − mu² − exp(logvar)), summed over the latent dimensions.

    Raises ValueError on shapes that differ.
    Source: Kingma & Welling (2014), arXiv:1312.6114, appendix B.
    """
    _check_same_shape(mu, logvar)
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(dim=1)


def kl_per_dimension(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(N(mu, sigma²) ‖ N(0, 1)) of each dimension, (n, latent_dim), in nats.

    mu and logvar = log sigma² are (n, latent_dim). Summed over dim=1 it is
    kl_divergence.

    Raises ValueError on shapes that differ.
    Source: Kingma & Welling (2014), arXiv:1312.6114, appendix B.
    """
    _check_same_shape(mu, logvar)
    each = kl_divergence(mu.reshape(-1, 1), logvar.reshape(-1, 1))
    return each.reshape(mu.shape)


def vae_loss(
    x_hat: Tensor,
    x: Tensor,
    mu: Tensor,
    logvar: Tensor,
    *,
    beta: float = 1.0,
    kind: str = "bce",
) -> VAELoss:
    """Return the VAE's loss and its terms, each (n,): total = recon + beta · kl.

    With kind "bce" and beta = 1, total is the negative ELBO, estimated with one draw of
    z an image, in nats. Beside a bare squared error, kind "mse", the ELBO's kl weighs
    2 · sigma_x², so beta = 1 there assumes sigma_x² = ½. The shapes are those of the
    two terms.

    Raises ValueError on a beta below 0 and as the two terms do.
    Source: Kingma & Welling (2014), equation 10; beta: Higgins et al. (2017), ICLR.
    """
    _check_beta(beta)
    recon = reconstruction_loss(x_hat, x, kind)
    kl = kl_divergence(mu, logvar)
    return VAELoss(recon + beta * kl, recon, kl)


def free_bits(kl: Tensor, floor: float) -> Tensor:
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


def warm_up(step: int, steps: int, beta: float = 1.0) -> float:
    """Return the weight of the KL at an update: from 0 in a straight line to beta.

    step: updates made so far, from 0. steps: how many the way takes; from then on the
    weight is beta.

    Raises ValueError on steps below 1.
    Source: Bowman et al. (2016), arXiv:1511.06349; Sønderby et al. (2016).
    """
    _check_steps(steps)
    return beta * min(1.0, step / steps)


def _check_kind(kind):
    if kind not in ("bce", "mse"):
        raise ValueError(f'kind: got {kind!r}, wanted "bce" or "mse"')


def _check_beta(beta):
    if not beta >= 0:
        raise ValueError(f"beta: got {beta}, wanted a number from 0 up")


def _check_images(x_hat, x, kind):
    for name, value in (("x_hat", x_hat), ("x", x)):
        if not isinstance(value, Tensor) or not value.is_floating_point():
            came = value.dtype if isinstance(value, Tensor) else type(value).__name__
            raise ValueError(f"{name}: got {came}, wanted a tensor of floats")
        if value.ndim < 2 or not value.numel():
            raise ValueError(
                f"{name}: got shape {tuple(value.shape)}, wanted at least one image, "
                "(n, 784) or (n, 1, 28, 28)"
            )
    if x_hat.flatten(1).shape != x.flatten(1).shape:
        raise ValueError(
            f"x_hat and x: got shapes {tuple(x_hat.shape)} and {tuple(x.shape)}, "
            "wanted the same number of images and of pixels"
        )
    if not x.max() <= 16:  # NaN too
        raise ValueError(
            f"x: got values up to {x.max():g}, wanted floats in [0, 1] without NaN; "
            "turn 0..255 into them with data.to_float"
        )
    if kind == "bce":
        # A NaN in x_hat passes: `fit` sees it in the loss and says what to try.
        for name, value, why in (
            ("x_hat", x_hat, "does the model end in a sigmoid?"),
            ("x", x, "undo a Normalize: x * std + mean, or (x + 1) / 2 from [-1, 1]"),
        ):
            if value.min() < 0 or value.max() > 1:
                raise ValueError(
                    f"{name}: got values from {value.min():g} to {value.max():g}, "
                    f'wanted [0, 1] for kind "bce"; {why}'
                )


def _check_same_shape(mu, logvar):
    if mu.ndim != 2 or mu.shape != logvar.shape:
        raise ValueError(
            f"mu and logvar: got shapes {tuple(mu.shape)} and {tuple(logvar.shape)}, "
            "wanted (n, latent_dim) twice"
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
