"""The exercises of lesson 06 that differentiate no cost: nudges and scores."""

import torch

from course_lib.checks.engine import Exercise, Mistake, after


class Cost:
    """A function of z that shows its formula where a check tells its inputs."""

    def __init__(self, formula, function):
        self.formula, self.function = formula, function

    def __call__(self, z):
        """Return the function's value at z."""
        return self.function(z)

    def __repr__(self):
        return self.formula


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


def _score_gradient(f, mu, sigma, z):
    return f(z) * ((z - mu) ** 2 / sigma**3 - 1 / sigma)


def _costs_of_draws(generator):
    for n, f in (
        (3, Cost("z²", torch.square)),
        (5, Cost("exp z", torch.exp)),
        (4, Cost("1 where z > 0.3, else 0", lambda z: (z > 0.3).float())),
    ):
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
        Mistake(
            "summed",
            lambda *args: _score_gradient(*args).sum(),
            "You summed over the draws. Return one estimate for each, (n,).",
        ),
        Mistake(
            "the cost on one term",
            lambda f, mu, sigma, z: f(z) * (z - mu) ** 2 / sigma**3 - 1 / sigma,
            "The cost multiplies the first term alone. Set brackets: f(z) weighs the "
            "whole score.",
        ),
        Mistake(
            "the 2 of the square kept",
            lambda f, mu, sigma, z: f(z) * ((z - mu) ** 2 / (2 * sigma**3) - 1 / sigma),
            "In the first term a 2 is left over: the derivative of −1 / (2 sigma²) "
            "with regard to sigma is 1 / sigma³.",
        ),
        Mistake(
            "not squared",
            lambda f, mu, sigma, z: f(z) * ((z - mu) / sigma**3 - 1 / sigma),
            "z − mu is squared in log q, and stays so: it is sigma that you "
            "differentiate with regard to.",
        ),
        Mistake(
            "a plus before 1 / sigma",
            lambda f, mu, sigma, z: f(z) * ((z - mu) ** 2 / sigma**3 + 1 / sigma),
            "The second term has the wrong sign: log q contains −log sigma, whose "
            "derivative is −1 / sigma.",
        ),
        Mistake(
            "a minus before the square",
            lambda f, mu, sigma, z: f(z) * (-((z - mu) ** 2) / sigma**3 - 1 / sigma),
            "The first term has the wrong sign: −1 / (2 sigma²) rises as sigma grows, "
            "with the slope 1 / sigma³.",
        ),
    ),
)
