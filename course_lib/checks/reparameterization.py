"""The exercises of lesson 06 on paths: their gradient, and draws that have one."""

import torch

from course_lib.checks.draws import correlations
from course_lib.checks.engine import Exercise, Mistake


def _pathwise_gradient(df, mu, logvar, eps):
    sigma = torch.exp(0.5 * logvar)
    slope = df(mu + sigma * eps)
    return slope, slope * 0.5 * sigma * eps


def _paths(generator):
    for n, df in ((3, lambda z: 2 * z), (5, torch.cos), (4, lambda z: 3 * z**2 - 2)):
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
    ),
)


def _draw_logistic(loc, logscale):
    u = torch.rand_like(loc)
    return loc + torch.exp(logscale) * torch.logit(u, eps=1e-6)


def _locations_and_scales(generator):
    for n, d, low in ((8000, 2, -1.5), (6000, 3, 0.3)):
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
    if not isinstance(z, torch.Tensor) or z.shape != loc.shape:
        return z
    to_loc = to_logscale = torch.zeros_like(loc)
    foreign = 0
    if z.requires_grad:
        foreign = _foreign_leaves(z)
        to_loc, to_logscale = torch.autograd.grad(
            z.sum(), [loc, logscale], allow_unused=True, materialize_grads=True
        )
    noise, second = ((v - loc) / logscale.exp() for v in (z.detach(), again.detach()))
    noise, second = noise.detach(), second.detach()
    return [
        torch.stack([noise.mean(), noise.std()]).clamp(-5, 5),
        torch.stack([(noise.abs() < limit).float().mean() for limit in (1, 3)]),
        correlations(noise, second),
        to_loc.mean(),
        (to_logscale - (z - loc)).detach().abs().mean().clamp(max=5),
        foreign,
    ]


def _logit_noise(shape):
    return torch.logit(torch.rand(shape), eps=1e-6)


def _always_the_same(loc, logscale):
    u = torch.rand(loc.shape, generator=torch.Generator().manual_seed(0))
    return loc + torch.exp(logscale) * torch.logit(u, eps=1e-6)


location_scale = Exercise(
    name="location-scale",
    reference=_draw_logistic,
    inputs=_locations_and_scales,
    observe=_draws_and_gradients,
    tolerance=0.06,
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
            "You scaled and moved u itself. First send it through the inverse "
            "distribution function: log(u / (1 − u)).",
        ),
        Mistake(
            "log u alone",
            lambda loc, logscale: (
                loc + torch.exp(logscale) * torch.log(torch.rand_like(loc) + 1e-6)
            ),
            "That is log u, which is never positive. The inverse distribution function "
            "is log(u / (1 − u)).",
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
    ),
)
