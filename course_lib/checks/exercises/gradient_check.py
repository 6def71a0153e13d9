"""The exercise gradient-check of lesson 06: the slope from two nudges."""

import torch

from course_lib.checks.costs import Cost
from course_lib.checks.engine import Exercise, Mistake, after


def _gradient_check(f, mu, sigma, eps, step):
    up, down = mu + step + sigma * eps, mu - step + sigma * eps
    return (f(up) - f(down)) / (2 * step)


def _nudges(generator):
    """Each with a step so large that one-sided and central differences differ."""
    for n, f, step in (
        (3, Cost("z³ − 2z", lambda z: z**3 - 2 * z), 0.3),
        (5, Cost("sin z", torch.sin), 0.5),
        (4, Cost("exp z", torch.exp), 0.2),
    ):
        mu, sigma = torch.rand(2, generator=generator) + 0.5
        yield f, mu, sigma, torch.randn(n, generator=generator), step


def _fresh(f, mu, sigma, eps, step):
    up = f(mu + step + sigma * torch.randn_like(eps))
    return (up - f(mu - step + sigma * torch.randn_like(eps))) / (2 * step)


def _slope_at_z(f, mu, sigma, eps, step):
    z = (mu + sigma * eps).requires_grad_()
    return torch.autograd.grad(f(z).sum(), z)[0]


gradient_check = Exercise(
    name="gradient-check",
    reference=_gradient_check,
    inputs=_nudges,
    mistakes=(
        Mistake(
            "fresh noise on each side",
            _fresh,
            "You drew new noise for each side, so you mostly measure how two draws "
            "differ, divided by something small. Use the eps that is given, twice.",
        ),
        Mistake(
            "noise of your own",
            lambda f, mu, sigma, eps, step: _gradient_check(
                f, mu, sigma, torch.randn_like(eps), step
            ),
            "Both sides share their noise, which is the point, but it is not the eps "
            "that was given. Use that one.",
        ),
        Mistake(
            "divided by the step alone",
            lambda f, mu, sigma, eps, step: (
                2 * _gradient_check(f, mu, sigma, eps, step)
            ),
            "Twice too large: from mu − step to mu + step the way is 2 · step.",
        ),
        Mistake(
            "one side only",
            lambda f, mu, sigma, eps, step: (
                (f(mu + step + sigma * eps) - f(mu + sigma * eps)) / step
            ),
            "You compared with the middle. That is a difference too, but its error "
            "shrinks with step; a step to each side makes it shrink with step².",
        ),
        Mistake(
            "not divided",
            lambda f, mu, sigma, eps, step: (
                f(mu + step + sigma * eps) - f(mu - step + sigma * eps)
            ),
            "That is how far the cost rises. A slope divides it by how far mu went.",
        ),
        Mistake(
            "sign",
            after(_gradient_check, torch.neg),
            "The sign is flipped: the cost at mu + step comes first.",
        ),
        Mistake(
            "the nudge on eps",
            lambda f, mu, sigma, eps, step: (
                (f(mu + sigma * (eps + step)) - f(mu + sigma * (eps - step)))
                / (2 * step)
            ),
            "You nudged eps, so z moved by sigma · step. Nudge mu, and leave eps where "
            "it is.",
        ),
        Mistake(
            "no noise",
            lambda f, mu, sigma, eps, step: (
                (f(mu + step) - f(mu - step)) / (2 * step)
            ).expand(eps.shape),
            "That is the slope at mu, without any draw. The mean of f is not f of the "
            "mean: put sigma · eps in, on both sides.",
        ),
        Mistake(
            "averaged",
            after(_gradient_check, torch.mean),
            "Right on average, but you averaged. Return one slope for each draw, so "
            "that each can be held against autograd's.",
        ),
        Mistake(
            "multiplied by the step",
            lambda f, mu, sigma, eps, step: (
                _gradient_check(f, mu, sigma, eps, step) * step**2
            ),
            "`/ 2 * step` divides by 2 and then multiplies by the step. Set brackets: "
            "/ (2 * step).",
        ),
        Mistake(
            "one side divided",
            lambda f, mu, sigma, eps, step: (
                f(mu + step + sigma * eps) - f(mu - step + sigma * eps) / (2 * step)
            ),
            "Only the second cost is divided. Set brackets around the difference.",
        ),
        Mistake(
            "divided by the step twice",
            lambda f, mu, sigma, eps, step: (
                _gradient_check(f, mu, sigma, eps, step) / step
            ),
            "You divided by step². The way from mu − step to mu + step is 2 · step.",
        ),
        Mistake(
            "half a step",
            lambda f, mu, sigma, eps, step: _gradient_check(
                f, mu, sigma, eps, step / 2
            ),
            "You went half a step to each side. Go from mu − step to mu + step.",
        ),
        Mistake(
            "the sum of both",
            lambda f, mu, sigma, eps, step: (
                (f(mu + step + sigma * eps) + f(mu - step + sigma * eps)) / (2 * step)
            ),
            "You added the two costs. A slope is their *difference*, divided by the "
            "way between.",
        ),
        Mistake(
            "no sigma",
            lambda f, mu, sigma, eps, step: _gradient_check(f, mu, 1.0, eps, step),
            "sigma is missing: a draw is z = mu + sigma · eps.",
        ),
        Mistake(
            "another step",
            _slope_at_z,
            "That is the slope right at the draw, as autograd or a tiny step of your "
            "own give it. Asked is the one from mu − step to mu + step, with the step "
            "that comes as an argument. It may be large.",
        ),
        Mistake(
            "the side below only",
            lambda f, mu, sigma, eps, step: (
                (f(mu + sigma * eps) - f(mu - step + sigma * eps)) / step
            ),
            "You compared the middle with mu − step. Take a step to each side: then "
            "the error shrinks with step².",
        ),
        Mistake(
            "the nudge on sigma",
            lambda f, mu, sigma, eps, step: (
                (f(mu + (sigma + step) * eps) - f(mu + (sigma - step) * eps))
                / (2 * step)
            ),
            "You nudged sigma, so each draw moved by step · eps. Nudge mu.",
        ),
    ),
)
