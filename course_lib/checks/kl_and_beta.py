"""The exercises of lesson 07: what the KL pays for, and what its weight really is."""

import math

import torch

from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.rate import kl_per_dimension as _kl


def _codes(generator):
    for n, d in ((2, 3), (4, 5), (3, 2)):
        mu = 1.5 * torch.randn(n, d, generator=generator)
        yield mu, torch.randn(n, d, generator=generator)


kl_per_dimension = Exercise(
    name="kl-per-dimension",
    reference=_kl,
    inputs=_codes,
    mistakes=(
        Mistake(
            "arguments swapped",
            lambda mu, logvar: 0.5 * (logvar + (1 + mu**2) * torch.exp(-logvar) - 1),
            "That is KL(p ‖ q), the average over draws from the prior. The VAE draws "
            "from q, so the average is over q, and q is the first argument: the square "
            "mu² is not divided by the variance.",
        ),
        Mistake(
            "bits",
            after(_kl, lambda nats: nats / math.log(2)),
            "Right, but in bits. torch.log is the natural logarithm, so losses are in "
            "nats; one nat is 1.44 bits. Leave out the division by log 2.",
        ),
        Mistake(
            "nats taken for bits",
            after(_kl, lambda nats: nats * math.log(2)),
            "There is a factor log 2 too many. The closed form is in nats already, "
            "because torch.log is the natural logarithm.",
        ),
        Mistake(
            "summed over dimensions",
            after(_kl, lambda kl: kl.sum(dim=1)),
            "The right divergence of each image, already summed. Here each dimension "
            "keeps its own value: (n, latent_dim), with no sum at all.",
        ),
        Mistake(
            "mean over dimensions",
            after(_kl, lambda kl: kl.mean(dim=1)),
            "You averaged over the dimensions. Nats add up; and here each dimension "
            "keeps its own value, (n, latent_dim).",
        ),
        Mistake(
            "mean over the batch",
            after(_kl, lambda kl: kl.mean(dim=0)),
            "You averaged over the images. That is the next step of the lesson; here "
            "each image keeps its own values, (n, latent_dim).",
        ),
        Mistake(
            "missing half",
            after(_kl, lambda kl: 2 * kl),
            "Twice too much: the factor one half is missing. The logarithm has it from "
            "the root in the bell curve's height, the rest from the exponent.",
        ),
        Mistake(
            "sign",
            after(_kl, torch.neg),
            "The sign is flipped. A divergence is never below zero; at mu = 1, "
            "logvar = 0 it is +0.5.",
        ),
        Mistake(
            "logvar taken for log sigma",
            lambda mu, logvar: _kl(mu, 2 * logvar),
            "You took logvar for log sigma. It is log sigma², so sigma² is exp(logvar) "
            "with no further square.",
        ),
        Mistake(
            "log sigma for log sigma²",
            lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar / 2),
            "The term with the logarithm is halved twice. logvar is log sigma² as it "
            "stands, and the half outside the bracket is the only one.",
        ),
        Mistake(
            "mu not squared",
            lambda mu, logvar: 0.5 * (mu + logvar.exp() - 1 - logvar),
            "mu has to be squared: a code far to the left costs as much as one far to "
            "the right.",
        ),
    ),
)


def _effective_beta(recon, kl, weight, n_pixels, latent_dim):
    of_recon = 1 / n_pixels if recon == "mean" else 1
    of_kl = weight / latent_dim if kl == "mean" else weight
    return of_kl / of_recon


def _losses(generator):
    yield "mean", "mean", 1.0, 784, 20
    yield "sum", "mean", 3.0, 784, 10
    yield "mean", "sum", 0.5, 100, 8
    yield "sum", "sum", 4.0, 784, 20
    yield "mean", "mean", 0.2, 256, 16


def _of(recon, kl, n_pixels, latent_dim):
    return _effective_beta(recon, kl, 1, n_pixels, latent_dim)


effective_beta = Exercise(
    name="effective-beta",
    reference=_effective_beta,
    inputs=_losses,
    mistakes=(
        Mistake(
            "beta multiplying the reconstruction",
            lambda recon, kl, weight, n, d: _of(recon, kl, n, d) / weight,
            "Your weight multiplies the reconstruction. Here it stands before the KL, "
            "so a larger weight means a larger beta.",
        ),
        Mistake(
            "upside down",
            lambda recon, kl, weight, n, d: (
                1 / _effective_beta(recon, kl, weight, n, d)
            ),
            "Upside down: beta is the KL's factor divided by the reconstruction's, and "
            "not the other way round.",
        ),
        Mistake(
            "the wrong way through",
            lambda recon, kl, weight, n, d: weight / _of(recon, kl, n, d),
            "A mean over pixels makes the reconstruction *smaller*, so the KL weighs "
            "more. Yours does the opposite.",
        ),
        Mistake(
            "the weight alone",
            lambda recon, kl, weight, n, d: weight,
            "That is what the code says, not what it does. A mean divides by the "
            "number of pixels, or of latent dimensions, and that counts as a weight.",
        ),
        Mistake(
            "no weight",
            lambda recon, kl, weight, n, d: _of(recon, kl, n, d),
            "The reductions are right. The written weight multiplies the KL on top.",
        ),
        Mistake(
            "the latent dimensions forgotten",
            lambda recon, kl, weight, n, d: weight * _of(recon, "sum", n, d),
            "The mean over pixels is in. A mean over latent dimensions divides the KL "
            "by latent_dim as well.",
        ),
        Mistake(
            "the pixels forgotten",
            lambda recon, kl, weight, n, d: weight * _of("sum", kl, n, d),
            "The mean over latent dimensions is in. A mean over pixels divides the "
            "reconstruction by n_pixels as well.",
        ),
        Mistake(
            "multiplied for divided",
            lambda recon, kl, weight, n, d: (
                weight * _of(recon, "sum", n, d) * (d if kl == "mean" else 1)
            ),
            "The mean over latent dimensions makes the KL smaller: divide by "
            "latent_dim.",
        ),
    ),
)


def _active_units(mu, threshold):
    return (mu.var(dim=0) > threshold).sum().item()


def _encoders(generator):
    """Units that vary, that stay at an offset, and that only tremble, in turn."""
    for used, offset, trembling in ((3, 2, 4), (5, 1, 2), (1, 4, 3)):
        size = used + offset + trembling
        mu = torch.randn(200, size, generator=generator)
        mu = (mu - mu.mean(dim=0)) / mu.std(dim=0)
        kinds = [(0.7, 0.0)] * used + [(0.001, 1.0)] * offset
        scale, shift = torch.tensor(kinds + [(0.05, 0.0)] * trembling).T
        order = torch.randperm(size, generator=generator)
        yield (mu * scale + shift)[:, order], 0.01


active_units = Exercise(
    name="active-units",
    reference=_active_units,
    inputs=_encoders,
    mistakes=(
        Mistake(
            "spread for variance",
            lambda mu, threshold: (mu.std(dim=0) > threshold).sum().item(),
            "You compared the standard deviation. The threshold 0.01 is for the "
            "variance, its square: a spread of 0.1.",
        ),
        Mistake(
            "variance within an image",
            lambda mu, threshold: (mu.var(dim=1) > threshold).sum().item(),
            "You took the variance over the dimensions of each image, and counted "
            "images. A unit is a column: the variance runs over images, dim=0.",
        ),
        Mistake(
            "the mean for the variance",
            lambda mu, threshold: (mu.mean(dim=0).abs() > threshold).sum().item(),
            "You counted units whose mean is not zero. A unit that says the same for "
            "every image is not active, whatever it says. Ask how much mu varies.",
        ),
        Mistake(
            "the square for the variance",
            lambda mu, threshold: ((mu**2).mean(dim=0) > threshold).sum().item(),
            "The mean of mu² counts a unit that is always 1, and that says nothing. "
            "Take off the mean first, as the variance does.",
        ),
        Mistake(
            "the collapsed ones",
            lambda mu, threshold: (mu.var(dim=0) < threshold).sum().item(),
            "You counted the units that are *not* active: the sign of the comparison.",
        ),
        Mistake(
            "one answer for each unit",
            lambda mu, threshold: mu.var(dim=0) > threshold,
            "The right units, one truth value each. Asked is how many: sum them.",
        ),
        Mistake(
            "the share for the number",
            lambda mu, threshold: (mu.var(dim=0) > threshold).float().mean().item(),
            "That is the share of active units. Asked is their number.",
        ),
    ),
)


def _beta_schedule(step, steps, beta):
    return beta * min(1.0, step / steps)


def _moments(generator):
    yield from ((0, 100, 4.0), (25, 100, 4.0), (99, 100, 0.5), (100, 100, 4.0))
    yield from ((250, 100, 4.0), (30, 40, 2.0), (60, 40, 0.5))


beta_schedule = Exercise(
    name="beta-schedule",
    reference=_beta_schedule,
    inputs=_moments,
    mistakes=(
        Mistake(
            "no ceiling",
            lambda step, steps, beta: beta * step / steps,
            "It rises for ever. After `steps` updates the weight stays at beta.",
        ),
        Mistake(
            "cut off at 1",
            lambda step, steps, beta: min(1.0, beta * step / steps),
            "You cut the weight off at 1. It is the share of the way, step / steps, "
            "that ends at 1; the weight ends at beta.",
        ),
        Mistake(
            "beta left out",
            lambda step, steps, beta: min(1.0, step / steps),
            "It always ends at 1. Multiply the share of the way by beta.",
        ),
        Mistake(
            "a jump",
            lambda step, steps, beta: beta * min(1, step // steps),
            "It stays at 0 and then jumps to beta. If you wrote `//`, that is division "
            "without a remainder; the share of the way needs `/`.",
        ),
        Mistake(
            "from beta down",
            lambda step, steps, beta: beta * (1 - min(1.0, step / steps)),
            "It starts at beta and falls to 0. The warm-up goes up: first learn to "
            "copy, then pay.",
        ),
        Mistake(
            "constant",
            lambda step, steps, beta: beta,
            "That is beta from the first update on: no warm-up at all.",
        ),
        Mistake(
            "down to beta",
            lambda step, steps, beta: max(beta, beta * step / steps),
            "`max` keeps the larger of the two, so it never starts low. You want the "
            "smaller: `min`.",
        ),
    ),
)
