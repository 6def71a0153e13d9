"""The exercise add-noise of lesson 03: noise, added and clipped."""

import numpy as np
import torch

from course_lib.checks.draws import FORMS, another_form, dependence
from course_lib.checks.engine import Exercise, Mistake
from course_lib.checks.messages import Measured


def _add_noise(x, sigma):
    return (x + sigma * torch.randn_like(x)).clamp(0, 1)


def _grey_pictures(generator):
    """Grey that noise pushes out of [0, 1] never, often, and every other time."""
    for grey, sigma in ((0.5, 0.1), (0.5, 0.5), (0.0, 0.3)):
        yield torch.full((64, 784), grey), sigma


def _statistics(add_noise, x, sigma):
    """Return what is true of right noise whatever its draws, and of no other."""
    first, second = add_noise(x, sigma), add_noise(x, sigma)
    form = another_form(first, x.shape)
    if form is not False:
        return form
    noise, again = (first - x) / sigma, (second - x) / sigma
    below, above = -first.min(), first.max() - 1
    told = [
        Measured("mean change of a pixel, in sigmas", noise.mean()),
        Measured("spread of the changes, in sigmas", noise.std()),
        Measured("the darkest pixel is below 0 by", below.clamp(0, 0.2)),
        Measured("the brightest pixel is above 1 by", above.clamp(0, 0.2)),
        *dependence(noise, again),
    ]
    if x.min() > 4 * sigma:  # so nothing is clipped, and a bell's tails are 3
        tails = ((noise - noise.mean()) ** 4).mean() / noise.var() ** 2
        told.append(Measured("heaviness of the tails", tails))
    return told


def _stretched(x):
    return (x - x.min()) / (x.max() - x.min())


_FIXED = torch.randn(64, 784, generator=torch.Generator().manual_seed(7))

add_noise = Exercise(
    name="add-noise",
    reference=_add_noise,
    inputs=_grey_pictures,
    observe=_statistics,
    tolerance=0.05,
    dtype=True,
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
        Mistake(
            "the noise clipped",
            lambda x, sigma: x + (sigma * torch.randn_like(x)).clamp(0, 1),
            "You clipped the noise, so that it can only brighten, and not the picture. "
            "Add first, then clip the sum.",
        ),
        Mistake(
            "not clipped above",
            lambda x, sigma: (x + sigma * torch.randn_like(x)).clamp(min=0),
            "You clipped what is below 0, and not what is above 1. White is 1 in these "
            "floats, and not 255: .clamp(0, 1).",
        ),
        Mistake(
            "not clipped below",
            lambda x, sigma: (x + sigma * torch.randn_like(x)).clamp(max=1),
            "You clipped what is above 1, and not what is below 0. Black is 0 in these "
            "floats, and not −1: .clamp(0, 1).",
        ),
        Mistake(
            "folded for clipped",
            lambda x, sigma: (x + sigma * torch.randn_like(x)).abs().clamp(max=1),
            "You took the absolute value: a pixel of −0.3 becomes 0.3, a grey of its "
            "own. To clip is to move it to the limit, 0.",
        ),
        Mistake(
            "wrapped for clipped",
            lambda x, sigma: (x + sigma * torch.randn_like(x)) % 1,
            "You wrapped pixels around: 1.1 becomes 0.1, nearly black. To clip is to "
            "move it to the limit, 1: .clamp(0, 1).",
        ),
        Mistake(
            "half of the noise",
            lambda x, sigma: (x + sigma / 2 * torch.randn_like(x)).clamp(0, 1),
            "Your noise has half the spread that it should have: sigma is the standard "
            "deviation, and stands before the draw without a half.",
        ),
        Mistake(
            "noise that only brightens",
            lambda x, sigma: (x + sigma * torch.randn_like(x).abs()).clamp(0, 1),
            "Your noise is never negative, so that all pixels only get brighter. Leave "
            "its sign as it was drawn.",
        ),
        Mistake(
            "noise on ink alone",
            lambda x, sigma: torch.where(
                x > 0, (x + sigma * torch.randn_like(x)).clamp(0, 1), x
            ),
            "Black pixels stay black. Noise falls on every pixel, on the background "
            "too.",
        ),
        Mistake(
            "stretched for clipped",
            lambda x, sigma: _stretched(x + sigma * torch.randn_like(x)),
            "You stretched the pictures to fit into [0, 1], which changes every pixel. "
            "To clip is to move only those outside: .clamp(0, 1).",
        ),
        Mistake(
            "sigmoid for clipped",
            lambda x, sigma: (x + sigma * torch.randn_like(x)).sigmoid(),
            "A sigmoid changes every pixel; black becomes grey. To clip is to move "
            "only those outside [0, 1]: .clamp(0, 1).",
        ),
        Mistake(
            "root of sigma",
            lambda x, sigma: (x + sigma**0.5 * torch.randn_like(x)).clamp(0, 1),
            "The noise has the spread √sigma. sigma is the standard deviation already.",
        ),
        Mistake(
            "uniform noise around 0",
            lambda x, sigma: (x + sigma * (2 * torch.rand_like(x) - 1)).clamp(0, 1),
            "Your noise is spread evenly between two limits. Noise from N(0, sigma²) "
            "has a bell's shape: torch.randn.",
        ),
        Mistake(
            "one draw for the batch",
            lambda x, sigma: (x + sigma * torch.randn(1)).clamp(0, 1),
            "All pixels of all pictures got one and the same draw. Draw in x's own "
            "shape.",
        ),
        Mistake(
            "the noise alone",
            lambda x, sigma: (sigma * torch.randn_like(x)).clamp(0, 1),
            "That is the noise without the picture. Add it to x.",
        ),
        Mistake(
            "mixed for added",
            lambda x, sigma: ((1 - sigma) * x + sigma * torch.randn_like(x)).clamp(
                0, 1
            ),
            "You dimmed the picture while you added the noise. Here x stays as it is.",
        ),
        FORMS[0],
        Mistake(
            "an array",
            lambda x, sigma: np.zeros(3),
            "A numpy array came back, and a network takes tensors. Stay in torch: "
            "torch.randn_like draws, .clamp clips.",
        ),
        FORMS[2],
    ),
)
