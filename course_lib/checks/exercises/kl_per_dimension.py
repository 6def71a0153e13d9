"""The exercise kl-per-dimension of lesson 07: the KL of each dimension."""

import torch

from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.checks.kl_slips import SLIPS, codes
from course_lib.losses import kl_divergence as _kl
from course_lib.losses import kl_per_dimension as _each

kl_per_dimension = Exercise(
    name="kl-per-dimension",
    reference=_each,
    inputs=codes,
    gradient=("mu", "logvar"),
    mistakes=(
        *SLIPS,
        Mistake(
            "summed over dimensions",
            _kl,
            "The right divergence of each image, already summed. Here each dimension "
            "keeps its own value: (n, latent_dim), with no sum at all.",
        ),
        Mistake(
            "summed over the images",
            after(_each, lambda kl: kl.sum(dim=0)),
            "You summed over the images. Here each image keeps its own values, "
            "(n, latent_dim), with no sum at all.",
        ),
        Mistake(
            "one number",
            after(_each, torch.sum),
            "One number came for everything. Here each image and each dimension keeps "
            "its own: (n, latent_dim), with no sum at all.",
        ),
        Mistake(
            "one mean",
            after(_each, torch.mean),
            "One mean came for everything. Here each image and each dimension keeps "
            "its own value: (n, latent_dim).",
        ),
        Mistake(
            "mean over dimensions",
            after(_each, lambda kl: kl.mean(dim=1)),
            "You averaged over the dimensions. Nats add up; and here each dimension "
            "keeps its own value, (n, latent_dim).",
        ),
        Mistake(
            "mean over the batch",
            after(_each, lambda kl: kl.mean(dim=0)),
            "You averaged over the images. That is a later step of the lesson; here "
            "each image keeps its own values, (n, latent_dim).",
        ),
        Mistake(
            "transposed",
            after(_each, lambda kl: kl.T),
            "The values are right, but turned: images are rows and dimensions are "
            "columns, (n, latent_dim).",
        ),
    ),
)
