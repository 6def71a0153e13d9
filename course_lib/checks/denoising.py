"""The exercises of lesson 03: noise, PSNR, and what a denoiser is asked for."""

import torch
from torch import nn

from course_lib.checks.draws import correlations
from course_lib.checks.engine import Exercise, Mistake


def _add_noise(x, sigma):
    return (x + sigma * torch.randn_like(x)).clamp(0, 1)


def _grey_pictures(generator):
    """Grey levels that noise pushes out of [0, 1] sometimes, often, and never."""
    for grey, sigma in ((0.5, 0.1), (0.5, 0.5), (0.05, 0.3)):
        yield torch.full((64, 784), grey), sigma


def _statistics(add_noise, x, sigma):
    """Return what is true of right noise whatever its draws, and of no other."""
    first, second = add_noise(x.clone(), sigma), add_noise(x.clone(), sigma)
    if not isinstance(first, torch.Tensor) or first.shape != x.shape:
        return first
    noise, again = first - x, second - x
    return [
        torch.stack([noise.mean(), noise.std()]),
        torch.stack([first.min().clamp(min=-0.2), first.max().clamp(max=1.2)]),
        correlations(noise, again),
        ((noise - noise.mean()) ** 4).mean() / noise.var() ** 2,  # the bell's tails
    ]


_FIXED = torch.randn(64, 784, generator=torch.Generator().manual_seed(7))

add_noise = Exercise(
    name="add-noise",
    reference=_add_noise,
    inputs=_grey_pictures,
    observe=_statistics,
    tolerance=0.12,
    mistakes=(
        Mistake(
            "not clipped",
            lambda x, sigma: x + sigma * torch.randn_like(x),
            "The noise is right, but some pixels lie outside [0, 1] now. Clip them: "
            "no camera writes down a negative grey.",
        ),
        Mistake(
            "no sigma",
            lambda x, sigma: (x + torch.randn_like(x)).clamp(0, 1),
            "The noise does not depend on sigma. Multiply the draw by it.",
        ),
        Mistake(
            "sigma squared",
            lambda x, sigma: (x + sigma**2 * torch.randn_like(x)).clamp(0, 1),
            "The noise has the spread sigma². A draw from N(0, 1) times sigma has the "
            "standard deviation sigma; sigma² is its variance.",
        ),
        Mistake(
            "uniform noise",
            lambda x, sigma: (x + sigma * torch.rand_like(x)).clamp(0, 1),
            "torch.rand draws from [0, 1], so all pixels only get brighter. "
            "torch.randn draws from a normal distribution.",
        ),
        Mistake(
            "the same noise for every picture",
            lambda x, sigma: (x + sigma * torch.randn_like(x[:1])).clamp(0, 1),
            "Every picture of the batch got the same noise: a network could learn it "
            "by heart. Draw a value for each pixel of each picture, in x's own shape.",
        ),
        Mistake(
            "one draw for a picture",
            lambda x, sigma: (x + sigma * torch.randn(len(x), 1)).clamp(0, 1),
            "Each picture got one draw for all its pixels, so it only gets brighter or "
            "darker. Draw in x's own shape.",
        ),
        Mistake(
            "noise drawn once and kept",
            lambda x, sigma: (x + sigma * _FIXED).clamp(0, 1),
            "Two calls gave the same noise. A network that sees the same noise each "
            "epoch learns it by heart. Draw inside the function, without a seed.",
        ),
        Mistake(
            "times the picture",
            lambda x, sigma: (x * (1 + sigma * torch.randn_like(x))).clamp(0, 1),
            "You multiplied the noise by the picture: black pixels get none. Add it.",
        ),
    ),
)


def _psnr(x_hat, x):
    return 10 * torch.log10(1 / ((x_hat - x) ** 2).mean(dim=1))


def _pairs_of_images(generator):
    for n, spread in ((2, 0.3), (3, 0.1), (5, 0.05)):
        x = torch.rand(n, 784, generator=generator)
        scale = spread * (1 + torch.rand(n, 1, generator=generator))
        yield x + scale * torch.randn(n, 784, generator=generator), x


psnr = Exercise(
    name="psnr",
    reference=_psnr,
    inputs=_pairs_of_images,
    mistakes=(
        Mistake(
            "no logarithm",
            lambda x_hat, x: 1 / ((x_hat - x) ** 2).mean(dim=1),
            "That is the ratio itself. In decibels it is 10 times its log10.",
        ),
        Mistake(
            "the wrong peak",
            lambda x_hat, x: 10 * torch.log10(255**2 / ((x_hat - x) ** 2).mean(dim=1)),
            "You took 255 for the peak, which adds 48 dB out of nothing. These pixels "
            "lie in [0, 1]: the peak is 1.",
        ),
        Mistake(
            "natural logarithm",
            lambda x_hat, x: 10 * torch.log(1 / ((x_hat - x) ** 2).mean(dim=1)),
            "That is the natural logarithm. Decibels count in powers of ten: log10.",
        ),
        Mistake(
            "sign",
            lambda x_hat, x: 10 * torch.log10(((x_hat - x) ** 2).mean(dim=1)),
            "The sign is flipped: better pictures have to score higher. The peak goes "
            "above the error, not below.",
        ),
        Mistake(
            "20 for 10",
            lambda x_hat, x: 20 * torch.log10(1 / ((x_hat - x) ** 2).mean(dim=1)),
            "The factor is 10 for a mean of squares. 20 belongs to a ratio of "
            "amplitudes, such as the root of it.",
        ),
        Mistake(
            "sum for mean",
            lambda x_hat, x: 10 * torch.log10(1 / ((x_hat - x) ** 2).sum(dim=1)),
            "You summed over the pixels. PSNR takes the mean, so that pictures of any "
            "size can be compared.",
        ),
        Mistake(
            "mean of the batch",
            lambda x_hat, x: 10 * torch.log10(1 / ((x_hat - x) ** 2).mean()),
            "You averaged over the batch as well. Keep one value for each image: the "
            "mean over dim=1.",
        ),
        Mistake(
            "absolute value for square",
            lambda x_hat, x: 10 * torch.log10(1 / (x_hat - x).abs().mean(dim=1)),
            "You took the mean absolute error. PSNR is about the mean square.",
        ),
    ),
)


def _denoising_loss(model, x, damage):
    return ((model(damage(x)) - x) ** 2).sum(dim=1)


def _noisy_tasks(generator):
    """Each with damage whose every call differs, as noise does."""
    for n, d in ((2, 6), (3, 8), (5, 10)):
        weight = torch.randn(d, d, generator=generator)
        model = nn.Linear(d, d, bias=False)
        model.weight.data = weight
        yield model, torch.rand(n, d, generator=generator), _add_a_draw


def _add_a_draw(x):
    return x + torch.randn_like(x)


def _kept_twice(model, x, damage):
    damaged = damage(x)
    return ((model(damaged) - damaged) ** 2).sum(dim=1)


denoising_loss = Exercise(
    name="denoising-loss",
    reference=_denoising_loss,
    inputs=_noisy_tasks,
    mistakes=(
        Mistake(
            "the damaged picture as the target",
            _kept_twice,
            "You compare with the damaged picture, so the best network copies the "
            "noise as well. The target is the clean x.",
        ),
        Mistake(
            "new noise on the target",
            lambda model, x, damage: ((model(damage(x)) - damage(x)) ** 2).sum(dim=1),
            "The target was damaged too, by a second draw. The target is the clean x.",
        ),
        Mistake(
            "no damage",
            lambda model, x, damage: ((model(x) - x) ** 2).sum(dim=1),
            "The model sees the clean x: that is copying, lesson 01. Damage its input.",
        ),
        Mistake(
            "no model",
            lambda model, x, damage: ((damage(x) - x) ** 2).sum(dim=1),
            "That measures the noise. The model has not been asked anything yet.",
        ),
        Mistake(
            "clean in, damaged out",
            lambda model, x, damage: ((model(x) - damage(x)) ** 2).sum(dim=1),
            "The wrong way round: the model gets the damaged picture and should answer "
            "with the clean one.",
        ),
        Mistake(
            "mean over pixels",
            lambda model, x, damage: ((model(damage(x)) - x) ** 2).mean(dim=1),
            "The idea is right. As everywhere in this course, sum over the pixels.",
        ),
        Mistake(
            "mean over everything",
            lambda model, x, damage: ((model(damage(x)) - x) ** 2).mean(),
            "The idea is right. Keep one value for each image: sum over dim=1, and let "
            "the training loop average.",
        ),
    ),
)
