"""The exercises of lesson 07 on beta: what it really is, and what it kills."""

import torch

from course_lib.checks.engine import Exercise, Mistake


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
        Mistake(
            "divisors swapped",
            lambda recon, kl, weight, n, d: weight * _of(recon, kl, d, n),
            "The two divisors have changed places: recon is averaged over n_pixels, "
            "the KL over latent_dim.",
        ),
        Mistake(
            "both means or none",
            lambda recon, kl, weight, n, d: (
                weight * n / d if recon == kl == "mean" else weight
            ),
            "Right where both are means, or both sums. Each term has a reduction of "
            "its own: ask for recon and for kl separately.",
        ),
        Mistake(
            "means throughout",
            lambda recon, kl, weight, n, d: weight * n / d,
            "Right where both are means. A sum divides by nothing: ask for each term "
            "whether it is one.",
        ),
        Mistake(
            "sum taken for mean",
            lambda recon, kl, weight, n, d: (
                weight * (n if recon == "sum" else 1) / (d if kl == "sum" else 1)
            ),
            'You divide where the word is "sum". It is the mean that divides by how '
            "many there are.",
        ),
        Mistake(
            "a times b",
            lambda recon, kl, weight, n, d: (
                weight / _of(recon, "sum", n, d) * _of("sum", kl, n, d)
            ),
            "That is a · b. Dividing the whole loss by a leaves b / a before the KL.",
        ),
        Mistake(
            "a and b",
            lambda recon, kl, weight, n, d: (
                1 / _of(recon, "sum", n, d),
                weight * _of("sum", kl, n, d),
            ),
            "Those are a and b, and both are right. Return b / a, one number.",
        ),
    ),
)


def _active_units(mu, threshold):
    return (mu.var(dim=0) > threshold).sum().item()


def _encoders(generator):
    """Units that vary, much or little, that stay at an offset, and that tremble."""
    for counts, threshold in (
        ((3, 2, 2, 4), 0.01),
        ((2, 4, 1, 2), 0.01),
        ((1, 2, 4, 3), 0.1),
    ):
        size = sum(counts)
        mu = torch.randn(200, size, generator=generator)
        mu = (mu - mu.mean(dim=0)) / mu.std(dim=0)
        kinds = (0.7, 0.0), (0.2, 0.0), (0.001, 1.0), (0.05, 0.0)
        each = [kind for kind, n in zip(kinds, counts, strict=True) for _ in range(n)]
        scale, shift = torch.tensor(each).T
        order = torch.randperm(size, generator=generator)
        yield (mu * scale + shift)[:, order], threshold


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
        Mistake(
            "which for how many",
            lambda mu, threshold: (mu.var(dim=0) > threshold).nonzero().flatten(),
            "Those are the right units, by their numbers. Asked is how many they are.",
        ),
        Mistake(
            "one variance for all",
            lambda mu, threshold: (mu.var() > threshold).sum().item(),
            "You took one variance of all numbers together. Each unit has its own: "
            "mu.var(dim=0).",
        ),
        Mistake(
            "numbers for units",
            lambda mu, threshold: (mu.abs() > threshold).sum().item(),
            "You counted single numbers in mu, without their variance. A unit is a "
            "column: first its variance over the images, dim=0, then compare.",
        ),
        Mistake(
            "all units",
            lambda mu, threshold: mu.shape[1],
            "Every unit came out as active. Compare the variance of each over the "
            "images, mu.var(dim=0), and sum the truths: `len` counts false ones too.",
        ),
        Mistake(
            "0.01 whatever the threshold",
            lambda mu, threshold: (mu.var(dim=0) > 0.01).sum().item(),
            "Right for 0.01. The threshold is an argument, and may be another.",
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
        Mistake(
            "cut off, not scaled",
            lambda step, steps, beta: min(beta, step / steps),
            "It rises by the share of the way and is cut off at beta, so it arrives "
            "too early or too late. Multiply the share by beta: it ends at 1.",
        ),
        Mistake(
            "1 after the rise",
            lambda step, steps, beta: beta * step / steps if step < steps else 1.0,
            "The rise is right. After it, the weight is 1: it has to stay at beta.",
        ),
        Mistake(
            "one update ahead",
            lambda step, steps, beta: beta * min(1.0, (step + 1) / steps),
            "One update ahead: step counts from 0, and at step 0 the weight is 0.",
        ),
    ),
)
