"""What the exercises on the KL divergence have in common: codes, and slips in it."""

import math

import torch

from course_lib.checks.engine import Mistake, after
from course_lib.losses import kl_per_dimension


def codes(generator):
    """Yield means and log-variances of codes, (n, latent_dim) each.

    In the last, no log-variance is below 0: where one is, its logarithm is NaN, and NaN
    tells no mistake from another.
    """
    for n, latent_dim in ((4, 2), (3, 5), (6, 3)):
        mu, logvar = torch.randn(2, n, latent_dim, generator=generator)
        yield 1.5 * mu, logvar.abs() + 0.1 if n == 6 else logvar


SLIPS = (  # in the formula, each for one dimension
    Mistake(
        "missing half",
        after(kl_per_dimension, lambda kl: 2 * kl),
        "That is twice the divergence: the half is missing, which stands before all "
        "four terms.",
    ),
    Mistake(
        "sign",
        after(kl_per_dimension, torch.neg),
        "The sign is flipped: a divergence is never below zero; at mu = 1, logvar = 0 "
        "it is +0.5. Minimised, yours would push the posteriors away from the prior.",
    ),
    Mistake(
        "sign and missing half",
        after(kl_per_dimension, lambda kl: -2 * kl),
        "Two things: the sign is flipped, a KL divergence is never negative; and the "
        "half is missing.",
    ),
    Mistake(
        "arguments swapped",
        lambda mu, logvar: 0.5 * (logvar + (1 + mu**2) * torch.exp(-logvar) - 1),
        "That is KL(p ‖ q), the prior's divergence from the cloud, an average over "
        "draws from the prior. The VAE draws from the cloud q, so q comes first, and "
        "mu² is not divided by the variance.",
    ),
    Mistake(
        "logvar taken for sigma",
        lambda mu, logvar: 0.5 * (mu**2 + logvar**2 - 1 - 2 * logvar.abs().log()),
        "You used logvar as if it were sigma. sigma² = exp(logvar), and log sigma² is "
        "logvar itself.",
    ),
    Mistake(
        "logvar taken for log sigma",
        lambda mu, logvar: kl_per_dimension(mu, 2 * logvar),
        "You took logvar for log sigma. It is log sigma², so sigma² is exp(logvar) "
        "with no further square.",
    ),
    Mistake(
        "logvar taken for the variance",
        lambda mu, logvar: 0.5 * (mu**2 + logvar - 1 - logvar.log()),
        "You used logvar as if it were the variance. It is a logarithm already: the "
        "variance is exp(logvar), and its logarithm is logvar.",
    ),
    Mistake(
        "log of logvar",
        lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar.log()),
        "You took the logarithm of logvar, which is a logarithm already, and NaN where "
        "logvar is negative. log sigma² is logvar as it stands.",
    ),
    Mistake(
        "exp of half of logvar",
        lambda mu, logvar: 0.5 * (mu**2 + (0.5 * logvar).exp() - 1 - logvar),
        "exp(logvar / 2) is sigma. The term wants sigma², which is exp(logvar).",
    ),
    Mistake(
        "log sigma for log sigma²",
        lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - 0.5 * logvar),
        "logvar is halved twice. With the ½ outside the bracket, inside stands the "
        "whole logvar.",
    ),
    Mistake(
        "mu not squared",
        lambda mu, logvar: 0.5 * (mu + logvar.exp() - 1 - logvar),
        "mu is not squared. A mean of −1 is as far from the prior's as one of 1.",
    ),
    Mistake(
        "mu and logvar swapped",
        lambda mu, logvar: kl_per_dimension(logvar, mu),
        "mu and logvar have changed places. The encoder returns mu first; mu is "
        "squared, and exp is taken of logvar.",
    ),
    Mistake(
        "logvar not halved for log sigma",
        lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1) - logvar,
        "log sigma is logvar / 2. You subtract the whole of logvar outside the bracket "
        "with the ½.",
    ),
    Mistake(
        "sigma throughout",
        lambda mu, logvar: kl_per_dimension(mu, 0.5 * logvar),
        "logvar is halved everywhere, so sigma stands where sigma² belongs. The "
        "formula has the variance, exp(logvar), and its logarithm, logvar.",
    ),
    Mistake(
        "|mu| for mu²",
        lambda mu, logvar: 0.5 * (mu.abs() + logvar.exp() - 1 - logvar),
        "You took |mu| where mu² belongs. The sign is gone in both, but what is far "
        "from the prior must cost more than in proportion.",
    ),
    Mistake(
        "half twice",
        after(kl_per_dimension, lambda kl: kl / 2),
        "That is half the divergence: the ½ is in it twice. It stands once, before "
        "all four terms.",
    ),
    Mistake(
        "no mu",
        lambda mu, logvar: -0.5 * (1 + logvar - logvar.exp()),
        "mu is not in it. A cloud far from the middle would cost nothing, if only it "
        "had the right width: mu² is missing.",
    ),
    Mistake(
        "no variance",
        lambda mu, logvar: -0.5 * (1 + logvar - mu**2),
        "exp(logvar) is missing, the variance itself. Without it, nothing stops a "
        "cloud from growing.",
    ),
    Mistake(
        "no logvar",
        lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1),
        "logvar itself is missing, beside its exp. It is what makes a cloud of no "
        "width cost infinitely much.",
    ),
    Mistake(
        "logvar for the variance, once",
        lambda mu, logvar: -0.5 * (1 + logvar - mu**2 - logvar),
        "The exp is missing: the variance is exp(logvar). As it stands, logvar "
        "cancels, and half of mu² − 1 is left.",
    ),
    Mistake(
        "variance squared",
        lambda mu, logvar: -0.5 * (1 + logvar - mu**2 - (2 * logvar).exp()),
        "exp(2 logvar) is sigma⁴: the variance was squared once more. sigma² is "
        "exp(logvar).",
    ),
    Mistake(
        "minus in the exponent",
        lambda mu, logvar: -0.5 * (1 + logvar - mu**2 - (-logvar).exp()),
        "exp(−logvar) is 1 over the variance. The term wants the variance itself, "
        "exp(logvar).",
    ),
    Mistake(
        "plus one",
        lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - logvar + 1),
        "The 1 has the other sign. At mu = 0 and logvar = 0, posterior and prior are "
        "the same, and the divergence is 0; yours is 1 in each dimension.",
    ),
    Mistake(
        "the one left out",
        lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - logvar),
        "At mu = 0 and logvar = 0, posterior and prior are the same, and the "
        "divergence is 0. Yours is not: the −1 is missing.",
    ),
    Mistake(
        "no bracket after the half",
        lambda mu, logvar: -0.5 * 1 + logvar - mu**2 - logvar.exp(),
        "The half multiplies the 1 alone. Put all four terms into one bracket: "
        "-0.5 * (1 + logvar - …).",
    ),
    Mistake(
        "sign of mu²",
        lambda mu, logvar: -0.5 * (1 + logvar + mu**2 - logvar.exp()),
        "mu² has the other sign: further from the middle came out as cheaper. With the "
        "minus outside the bracket, inside stands −mu².",
    ),
    Mistake(
        "sign of the variance",
        lambda mu, logvar: -0.5 * (1 + logvar - mu**2 + logvar.exp()),
        "exp(logvar) has the other sign: wider came out as cheaper. With the minus "
        "outside the bracket, inside stands −exp(logvar).",
    ),
    Mistake(
        "sign of logvar",
        lambda mu, logvar: -0.5 * (1 - logvar - mu**2 - logvar.exp()),
        "logvar has the other sign: narrow clouds came out as cheap. With the minus "
        "outside the bracket, inside stands +logvar.",
    ),
    Mistake(
        "bits",
        after(kl_per_dimension, lambda nats: nats / math.log(2)),
        "Right, but in bits. torch.log is the natural logarithm, so losses are in "
        "nats; one nat is 1.44 bits. Leave out the division by log 2.",
    ),
    Mistake(
        "nats taken for bits",
        after(kl_per_dimension, lambda nats: nats * math.log(2)),
        "There is a factor log 2 too many. The closed form is in nats already, because "
        "torch.log is the natural logarithm.",
    ),
)
