"""The exercise denoising-loss of lesson 03: what a denoiser is asked for."""

import zlib
from collections import Counter

import torch
from torch import nn

from course_lib.checks.engine import Exercise, Mistake


def _denoising_loss(model, x, damage):
    return ((model(damage(x)) - x) ** 2).sum(dim=1)


def _noisy_tasks(generator):
    """Each with damage whose every call differs, as noise does."""
    for n, d in ((2, 6), (3, 8), (5, 10)):
        weight = torch.randn(d, d, generator=generator)
        model = nn.Linear(d, d, bias=False)
        model.weight.data = weight
        yield model, torch.rand(n, d, generator=generator), _Damage()


class _Damage:
    """Noise whose every call differs, and whose size nobody would guess.

    A picture gets the same, be it damaged alone or in a batch: answers may loop.
    """

    def __init__(self):
        self.seen = Counter()

    def __call__(self, x):
        """Return x, (n, d) or (d,), with noise."""
        if x.ndim > 1:
            return torch.stack([self(picture) for picture in x])
        picture = zlib.crc32(x.detach().numpy().tobytes())
        self.seen[picture] += 1
        draws = torch.Generator().manual_seed(picture + self.seen[picture])
        return x + 1.7 * torch.randn(x.shape, generator=draws)

    def __repr__(self):
        return "a function that adds fresh noise"


def _kept_twice(model, x, damage):
    damaged = damage(x)
    return ((model(damaged) - damaged) ** 2).sum(dim=1)


def _asked_for_noise(model, x, damaged):
    return ((model(damaged) - (damaged - x)) ** 2).sum(dim=1)


denoising_loss = Exercise(
    name="denoising-loss",
    reference=_denoising_loss,
    inputs=_noisy_tasks,
    gradient=("model",),
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
        Mistake(
            "sum over everything",
            lambda model, x, damage: ((model(damage(x)) - x) ** 2).sum(),
            "You summed over the images as well. Keep one value for each: dim=1.",
        ),
        Mistake(
            "sum over the images",
            lambda model, x, damage: ((model(damage(x)) - x) ** 2).sum(dim=0),
            "You summed over the images, so there is a value for each pixel. The "
            "pixels are dim=1.",
        ),
        Mistake(
            "not summed",
            lambda model, x, damage: (model(damage(x)) - x) ** 2,
            "Each pixel's squared error is right. Sum them for each image: dim=1.",
        ),
        Mistake(
            "damage behind the model",
            lambda model, x, damage: ((damage(model(x)) - x) ** 2).sum(dim=1),
            "You damaged what came out of the model. Damage what goes in.",
        ),
        Mistake(
            "the noise as the target",
            lambda model, x, damage: _asked_for_noise(model, x, damage(x)),
            "You compare the answer with the noise. Some networks are trained to guess "
            "the noise; this one answers with the picture, so the target is the clean "
            "x.",
        ),
        Mistake(
            "the model's own copy as the target",
            lambda model, x, damage: ((model(damage(x)) - model(x)) ** 2).sum(dim=1),
            "The target went through the model too. A network that answers everything "
            "with black would be perfect. The target is the clean x.",
        ),
        Mistake(
            "noise of your own",
            lambda model, x, damage: ((model(x + torch.randn_like(x)) - x) ** 2).sum(1),
            "You drew the noise yourself. Which damage there is, the caller decides: "
            "call damage(x).",
        ),
        Mistake(
            "damage on top of x",
            lambda model, x, damage: ((model(x + damage(x)) - x) ** 2).sum(dim=1),
            "damage(x) is the damaged picture already, not the noise alone. Do not add "
            "x again.",
        ),
        Mistake(
            "missing square",
            lambda model, x, damage: (model(damage(x)) - x).sum(dim=1),
            "The square is missing. Without it, errors above and below cancel, and a "
            "bad copy can score 0.",
        ),
        Mistake(
            "sum before square",
            lambda model, x, damage: (model(damage(x)) - x).sum(dim=1) ** 2,
            "You squared after adding up, when errors above and below had cancelled. "
            "Square each difference first.",
        ),
        Mistake(
            "half",
            lambda model, x, damage: ((model(damage(x)) - x) ** 2).sum(dim=1) / 2,
            "That is half of it. Some books put a ½ in front to make the gradient "
            "simpler; this course does not.",
        ),
        Mistake(
            "both losses",
            lambda model, x, damage: (
                ((model(damage(x)) - x) ** 2).sum(dim=1)
                + ((model(x) - x) ** 2).sum(dim=1)
            ),
            "The right loss is in it, and the loss on clean pictures on top. Only what "
            "the model makes of the damaged picture counts here.",
        ),
        Mistake(
            "damaged twice",
            lambda model, x, damage: ((model(damage(damage(x))) - x) ** 2).sum(dim=1),
            "The model's input was damaged twice. Call damage once.",
        ),
        Mistake(
            "absolute value for square",
            lambda model, x, damage: (model(damage(x)) - x).abs().sum(dim=1),
            "You took absolute values. The loss squares the errors.",
        ),
        Mistake(
            "root",
            lambda model, x, damage: (model(damage(x)) - x).norm(dim=1),
            "You took the root of the sum. The loss is the squared length.",
        ),
        Mistake(
            "the answer itself",
            lambda model, x, damage: model(damage(x)),
            "You returned the model's pictures. Compare them with x: the loss is one "
            "number for each.",
        ),
    ),
)
