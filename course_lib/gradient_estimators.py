"""Two estimates of the gradient of an expected cost, each of them one a draw."""

from collections.abc import Callable

import torch
from torch import Tensor


def pathwise(
    f: Callable[[Tensor], Tensor],
    mu: Tensor,
    sigma: float | Tensor,
    n_samples: int,
    *,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Return estimates of d/dmu E[f(z)] for z ~ N(mu, sigma²), (n_samples, d).

    Each is the gradient of f(mu + sigma · eps) for one draw of eps ~ N(0, I). Their
    mean is right for any f without jumps; a jump contributes nothing to it.

    f: turns draws, (n_samples, d), into costs, (n_samples,), by differentiable steps.
    mu: (d,). sigma: a number above 0, or one for each dimension, (d,).

    Raises ValueError on other shapes, or a sigma that is not above 0.
    Source: Kingma & Welling (2014), section 2.4; Rezende et al. (2014), ICML.
    """
    _check_gaussian(mu, sigma)
    eps = torch.randn(n_samples, len(mu), generator=generator)
    mu = mu.repeat(n_samples, 1).requires_grad_()  # a copy for each draw
    z = mu + sigma * eps
    costs = f(z)
    _check_costs(costs, n_samples)
    (gradient,) = torch.autograd.grad(costs.sum(), mu)
    return gradient


def score_function(
    f: Callable[[Tensor], Tensor],
    mu: Tensor,
    sigma: float | Tensor,
    n_samples: int,
    *,
    baseline: float | Tensor = 0.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Return estimates of d/dmu E[f(z)] for z ~ N(mu, sigma²), (n_samples, d).

    Each is (f(z) − baseline) · d/dmu log q(z) for one draw of z: REINFORCE. f is only
    called, never differentiated, so it may jump.

    f, mu and sigma as for pathwise. baseline: a number, or one for each draw,
    (n_samples,), that does not depend on that draw; it changes no mean.

    Raises ValueError as pathwise does.
    Source: Williams (1992), Machine Learning 8.
    """
    _check_gaussian(mu, sigma)
    eps = torch.randn(n_samples, len(mu), generator=generator)
    z = mu + sigma * eps
    score = (z - mu) / sigma**2  # d/dmu log q(z)
    with torch.no_grad():
        costs = f(z)
    _check_costs(costs, n_samples)
    return (costs - baseline)[:, None] * score


def _check_gaussian(mu, sigma):
    if not torch.is_tensor(mu) or mu.ndim != 1 or not mu.is_floating_point():
        came = tuple(mu.shape) if torch.is_tensor(mu) else type(mu).__name__
        raise ValueError(f"mu: got {came}, wanted floats of shape (d,)")
    spread = torch.as_tensor(sigma)
    if spread.shape not in ((), mu.shape) or not (spread > 0).all():
        raise ValueError(
            f"sigma: got {sigma}, wanted a number above 0, or {len(mu)} of them"
        )


def _check_costs(costs, n_samples):
    if costs.shape != (n_samples,):
        raise ValueError(
            f"f: returned shape {tuple(costs.shape)} for {n_samples} draws, wanted "
            f"({n_samples},), one cost a draw"
        )
