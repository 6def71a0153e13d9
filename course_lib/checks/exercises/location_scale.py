"""The exercise location-scale of lesson 06: draws from another family."""

import math

import torch

from course_lib.checks.draws import FORMS, another_form, dependence
from course_lib.checks.engine import Exercise, Mistake
from course_lib.checks.messages import Measured


def _draw_logistic(loc, logscale):
    u = torch.rand_like(loc)
    return loc + torch.exp(logscale) * torch.logit(u, eps=1e-6)


def _locations_and_scales(generator):
    for n, d, low in ((12_000, 2, -1.5), (9000, 3, 0.3)):
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
    within = [(noise.abs() < limit).float().mean() for limit in (1, 3)]
    return [
        Measured("mean of (z − loc) / scale", noise.mean().clamp(-5, 5), 0),
        Measured("its standard deviation", noise.std().clamp(max=5), math.pi / 3**0.5),
        Measured("its share within 1, within 3", within, (0.462, 0.905)),
        *dependence(noise, second),
        Measured("dz/dloc", to_loc.mean(), 1),
        Measured("dz/dlogscale is off by", off, 0),
        Measured("other tensors that want a gradient", foreign, 0),
    ]


def _logit_noise(shape):
    return torch.logit(torch.rand(shape), eps=1e-6)


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
