"""The exercise effective-beta of lesson 07: the beta that a loss really has."""

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
    pixels, dims = torch.randint(3, 30, (2,), generator=generator).tolist()
    yield "mean", "mean", 2.5, pixels**2, dims + 30


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
            "a alone",
            lambda recon, kl, weight, n, d: 1 / _of(recon, "sum", n, d),
            "That is a, the factor of the reconstruction. Return b / a.",
        ),
        Mistake(
            "the weight twice",
            lambda recon, kl, weight, n, d: weight**2 * _of(recon, kl, n, d),
            "The weight is in it twice. It multiplies the KL once.",
        ),
        Mistake(
            "a minus b",
            lambda recon, kl, weight, n, d: (
                weight * _of("sum", kl, n, d) - 1 / _of(recon, "sum", n, d)
            ),
            "You took the difference of b and a. Dividing the loss by a leaves b / a.",
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
