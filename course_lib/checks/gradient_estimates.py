"""The exercises of lesson 06 that differentiate no cost: nudges and scores."""

import torch

from course_lib.checks.engine import Exercise, Mistake, after


def _gradient_check(f, mu, sigma, eps, step):
    up, down = mu + step + sigma * eps, mu - step + sigma * eps
    return (f(up) - f(down)) / (2 * step)


def _cubic(z):
    return z**3 - 2 * z


def _nudges(generator):
    """Each with a step so large that one-sided and central differences differ."""
    for n, f, step in ((3, _cubic, 0.3), (5, torch.sin, 0.5), (4, torch.exp, 0.2)):
        mu, sigma = torch.rand(2, generator=generator) + 0.5
        yield f, mu, sigma, torch.randn(n, generator=generator), step


def _fresh(f, mu, sigma, eps, step):
    up = f(mu + step + sigma * torch.randn_like(eps))
    return (up - f(mu - step + sigma * torch.randn_like(eps))) / (2 * step)


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
    ),
)


def _score_gradient(f, mu, sigma, z):
    return f(z) * ((z - mu) ** 2 / sigma**3 - 1 / sigma)


def _costs_of_draws(generator):
    for n, f in ((3, torch.square), (5, torch.exp), (4, lambda z: (z > 0.3).float())):
        mu, sigma = torch.rand(2, generator=generator) + torch.tensor([0.0, 0.4])
        yield f, mu, sigma, mu + sigma * torch.randn(n, generator=generator)


def _log_q(mu, sigma, z):
    return torch.distributions.Normal(mu, sigma).log_prob(z)


score_gradient = Exercise(
    name="score-gradient",
    reference=_score_gradient,
    inputs=_costs_of_draws,
    mistakes=(
        Mistake(
            "the score of mu",
            lambda f, mu, sigma, z: f(z) * (z - mu) / sigma**2,
            "That is the estimate for mu. Here log q is differentiated with regard to "
            "sigma.",
        ),
        Mistake(
            "the score of z",
            lambda f, mu, sigma, z: -f(z) * (z - mu) / sigma**2,
            "You differentiated log q with regard to z. The draw is fixed here; what "
            "is nudged is sigma.",
        ),
        Mistake(
            "normaliser forgotten",
            lambda f, mu, sigma, z: f(z) * (z - mu) ** 2 / sigma**3,
            "log q has the term −log sigma too: a wider bell is a lower one. Its "
            "derivative is −1/sigma.",
        ),
        Mistake(
            "with regard to log sigma",
            lambda f, mu, sigma, z: f(z) * ((z - mu) ** 2 / sigma**2 - 1),
            "That is the derivative with regard to log sigma, sigma times too much.",
        ),
        Mistake(
            "with regard to logvar",
            lambda f, mu, sigma, z: 0.5 * f(z) * ((z - mu) ** 2 / sigma**2 - 1),
            "That is the derivative with regard to logvar. With regard to sigma it is "
            "2/sigma times as much.",
        ),
        Mistake(
            "with regard to the variance",
            lambda f, mu, sigma, z: _score_gradient(f, mu, sigma, z) / (2 * sigma),
            "That is the derivative with regard to sigma², the variance. With regard "
            "to sigma it is 2 · sigma times as much.",
        ),
        Mistake(
            "log q itself",
            lambda f, mu, sigma, z: f(z) * _log_q(mu, sigma, z),
            "You multiplied by log q. The estimate takes its derivative with regard "
            "to sigma.",
        ),
        Mistake(
            "the derivative of q",
            lambda f, mu, sigma, z: (
                _score_gradient(f, mu, sigma, z) * _log_q(mu, sigma, z).exp()
            ),
            "You took the derivative of q, not of log q. The draws come with the "
            "probability q already; with it as a factor it counts twice.",
        ),
        Mistake(
            "no cost",
            lambda f, mu, sigma, z: (z - mu) ** 2 / sigma**3 - 1 / sigma,
            "That is the score alone, whose mean is 0. Weigh it by the cost f(z).",
        ),
        Mistake(
            "sign",
            after(_score_gradient, torch.neg),
            "The sign is flipped. Draws far from mu become likelier as sigma grows, so "
            "there the score is positive.",
        ),
        Mistake(
            "averaged",
            lambda *args: _score_gradient(*args).mean(),
            "Right on average, but you averaged. Return one estimate for each draw.",
        ),
    ),
)
