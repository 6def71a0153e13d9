"""The exercise kl-divergence of lesson 05: the KL of each image."""

import torch

from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.checks.kl_slips import SLIPS, codes
from course_lib.losses import kl_divergence as _kl
from course_lib.losses import kl_per_dimension as _each


def _summed(function):
    return lambda mu, logvar: function(mu, logvar).sum(dim=1)


kl_divergence = Exercise(
    name="kl-divergence",
    reference=_kl,
    inputs=codes,
    gradient=("mu", "logvar"),
    mistakes=(
        *(Mistake(m.name, _summed(m.function), m.message) for m in SLIPS),
        Mistake(
            "the one outside the sum",
            lambda mu, logvar: -0.5 * (1 + (logvar - mu**2 - logvar.exp()).sum(dim=1)),
            "The 1 is outside the sum, and counts once an image. Each dimension has "
            "its own: put it inside.",
        ),
        Mistake(
            "mean over the latent dimensions",
            after(_each, lambda kl: kl.mean(dim=1)),
            "You took the mean over the latent dimensions. Independent dimensions add "
            "up: a mean would weaken the KL by the factor latent_dim.",
        ),
        Mistake(
            "mean over everything",
            after(_each, torch.mean),
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
            after(_each, lambda kl: kl.sum(dim=0)),
            "You summed over the images, dim=0. Each image keeps its own value: sum "
            "over its latent dimensions, dim=1.",
        ),
        Mistake(
            "one value for each dimension",
            _each,
            "Right so far: these are the parts that each dimension pays. Sum them over "
            "the latent dimensions, dim=1.",
        ),
        Mistake(
            "a column",
            after(_each, lambda kl: kl.sum(dim=1, keepdim=True)),
            "The values are right, in a column, (n, 1). Added to a reconstruction loss "
            "of shape (n,) it would make (n, n). Leave out keepdim.",
        ),
    ),
)
