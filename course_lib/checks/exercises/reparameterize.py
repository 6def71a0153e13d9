"""The exercise reparameterize of lesson 05: a random draw that gradients pass."""

import torch
from torch.distributions import Normal

from course_lib.checks.draws import FORMS, another_form, dependence, settled
from course_lib.checks.engine import Exercise, Mistake
from course_lib.checks.messages import Measured


def _reparameterize(mu, logvar):
    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)


def _posteriors(generator):
    """Wide and narrow ones, so that sigma, sigma² and log sigma² all differ."""
    for spread in (0.3, 1.6):
        mu = torch.randn(4000, 3, generator=generator).round()
        yield mu, torch.full((4000, 3), 2.0).log() * torch.tensor([-1, 1, 2]) * spread


def _draws(reparameterize, mu, logvar):
    """Return what is true of right draws whatever eps is, and of no others."""
    mu, logvar = mu.requires_grad_(), logvar.requires_grad_()
    first, second = reparameterize(mu, logvar), reparameterize(mu, logvar)
    form = another_form(first, mu.shape)
    if form is not False:
        return form
    eps, again = (
        ((z - mu) / torch.exp(0.5 * logvar)).detach() for z in (first, second)
    )
    passes = [0.0, 0.0]
    if first.requires_grad:
        found = torch.autograd.grad(first.sum(), (mu, logvar), allow_unused=True)
        passes = [float(g is not None and bool((g != 0).any())) for g in found]
    power = eps.square().mean() + 1e-6
    mean, spread = eps.mean(dim=0), eps.square().mean(dim=0).sqrt()
    tails = (eps**4).mean() / power**2
    error = len(eps) ** -0.5
    return [
        Measured(
            "mean of (z − mu) / sigma, in each dimension", settled(mean, 0, error), 0
        ),
        Measured(
            "its root mean square, in each dimension", settled(spread, 1, error), 1
        ),
        Measured(
            "its tails, the mean of the fourth power",
            settled(tails, 3, (24 / eps.numel()) ** 0.5),
            3,
        ),
        *dependence(eps, again),
        Measured("a gradient reaches mu, logvar (1 yes, 0 no)", passes, (1, 1)),
    ]


_EPS = torch.randn(4000, 3, generator=torch.Generator().manual_seed(7))

reparameterize = Exercise(
    name="reparameterize",
    reference=_reparameterize,
    inputs=_posteriors,
    observe=_draws,
    tolerance=0.05,
    dtype=True,
    mistakes=(
        Mistake(
            "logvar as the standard deviation",
            lambda mu, logvar: mu + logvar * torch.randn_like(mu),
            "You multiplied eps by logvar itself. That is a logarithm, and may be "
            "negative. sigma = exp(logvar / 2).",
        ),
        Mistake(
            "variance as the standard deviation",
            lambda mu, logvar: mu + logvar.exp() * torch.randn_like(mu),
            "Your draws have the spread of exp(logvar), the variance. The standard "
            "deviation is its square root, exp(logvar / 2).",
        ),
        Mistake(
            "logvar taken for log sigma twice over",
            lambda mu, logvar: mu + torch.exp(logvar / 4) * torch.randn_like(mu),
            "One root too many: exp(logvar / 2) is sigma already.",
        ),
        Mistake(
            "sign of logvar",
            lambda mu, logvar: mu + torch.exp(-0.5 * logvar) * torch.randn_like(mu),
            "Your draws spread most where logvar is smallest. exp(logvar / 2) has no "
            "minus sign.",
        ),
        Mistake(
            "no noise at all",
            lambda mu, logvar: mu + 0 * logvar,
            "You returned mu, without noise: that is an autoencoder's code. Draw eps "
            "and move mu by sigma times eps.",
        ),
        Mistake(
            "sigma but no eps",
            lambda mu, logvar: mu + torch.exp(0.5 * logvar),
            "You added sigma itself, always on the same side. Multiply it by eps, a "
            "draw from N(0, 1).",
        ),
        Mistake(
            "root of logvar",
            lambda mu, logvar: mu + logvar.sqrt() * torch.randn_like(mu),
            "You took the root of logvar, which is NaN where logvar is negative. The "
            "root of exp(logvar) is exp(logvar / 2).",
        ),
        Mistake(
            "no mu",
            lambda mu, logvar: torch.exp(logvar / 2) * torch.randn_like(mu),
            "The spread is right, but all clouds lie around 0. Add mu.",
        ),
        Mistake(
            "no sigma",
            lambda mu, logvar: mu + torch.randn_like(mu),
            "The noise has the spread 1 whatever logvar says. Multiply eps by sigma.",
        ),
        Mistake(
            "noise shared by the batch",
            lambda mu, logvar: mu + torch.exp(logvar / 2) * torch.randn_like(mu[:1]),
            "All rows of the batch got the same eps. Each image needs its own: draw in "
            "mu's own shape.",
        ),
        Mistake(
            "noise shared by the dimensions",
            lambda mu, logvar: mu + torch.exp(logvar / 2) * torch.randn(len(mu), 1),
            "All dimensions of a row got the same eps. They have to be independent: "
            "draw in mu's own shape.",
        ),
        Mistake(
            "noise drawn once and kept",
            lambda mu, logvar: mu + torch.exp(logvar / 2) * _EPS,
            "Two calls gave the same eps. Draw inside the function, without a seed.",
        ),
        Mistake(
            "uniform noise",
            lambda mu, logvar: mu + torch.exp(logvar / 2) * torch.rand_like(mu),
            "torch.rand draws from [0, 1], so every code moves the same way. "
            "torch.randn draws from a normal distribution.",
        ),
        Mistake(
            "a draw that no gradient passes",
            lambda mu, logvar: Normal(mu, torch.exp(logvar / 2)).sample(),
            "The draws are right, but no gradient gets from z back to mu and logvar, "
            "so the encoder could not learn from them. Write z as mu + sigma · eps.",
        ),
        Mistake(
            "a detached sigma",
            lambda mu, logvar: (
                mu + torch.exp(logvar.detach() / 2) * torch.randn_like(mu)
            ),
            "The draws are right, but no gradient gets back to logvar. Leave out the "
            "detach (or no_grad): only eps needs no gradient.",
        ),
        Mistake(
            "a detached mu",
            lambda mu, logvar: (
                mu.detach() + torch.exp(logvar / 2) * torch.randn_like(mu)
            ),
            "The draws are right, but no gradient gets back to mu. Leave out the "
            "detach: only eps needs no gradient.",
        ),
        Mistake(
            "half the variance",
            lambda mu, logvar: mu + 0.5 * logvar.exp() * torch.randn_like(mu),
            "You halved the variance. The root of exp(logvar) is exp(0.5 · logvar), "
            "with the half inside; in Python, `a ** 1 / 2` is half of a.",
        ),
        Mistake(
            "one draw for everything",
            lambda mu, logvar: mu + torch.exp(logvar / 2) * torch.randn(1),
            "A single eps was drawn, for all images and all dimensions. Each number "
            "needs its own: draw in mu's own shape.",
        ),
        Mistake(
            "mu scaled as well",
            lambda mu, logvar: torch.exp(logvar / 2) * (mu + torch.randn_like(mu)),
            "sigma multiplies mu as well. It stretches eps alone: mu + sigma · eps.",
        ),
        *FORMS,
    ),
)
