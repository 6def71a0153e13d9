"""The three kinds of damage that a denoising autoencoder learns to undo."""

import torch
from torch import Generator, Tensor


def gaussian(
    x: Tensor, sigma: float | Tensor, *, generator: Generator | None = None
) -> Tensor:
    """Return x + sigma · eps with eps ~ N(0, I), clipped to [0, 1].

    x: floats in [0, 1], (n, ...). sigma: the noise's standard deviation, a number, or
    one for each image, (n,), from 0 up. Source: Vincent et al. (2010), JMLR 11.
    """
    sigma = _amount("sigma", sigma, x, most=None)
    eps = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
    return (x + sigma * eps).clamp(0, 1)


def salt_and_pepper(
    x: Tensor, share: float | Tensor, *, generator: Generator | None = None
) -> Tensor:
    """Return x with a share of its pixels turned black or white, either as likely.

    x as above. share: the pixels' chance to be hit, in [0, 1], a number or (n,).
    """
    share = _amount("share", share, x, most=1)
    u = torch.rand(x.shape, generator=generator, dtype=x.dtype, device=x.device)
    return torch.where(u < share / 2, 0, torch.where(u < share, 1, x)).to(x.dtype)


def masking(
    x: Tensor, share: float | Tensor, *, generator: Generator | None = None
) -> Tensor:
    """Return x with a share of its pixels turned black.

    x as above. share: the pixels' chance to be hit, in [0, 1], a number or (n,).
    """
    share = _amount("share", share, x, most=1)
    u = torch.rand(x.shape, generator=generator, dtype=x.dtype, device=x.device)
    return torch.where(u < share, 0, x).to(x.dtype)


def _amount(name, value, x, *, most):
    """Return the amount of noise with a shape that fits x, (n, 1, ...)."""
    if not torch.is_tensor(x) or not x.is_floating_point() or x.ndim < 2:
        raise ValueError(
            f"x: got {getattr(x, 'dtype', type(x).__name__)}, wanted floats in [0, 1], "
            "(n, 784) or (n, 1, 28, 28); data.to_float turns bytes into them"
        )
    amount = torch.as_tensor(value, dtype=x.dtype, device=x.device)
    if amount.ndim > 1 or (amount.ndim == 1 and len(amount) != len(x)):
        raise ValueError(
            f"{name}: got shape {tuple(amount.shape)}, wanted a number or ({len(x)},)"
        )
    if not (amount >= 0).all() or (most is not None and not (amount <= most).all()):
        limits = "from 0 up" if most is None else f"in [0, {most}]"
        raise ValueError(f"{name}: got {value}, wanted it {limits}")
    return amount.reshape(-1, *[1] * (x.ndim - 1)) if amount.ndim else amount
