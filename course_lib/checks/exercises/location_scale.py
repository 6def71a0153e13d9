"""The exercise location-scale of lesson 06: draws from another family."""

import math

import torch

from course_lib.checks.draws import FORMS, another_form, dependence, settled
from course_lib.checks.engine import Exercise, Mistake
from course_lib.checks.messages import Measured
from course_lib.checks.telling import alike

# None where people cut tails off: there, rounding would decide.
LIMITS = torch.tensor([1.0, 3.0, 5.1, 7.1, 9.0])


def _draw_logistic(loc, logscale):
    u = torch.rand_like(loc)
    return loc + torch.exp(logscale) * torch.logit(u, eps=1e-6)


def _locations_and_scales(generator):
    for n, d, low in ((90_000, 2, -1.5), (50_000, 3, 0.3)):
        loc = torch.randn(1, d, generator=generator).repeat(n, 1)
        logscale = low + torch.rand(1, d, generator=generator).repeat(n, 1)
        yield loc.requires_grad_(), logscale.requires_grad_()


def _foreign_leaves(z):
    """Return how many tensors that want a gradient z was made of, beside its two."""
    seen, waiting = set(), [z.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [parent for parent, _ in node.next_functions]
    return max(0, sum(hasattr(node, "variable") for node in seen) - 2)


def _too_many(noise):
    """Return how many of 1000 draws too many lie beyond each of LIMITS, (5,).

    0 where it may be chance. Other families can have the same middle, or the same
    spread, and not both, or else other tails.
    """
    wanted = 2 * torch.sigmoid(-LIMITS)
    error = (wanted * (1 - wanted) / noise.numel()).sqrt()
    shares = torch.stack([(noise.abs() > limit).float().mean() for limit in LIMITS])
    return 1000 * (settled(shares, wanted, error) - wanted)


def _draws_and_gradients(draw, loc, logscale):
    """Return what is true of right draws whatever they are, and of no others."""
    z, again = draw(loc, logscale), draw(loc, logscale)
    form = another_form(z, loc.shape)
    if form is not False:
        return form
    to_loc = to_logscale = torch.zeros_like(loc)
    foreign = 0
    if z.requires_grad:
        foreign = _foreign_leaves(z)
        to_loc, to_logscale = torch.autograd.grad(
            z.sum(), [loc, logscale], allow_unused=True, materialize_grads=True
        )
    noise, second = (((v - loc) / logscale.exp()).detach() for v in (z, again))
    off = (to_logscale - (z - loc)).detach().abs().mean().clamp(max=5)
    return [
        Measured("mean of (z − loc) / scale", noise.mean().clamp(-5, 5), 0),
        Measured("its standard deviation", noise.std().clamp(max=5), math.pi / 3**0.5),
        Measured(
            "of 1000, too many lie beyond 1, 3, 5.1, 7.1 and 9",
            _too_many(noise),
            right=0,
        ),
        *dependence(noise, second),
        Measured("dz/dloc", to_loc.mean(), 1),
        Measured("dz/dlogscale is off by", off, 0),
        Measured("other tensors that want a gradient", foreign, 0),
    ]


def _logit_noise(shape, eps=1e-6):
    return torch.logit(torch.rand(shape), eps=eps)


def _moved_by(noise):
    """Return the mistake of other noise; noise(like) draws it."""
    return lambda loc, logscale: loc + torch.exp(logscale) * noise(loc)


def _without_brackets(loc):
    u = torch.rand_like(loc)
    return torch.log(u / 1 - u)


def _always_the_same(loc, logscale):
    u = torch.rand(loc.shape, generator=torch.Generator().manual_seed(0))
    return loc + torch.exp(logscale) * torch.logit(u, eps=1e-6)


location_scale = Exercise(
    name="location-scale",
    reference=_draw_logistic,
    inputs=_locations_and_scales,
    observe=_draws_and_gradients,
    tolerance=0.1,
    dtype=True,
    mistakes=(
        Mistake(
            "detach in the path",
            lambda loc, logscale: _draw_logistic(loc, logscale).detach(),
            "The draws are right, but no gradient reaches loc or logscale: somewhere "
            "on the way there is a detach, a no_grad, or a sample() without its r.",
        ),
        Mistake(
            "the scale detached",
            lambda loc, logscale: _draw_logistic(loc, logscale.detach()),
            "The draws are right and loc gets its gradient, but none reaches logscale.",
        ),
        Mistake(
            "the location detached",
            lambda loc, logscale: _draw_logistic(loc.detach(), logscale),
            "The draws are right and logscale gets its gradient, but none reaches loc.",
        ),
        Mistake(
            "noise that wants a gradient",
            lambda loc, logscale: (
                loc
                + torch.exp(logscale)
                * torch.logit(torch.rand_like(loc).requires_grad_(), eps=1e-6)
            ),
            "The draws are right, but your noise asks for a gradient as well. Nothing "
            "is to be learned there: noise is the one part that no parameter moves.",
        ),
        Mistake(
            "a half too many",
            lambda loc, logscale: _draw_logistic(loc, 0.5 * logscale),
            "You took the half that belongs to a log-variance. This is the logarithm "
            "of the scale itself: exp(logscale).",
        ),
        Mistake(
            "logscale for the scale",
            lambda loc, logscale: loc + logscale * _logit_noise(loc.shape),
            "You multiplied by logscale itself, which may be negative. The scale is "
            "its exponential.",
        ),
        Mistake(
            "no scale",
            lambda loc, logscale: loc + _logit_noise(loc.shape),
            "The noise is not scaled: multiply it by exp(logscale).",
        ),
        Mistake(
            "no location",
            lambda loc, logscale: torch.exp(logscale) * _logit_noise(loc.shape),
            "The draws lie around 0. Add loc.",
        ),
        Mistake(
            "Gaussian noise",
            lambda loc, logscale: loc + torch.exp(logscale) * torch.randn_like(loc),
            "Those are Gaussian draws: their tails are too thin. Standard logistic "
            "noise is log(u / (1 − u)), u uniform on (0, 1).",
        ),
        *alike(
            "Gaussian noise of the same spread",
            "You stretched Gaussian draws to the spread of logistic ones. Their tails "
            "are still too thin: ask how often one lies beyond 5. The noise wanted is "
            "log(u / (1 − u)), u uniform on (0, 1).",
            {
                "": _moved_by(lambda like: math.pi / 3**0.5 * torch.randn_like(like)),
                "by 1.7": _moved_by(lambda like: 1.702 * torch.randn_like(like)),
            },
        ),
        Mistake(
            "half the logit",
            _moved_by(lambda like: 0.5 * _logit_noise(like.shape)),
            "Your noise is half of what it should be. log(u / (1 − u)) stands without "
            "a factor; atanh(2u − 1) is half of it.",
        ),
        *alike(
            "tails cut off",
            "The middle is right, and the tails are cut off: no draw lies far out, and "
            "many lie on the limit. To keep u off 0 and 1, a millionth is enough: "
            "torch.logit(u, eps=1e-6).",
            {
                "at 3": _moved_by(lambda like: _logit_noise(like.shape, 0.05)),
                "at 5": _moved_by(lambda like: _logit_noise(like.shape, 0.01)),
                "at 7": _moved_by(lambda like: _logit_noise(like.shape, 0.001)),
            },
        ),
        Mistake(
            "Laplace noise",
            _moved_by(
                lambda like: (
                    torch.rand_like(like).log() - torch.rand_like(like).log()
                ).clamp(-20, 20)
            ),
            "Those are Laplace draws, with a peak in the middle. Standard logistic "
            "noise is log(u / (1 − u)), with one and the same u above and below.",
        ),
        Mistake(
            "Gumbel noise",
            _moved_by(lambda like: -(-(torch.rand_like(like) + 1e-9).log()).log()),
            "Those are Gumbel draws, −log(−log u), which lean to the right. Standard "
            "logistic noise is log(u / (1 − u)).",
        ),
        Mistake(
            "Cauchy noise",
            _moved_by(lambda like: torch.tan(math.pi * (torch.rand_like(like) - 0.5))),
            "Those are Cauchy draws, whose tails are so heavy that they have no "
            "spread. Standard logistic noise is log(u / (1 − u)).",
        ),
        Mistake(
            "uniform noise around 0",
            _moved_by(lambda like: 2 * torch.rand_like(like) - 1),
            "Your noise is spread evenly from −1 to 1. Send u itself backwards through "
            "the sigmoid: log(u / (1 − u)).",
        ),
        Mistake(
            "uniform noise",
            lambda loc, logscale: loc + torch.exp(logscale) * torch.rand_like(loc),
            "Your noise stays between 0 and 1, as u itself does. Logistic noise has "
            "either sign: log(u / (1 − u)).",
        ),
        Mistake(
            "log u alone",
            lambda loc, logscale: (
                loc + torch.exp(logscale) * torch.log(torch.rand_like(loc) + 1e-6)
            ),
            "That is log u, which is never positive. Sent backwards through the "
            "sigmoid, u becomes log(u / (1 − u)).",
        ),
        Mistake(
            "noise shared by the batch",
            lambda loc, logscale: (
                loc + torch.exp(logscale) * _logit_noise((1, loc.shape[1]))
            ),
            "Every row of the batch got the same noise. Draw in loc's own shape.",
        ),
        Mistake(
            "one draw a row",
            lambda loc, logscale: (
                loc + torch.exp(logscale) * _logit_noise((len(loc), 1))
            ),
            "All numbers of a row share one draw, so a code can only move along a "
            "line. Draw in loc's own shape.",
        ),
        Mistake(
            "the same draws at each call",
            _always_the_same,
            "Two calls gave the same draws. Draw inside the function, without a seed.",
        ),
        Mistake(
            "no noise",
            lambda loc, logscale: loc + 0 * logscale,
            "There is no noise: that returns loc. Draw u, turn it into logistic noise, "
            "scale it and add it.",
        ),
        Mistake(
            "the sigmoid for its inverse",
            lambda loc, logscale: (
                loc + torch.exp(logscale) * torch.sigmoid(torch.rand_like(loc))
            ),
            "You sent u forwards through the sigmoid. Its inverse is the logit, "
            "log(u / (1 − u)).",
        ),
        Mistake(
            "Gaussian draws through the logit",
            lambda loc, logscale: (
                loc + torch.exp(logscale) * torch.logit(torch.randn_like(loc), eps=1e-6)
            ),
            "u has to be uniform on (0, 1): torch.rand_like. torch.randn_like draws "
            "from a Gaussian, and outside of (0, 1) the logit is not defined.",
        ),
        Mistake(
            "brackets of 1 − u",
            lambda loc, logscale: loc + torch.exp(logscale) * _without_brackets(loc),
            "`u / 1 - u` is u minus u, which is 0. Set brackets: u / (1 - u).",
        ),
        Mistake(
            "the location scaled as well",
            lambda loc, logscale: torch.exp(logscale) * (loc + _logit_noise(loc.shape)),
            "The scale multiplies loc as well. It stretches the noise alone: "
            "loc + scale · noise.",
        ),
        Mistake(
            "one draw for everything",
            lambda loc, logscale: loc + torch.exp(logscale) * _logit_noise((1,)),
            "A single u was drawn for the whole batch. Each number needs its own: draw "
            "in loc's own shape.",
        ),
        Mistake(
            "the scale squared",
            lambda loc, logscale: _draw_logistic(loc, 2 * logscale),
            "You scaled by exp(2 · logscale). logscale is the logarithm of the scale "
            "itself: exp(logscale).",
        ),
        *FORMS,
    ),
)
