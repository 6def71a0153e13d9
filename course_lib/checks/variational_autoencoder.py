"""The first exercises of lesson 05: the random draw, and the KL divergence."""

import torch
from torch.distributions import Normal

from course_lib.checks.draws import correlations
from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.losses import kl_divergence as _kl


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
    if not isinstance(first, torch.Tensor) or first.shape != mu.shape:
        return first
    eps = ((first - mu) / torch.exp(0.5 * logvar)).detach()
    again = ((second - mu) / torch.exp(0.5 * logvar)).detach()
    power = eps.square().mean() + 1e-6
    tails = (eps**4).mean() / power**2  # the bell's
    passes = [0.0, 0.0]
    if first.requires_grad:
        found = torch.autograd.grad(first.sum(), (mu, logvar), allow_unused=True)
        passes = [float(g is not None and bool((g != 0).any())) for g in found]
    spread = eps.square().mean(dim=0).sqrt()
    return [eps.mean(dim=0), spread, correlations(eps, again), tails, *passes]


_EPS = torch.randn(4000, 3, generator=torch.Generator().manual_seed(7))

reparameterize = Exercise(
    name="reparameterize",
    reference=_reparameterize,
    inputs=_posteriors,
    observe=_draws,
    tolerance=0.15,
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
    ),
)


def _codes(generator):
    for n, latent_dim in ((4, 2), (3, 5), (6, 3)):
        mu, logvar = torch.randn(2, n, latent_dim, generator=generator)
        yield 1.5 * mu, logvar


kl_divergence = Exercise(
    name="kl-divergence",
    reference=_kl,
    inputs=_codes,
    mistakes=(
        Mistake(
            "missing half",
            after(_kl, lambda kl: 2 * kl),
            "That is twice the divergence. The half comes from the exponent of the "
            "Gaussian, and stands before all four terms.",
        ),
        Mistake(
            "sign",
            after(_kl, torch.neg),
            "The sign is flipped: a KL divergence is never negative. Minimised, yours "
            "would push the posteriors away from the prior.",
        ),
        Mistake(
            "sign and missing half",
            after(_kl, lambda kl: -2 * kl),
            "Two things: the sign is flipped, a KL divergence is never negative; and "
            "the half is missing.",
        ),
        Mistake(
            "mean over the latent dimensions",
            lambda mu, logvar: _kl(mu, logvar) / mu.shape[1],
            "You took the mean over the latent dimensions. Independent dimensions add "
            "up: a mean would weaken the KL by the factor latent_dim.",
        ),
        Mistake(
            "mean over everything",
            lambda mu, logvar: _kl(mu, logvar).mean() / mu.shape[1],
            "One number came for the whole batch. Keep one for each image: sum over "
            "dim=1, and let the training loop average.",
        ),
        Mistake(
            "mean over the batch",
            after(_kl, torch.mean),
            "You averaged over the images. Keep one value for each: sum over dim=1, "
            "and let the training loop average.",
        ),
        Mistake(
            "sum over everything",
            after(_kl, torch.sum),
            "You summed over the images as well. Keep one value for each: sum over "
            "dim=1 only.",
        ),
        Mistake(
            "sum over the images",
            lambda mu, logvar: (0.5 * (mu**2 + logvar.exp() - 1 - logvar)).sum(dim=0),
            "You summed over the images, dim=0. Each image keeps its own value: sum "
            "over its latent dimensions, dim=1.",
        ),
        Mistake(
            "the other way round",
            lambda mu, logvar: (
                0.5 * ((mu**2 + 1) * (-logvar).exp() - 1 + logvar).sum(dim=1)
            ),
            "That is KL(p, q), the prior's divergence from the cloud. Wanted is the "
            "cloud's from the prior, an average over draws from the cloud.",
        ),
        Mistake(
            "one value for each dimension",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar),
            "Right so far: these are the parts that each dimension pays. Sum them over "
            "the latent dimensions, dim=1.",
        ),
        Mistake(
            "logvar taken for sigma",
            lambda mu, logvar: (
                0.5 * (mu**2 + logvar**2 - 1 - 2 * logvar.abs().log()).sum(dim=1)
            ),
            "You used logvar as if it were sigma. sigma² = exp(logvar), and log sigma² "
            "is logvar itself.",
        ),
        Mistake(
            "exp of half of logvar",
            lambda mu, logvar: (
                0.5 * (mu**2 + (0.5 * logvar).exp() - 1 - logvar).sum(dim=1)
            ),
            "exp(logvar / 2) is sigma. The term wants sigma², which is exp(logvar).",
        ),
        Mistake(
            "mu not squared",
            lambda mu, logvar: 0.5 * (mu + logvar.exp() - 1 - logvar).sum(dim=1),
            "mu is not squared. A mean of −1 is as far from the prior's as one of 1.",
        ),
        Mistake(
            "the one left out",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - logvar).sum(dim=1),
            "At mu = 0 and logvar = 0, posterior and prior are the same, and the "
            "divergence is 0. Yours is not: the −1 is missing.",
        ),
        Mistake(
            "log sigma for log sigma²",
            lambda mu, logvar: (
                0.5 * (mu**2 + logvar.exp() - 1 - 0.5 * logvar).sum(dim=1)
            ),
            "logvar is halved twice. With the ½ outside the bracket, inside stands the "
            "whole logvar.",
        ),
    ),
)
