"""The exercise score-gradient of lesson 06: the slope from scores alone."""

import torch

from course_lib.checks.costs import Cost
from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.checks.telling import alike


def _score_of_sigma(mu, sigma, z):
    return (z - mu) ** 2 / sigma**3 - 1 / sigma


def _score_gradient(f, mu, sigma, z):
    return f(z) * _score_of_sigma(mu, sigma, z)


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
            lambda f, mu, sigma, z: _score_of_sigma(mu, sigma, z),
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
        *alike(
            "another power of sigma",
            "In the first term stands another power of sigma: the derivative of "
            "−1 / (2 sigma²) with regard to sigma is 1 / sigma³.",
            {
                "sigma²": lambda f, mu, sigma, z: (
                    f(z) * ((z - mu) ** 2 / sigma**2 - 1 / sigma)
                ),
                "sigma⁴": lambda f, mu, sigma, z: (
                    f(z) * ((z - mu) ** 2 / sigma**4 - 1 / sigma)
                ),
                "sigma": lambda f, mu, sigma, z: (
                    f(z) * ((z - mu) ** 2 / sigma - 1 / sigma)
                ),
            },
        ),
        Mistake(
            "a baseline",
            lambda f, mu, sigma, z: (
                (f(z) - f(z).mean()) * _score_of_sigma(mu, sigma, z)
            ),
            "You took the mean cost off first. Such a baseline is a good idea, and "
            "another estimate: with the mean of these same draws it is even biased.",
        ),
        Mistake(
            "the cost at mu",
            lambda f, mu, sigma, z: f(mu) * _score_of_sigma(mu, sigma, z),
            "You took the cost at mu, the same for all draws. Each draw pays its own, "
            "f(z).",
        ),
        Mistake(
            "the cost at the noise",
            lambda f, mu, sigma, z: f((z - mu) / sigma) * _score_of_sigma(mu, sigma, z),
            "You took the cost at (z − mu) / sigma, the noise. It is paid at z itself.",
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
