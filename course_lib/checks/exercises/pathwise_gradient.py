"""The exercise pathwise-gradient of lesson 06: the slope along a path."""

import torch

from course_lib.checks.costs import Cost
from course_lib.checks.engine import Exercise, Mistake


def _pathwise_gradient(df, mu, logvar, eps):
    sigma = torch.exp(0.5 * logvar)
    slope = df(mu + sigma * eps)
    return slope, slope * 0.5 * sigma * eps


def _paths(generator):
    for n, df in (
        (3, Cost("2z", lambda z: 2 * z)),
        (5, Cost("cos z", torch.cos)),
        (4, Cost("3z² − 2", lambda z: 3 * z**2 - 2)),
    ):
        mu, logvar = torch.randn(2, generator=generator) + torch.tensor([0.5, -0.7])
        yield df, mu, logvar, torch.randn(n, generator=generator)


def _with_sigma(sigma_of, to_logvar):
    """Return an estimator with its own sigma and its own dz/dlogvar."""

    def estimate(df, mu, logvar, eps):
        sigma = sigma_of(logvar)
        slope = df(mu + sigma * eps)
        return slope, slope * to_logvar(sigma, eps)

    return estimate


def _right_sigma(logvar):
    return torch.exp(0.5 * logvar)


pathwise_gradient = Exercise(
    name="pathwise-gradient",
    reference=_pathwise_gradient,
    inputs=_paths,
    parts=("mu's gradient", "logvar's gradient"),
    mistakes=(
        Mistake(
            "exp(logvar) without the half",
            _with_sigma(torch.exp, lambda sigma, eps: 0.5 * sigma * eps),
            "Your sigma is exp(logvar), which is the variance. The standard deviation "
            "is its square root, exp(0.5 · logvar).",
        ),
        Mistake(
            "exp(logvar) without either half",
            _with_sigma(torch.exp, lambda sigma, eps: sigma * eps),
            "Your sigma is exp(logvar), which is the variance. The standard deviation "
            "is exp(0.5 · logvar), and that half also comes down in the derivative.",
        ),
        Mistake(
            "logvar for sigma",
            lambda df, mu, logvar, eps: (
                df(mu + logvar * eps),
                df(mu + logvar * eps) * eps,
            ),
            "You multiplied eps by logvar itself. It may be negative; sigma is "
            "exp(0.5 · logvar).",
        ),
        Mistake(
            "with regard to sigma",
            _with_sigma(_right_sigma, lambda sigma, eps: eps),
            "The second is the gradient with regard to sigma. One link of the chain "
            "is missing: how sigma = exp(0.5 · logvar) changes with logvar.",
        ),
        Mistake(
            "with regard to log sigma",
            _with_sigma(_right_sigma, lambda sigma, eps: sigma * eps),
            "The second is twice too large: the derivative of exp(0.5 · logvar) is "
            "0.5 · exp(0.5 · logvar). The half comes down.",
        ),
        Mistake(
            "eps left out",
            _with_sigma(_right_sigma, lambda sigma, eps: 0.5 * sigma),
            "In the second, eps is missing: z = mu + sigma · eps, so dz/dsigma = eps.",
        ),
        Mistake(
            "the slope at eps",
            lambda df, mu, logvar, eps: (
                df(eps),
                df(eps) * 0.5 * _right_sigma(logvar) * eps,
            ),
            "You took the slope of f at eps. The cost is paid at z = mu + sigma · eps.",
        ),
        Mistake(
            "the slope at mu",
            lambda df, mu, logvar, eps: (
                df(mu).expand(eps.shape),
                df(mu) * 0.5 * _right_sigma(logvar) * eps,
            ),
            "You took the slope of f at mu, as if there were no noise. The cost is "
            "paid at z = mu + sigma · eps.",
        ),
        Mistake(
            "the slope without mu",
            lambda df, mu, logvar, eps: _pathwise_gradient(df, 0 * mu, logvar, eps),
            "You took the slope of f at sigma · eps. The cost is paid at "
            "z = mu + sigma · eps.",
        ),
        Mistake(
            "sign of sigma",
            lambda df, mu, logvar, eps: _pathwise_gradient(df, mu, logvar, -eps),
            "You moved against eps: z is mu + sigma · eps, with a plus.",
        ),
        Mistake(
            "swapped",
            lambda *args: _pathwise_gradient(*args)[::-1],
            "Both are right, in the wrong order: first mu, then logvar.",
        ),
        Mistake(
            "averaged",
            lambda *args: tuple(g.mean() for g in _pathwise_gradient(*args)),
            "Right on average, but you averaged. Return one estimate for each draw.",
        ),
        Mistake(
            "mu alone",
            lambda *args: _pathwise_gradient(*args)[0],
            "That is the gradient with regard to mu. Return two: mu's and logvar's.",
        ),
        Mistake(
            "half the variance",
            _with_sigma(
                lambda logvar: 0.5 * logvar.exp(), lambda sigma, eps: sigma * eps
            ),
            "Your sigma is half the variance. The root of exp(logvar) is "
            "exp(0.5 · logvar), with the half inside.",
        ),
        Mistake(
            "the variance in the chain",
            _with_sigma(_right_sigma, lambda sigma, eps: 0.5 * sigma**2 * eps),
            "The first is right. In the second stands sigma²: the derivative of "
            "exp(0.5 · logvar) is itself once more, times the half.",
        ),
        Mistake(
            "sigma left out of the chain",
            _with_sigma(_right_sigma, lambda sigma, eps: 0.5 * eps),
            "The first is right. In the second sigma is missing: the derivative of "
            "exp(a) is exp(a), so dsigma/dlogvar = 0.5 · sigma.",
        ),
        Mistake(
            "no slope in the second",
            lambda df, mu, logvar, eps: (
                df(mu + _right_sigma(logvar) * eps),
                0.5 * _right_sigma(logvar) * eps,
            ),
            "The second is dz/dlogvar alone. The chain begins with the slope of the "
            "cost, df at z: multiply by it, as in the first.",
        ),
        Mistake(
            "one tensor for two",
            lambda *args: torch.stack(_pathwise_gradient(*args)),
            "The numbers are right, stacked into one tensor, (2, n). Return two "
            "tensors, separated by a comma.",
        ),
    ),
)
