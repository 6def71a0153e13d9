"""Wrong and right answers to the exercises on draws, their gradients and the evidence.

Modelled on what people ask in public about such code. See test_every_seed.py.
"""

import math

import numpy as np
import torch
from scipy import special
from torch.distributions import (
    Gumbel,
    Laplace,
    LogisticNormal,
    Normal,
    SigmoidTransform,
    StudentT,
    TransformedDistribution,
    Uniform,
)


def _noisy(x, sigma):
    return x + sigma * torch.randn_like(x)


def _seeded(x, sigma):
    torch.manual_seed(0)
    return _noisy(x, sigma).clamp(0, 1)


def _each_picture(x, sigma):
    return torch.stack([_noisy(picture, sigma).clamp(0, 1) for picture in x])


def _to(kind, of=None):
    of = of or (lambda x, sigma: _noisy(x, sigma).clamp(0, 1))
    return lambda *args: of(*args).to(kind)


def _moved(noise):
    """Return an answer that moves and stretches noise(shape)."""
    return lambda loc, logscale: loc + logscale.exp() * noise(loc.shape)


def _logit(shape, low=1e-6):
    return torch.logit(torch.rand(shape), eps=low)


def _logistic_of_torch(loc, logscale):
    base = Uniform(torch.zeros_like(loc), torch.ones_like(loc))
    there = SigmoidTransform().inv
    noise = TransformedDistribution(base, [there]).rsample().clamp(-14, 14)
    return loc + logscale.exp() * noise


def _student(df, scale):
    return _moved(lambda shape: scale * StudentT(float(df)).sample(shape))


def _in_place(loc, logscale):
    u = torch.rand_like(loc).clamp_(1e-6, 1 - 1e-6)
    return torch.addcmul(loc, logscale.exp(), u.log() - (-u).log1p())


def _by_autograd(df, mu, logvar, eps):
    mu, logvar = (v.detach().expand(eps.shape).clone() for v in (mu, logvar))
    mu.requires_grad_(), logvar.requires_grad_()
    z = mu + torch.exp(logvar / 2) * eps
    return torch.autograd.grad(z, [mu, logvar], df(z.detach()))


def _score_by_autograd(f, mu, sigma, z):
    own = sigma.expand(z.shape).clone().requires_grad_()
    return f(z) * torch.autograd.grad(Normal(mu, own).log_prob(z).sum(), own)[0]


def _nudged(f, mu, sigma, eps, step):
    found = []
    for noise in eps:
        up, down = (f(mu + s * step + sigma * noise) for s in (1, -1))
        found.append((up - down) / 2 / step)
    return torch.stack(found)


def _sigma(logvar):
    return torch.exp(0.5 * logvar)


def _score(mu, sigma, z):
    return (z - mu) ** 2 / sigma**3 - 1 / sigma


def _both(log_joint, log_q, dz):
    elbo = ((log_joint - log_q) * log_q.exp()).sum() * dz
    return torch.logsumexp(log_joint, 0) + math.log(dz), elbo


def _by_trapezoids(log_joint, log_q, dz):
    q = log_q.exp()
    elbo = torch.trapezoid(q * log_joint, dx=dz) - torch.trapezoid(q * log_q, dx=dz)
    return torch.trapezoid(log_joint.exp(), dx=dz).log(), elbo


def _of_numpy(log_joint, log_q, dz):
    j, q = log_joint.numpy(), log_q.numpy()
    return np.log(np.sum(np.exp(j)) * dz), np.sum(np.exp(q) * (j - q)) * dz


def _by_gap(log_joint, log_q, dz):
    evidence = special.logsumexp(log_joint.numpy()) + np.log(dz)
    gap = (log_q.exp() * (log_q - (log_joint - evidence))).sum() * dz
    return evidence, evidence - gap


def _first(change):
    """Return an answer with another evidence; change(log_joint, log_q, dz)."""
    return lambda j, q, dz: (change(j, q, dz), _both(j, q, dz)[1])


def _second(change):
    return lambda j, q, dz: (_both(j, q, dz)[0], change(j, q, dz))


WRONG = [
    ("add-noise", "float64", lambda x, s: (x + s * torch.from_numpy(
        np.random.randn(*x.shape))).clamp(0, 1), "another dtype.*float64"),
    ("add-noise", "float16", _to(torch.float16), "float16"),
    ("add-noise", "relu", lambda x, s: _noisy(x, s).relu(), "not clipped above"),
    ("add-noise", "max", lambda x, s: torch.clamp(_noisy(x, s), max=1),
     "not clipped below"),
    ("add-noise", "255", lambda x, s: _noisy(x, s).clip(0, 255), "not clipped above"),
    ("add-noise", "tanh's limits", lambda x, s: _noisy(x, s).clamp(-1, 1),
     "not clipped below"),
    ("add-noise", "numpy", lambda x, s: np.clip(x.numpy() + s * np.random.randn(
        *x.shape), 0, 1), "an array"),
    ("add-noise", "a seed inside", _seeded, "noise drawn once"),
    ("add-noise", "half", lambda x, s: _noisy(x, s / 2).clamp(0, 1), "half of the"),
    ("add-noise", "1.2 sigma", lambda x, s: _noisy(x, 1.2 * s).clamp(0, 1),
     "spread of the changes, in sigmas: 1.[12]"),
    ("add-noise", "Laplace", lambda x, s: (x + Laplace(0.0, s / 2**0.5).sample(
        x.shape)).clamp(0, 1), "heaviness of the tails"),
    ("add-noise", "only ink", lambda x, s: (x + s * torch.randn_like(x) * (x > 0))
     .clamp(0, 1), "noise on ink alone"),
    ("add-noise", "subtracted mean", lambda x, s: (x + s * (torch.randn_like(x) + 0.1))
     .clamp(0, 1), "mean change"),
    ("add-noise", "salt and pepper", lambda x, s: torch.where(torch.rand_like(x) < s,
     (torch.rand_like(x) < 0.5).float(), x), "heaviness"),
    ("add-noise", "uint8", lambda x, s: (255 * _noisy(x, s).clamp(0, 1)).byte(), "."),
    ("add-noise", "two returned", lambda x, s: (_noisy(x, s), x), "several values"),
    ("add-noise", "a column", lambda x, s: (x + s * torch.randn(x.shape[1]))
     .clamp(0, 1), "the same noise for every picture"),
    ("reparameterize", "numpy's draws", lambda m, v: m + _sigma(v) * torch.from_numpy(
        np.random.randn(*m.shape)), "another dtype.*float64"),
    ("reparameterize", "float16", lambda m, v: (m + _sigma(v) * torch.randn_like(m))
     .half(), "another dtype.*float16"),
    ("reparameterize", "wider", lambda m, v: m + 1.15 * _sigma(v) * torch.randn_like(m),
     "root mean square, in each dimension: 1.1"),
    ("reparameterize", "logistic", lambda m, v: m + _sigma(v) * _logit(m.shape)
     * 3**0.5 / math.pi, "its tails"),
    ("reparameterize", "truncated", lambda m, v: m + _sigma(v) * torch.randn_like(m)
     .clamp(-2, 2), "its tails"),
    ("location-scale", "a Gaussian", _moved(lambda shape: math.pi / 3**0.5
     * torch.randn(shape)), "of the same spread"),
    ("location-scale", "a Gaussian, 1.6", _moved(lambda shape: 1.6 * torch.randn(
        shape)), "too many lie beyond"),
    ("location-scale", "Normal", lambda loc, s: Normal(loc, s.exp()).rsample(),
     "Gaussian noise: "),
    ("location-scale", "atanh", _moved(lambda shape: torch.atanh(2 * torch.rand(shape)
     .clamp(1e-6, 1 - 1e-6) - 1)), "half the logit"),
    ("location-scale", "t of 5", _student(5, 1.405), "too many lie beyond"),
    ("location-scale", "t of 7", _student(7, 1.53), "too many lie beyond"),
    ("location-scale", "t of 3", _student(3, 1.5), "too many lie beyond"),
    ("location-scale", "clamped", _moved(lambda shape: _logit(shape).clamp(-5, 5)),
     "tails cut off, at 5|too many lie beyond"),
    ("location-scale", "clamped at 6", _moved(lambda shape: _logit(shape)
     .clamp(-6, 6)), "tails cut off, at 7|too many lie beyond"),
    ("location-scale", "eps 1e-2", _moved(lambda shape: _logit(shape, 1e-2)),
     "tails cut off, at 5"),
    ("location-scale", "tanh", _moved(lambda shape: 5 * torch.tanh(_logit(shape) / 5)),
     "too many lie beyond"),
    ("location-scale", "Laplace", _moved(lambda shape: Laplace(0.0, 1.0).sample(shape)),
     "Laplace noise|too many lie beyond"),
    ("location-scale", "Gumbel", _moved(lambda shape: Gumbel(0.0, 1.0).sample(shape)),
     "Gumbel noise"),
    ("location-scale", "no_grad", lambda loc, s: Normal(loc, s.exp()).sample(),
     "dz/dloc: 0"),
    ("location-scale", "float64", _moved(lambda shape: torch.logit(torch.rand(
        shape, dtype=torch.float64), eps=1e-9)), "another dtype.*float64"),
    ("location-scale", "numpy's", _moved(lambda shape: torch.from_numpy(
        np.random.logistic(size=shape))), "another dtype.*float64"),
    ("location-scale", "softplus", lambda loc, s: loc + torch.nn.functional.softplus(s)
     * _logit(loc.shape), "too many lie beyond"),
    ("location-scale", "reciprocal", lambda loc, s: loc + _logit(loc.shape) / s.exp(),
     "standard deviation"),
    ("location-scale", "sigmoid at the end", lambda loc, s: torch.sigmoid(loc
     + s.exp() * _logit(loc.shape)), "mean of|standard deviation"),
    ("location-scale", "logit-normal", lambda loc, s: LogisticNormal(loc[:, :1],
     s[:, :1].exp()).rsample(), "mean|shape|standard"),
    ("pathwise-gradient", "variance", lambda df, m, v, e: (df(m + v.exp() * e),
     df(m + v.exp() * e) * 0.5 * v.exp() * e), "without the half"),
    ("pathwise-gradient", "twice", lambda df, m, v, e: (2 * df(m + _sigma(v) * e),
     df(m + _sigma(v) * e) * 0.5 * _sigma(v) * e),
     "logvar's gradient agrees, mu's gradient not.*2 times"),
    ("pathwise-gradient", "signs", lambda df, m, v, e: (df(m + _sigma(v) * e),
     -df(m + _sigma(v) * e) * 0.5 * _sigma(v) * e), "other sign"),
    ("pathwise-gradient", "a sum", lambda df, m, v, e: (df(m + _sigma(v) * e).sum(),
     (df(m + _sigma(v) * e) * 0.5 * _sigma(v) * e).sum()), "sum of all"),
    ("pathwise-gradient", "−eps", lambda df, m, v, e: (df(m - _sigma(v) * e),
     df(m - _sigma(v) * e) * 0.5 * _sigma(v) * -e), "sign of sigma"),
    ("pathwise-gradient", "a list", lambda df, m, v, e: [df(m + _sigma(v) * e)],
     "got|came"),
    ("score-gradient", "sigma²", lambda f, m, s, z: f(z) * ((z - m) ** 2 / s**2
     - 1 / s), "another power"),
    ("score-gradient", "half", lambda f, m, s, z: 0.5 * f(z) * _score(m, s, z), "half"),
    ("score-gradient", "no bracket", lambda f, m, s, z: f(z) * (z - m) ** 2 / s**3
     - 1 / s, "the cost on one term"),
    ("score-gradient", "a baseline", lambda f, m, s, z: (f(z) - f(z).mean())
     * _score(m, s, z), "a baseline"),
    ("score-gradient", "f of mu", lambda f, m, s, z: f(m) * _score(m, s, z),
     "the cost at mu"),
    ("score-gradient", "mean and list", lambda f, m, s, z: [(f(z) * _score(m, s, z))
     .mean().item()], "mean|shape"),
    ("gradient-check", "step²", lambda f, m, s, e, h: (f(m + h + s * e)
     - f(m - h + s * e)) / (2 * h**2), "divided by the step twice"),
    ("gradient-check", "h / 2", lambda f, m, s, e, h: (f(m + h / 2 + s * e)
     - f(m - h / 2 + s * e)) / h, "half a step"),
    ("gradient-check", "relative", lambda f, m, s, e, h: (f(m * (1 + h) + s * e)
     - f(m * (1 - h) + s * e)) / (2 * h * m), "With f = "),
    ("gradient-check", "1e-4 of one's own", lambda f, m, s, e, h: (f(m + 1e-2 + s * e)
     - f(m - 1e-2 + s * e)) / 2e-2, "another step|With f"),
    ("gradient-check", "a sum", lambda f, m, s, e, h: ((f(m + h + s * e)
     - f(m - h + s * e)) / (2 * h)).sum(), "sum of all"),
    ("evidence-and-elbo", "bits", lambda j, q, dz: tuple(v / math.log(2)
     for v in _both(j, q, dz)), "Of log p.x..*1.443 times"),
    ("evidence-and-elbo", "mean of logs", _first(lambda j, q, dz: j.mean()),
     "ELBO agrees, log p.x. not"),
    ("evidence-and-elbo", "the entropy", _second(lambda j, q, dz: -(q.exp() * q).sum()
     * dz), "log p.x. agrees, ELBO not"),
    ("evidence-and-elbo", "KL", _second(lambda j, q, dz: (q.exp() * (q - j)).sum()
     * dz), "sign of the ELBO"),
    ("evidence-and-elbo", "max", _first(lambda j, q, dz: j.max()), "ELBO agrees"),
    ("evidence-and-elbo", "one number", lambda j, q, dz: sum(_both(j, q, dz)), "got"),
    ("evidence-and-elbo", "unnormalised", _second(lambda j, q, dz: (q.softmax(0)
     * (j - q)).mean()), "log p.x. agrees, ELBO not"),
]  # fmt: skip
RIGHT = [
    ("add-noise", "normal", lambda x, s: torch.normal(x, s).clamp(0, 1)),
    ("add-noise", "rsample", lambda x, s: Normal(x, s).rsample().clip(0, 1)),
    ("add-noise", "each picture", _each_picture),
    ("add-noise", "numpy's draws", lambda x, s: (x + s * torch.from_numpy(
        np.random.standard_normal(x.shape)).float()).clamp(0, 1)),
    ("add-noise", "minus", lambda x, s: torch.minimum(torch.maximum(
        x - s * torch.randn(x.shape), torch.tensor(0.0)), torch.tensor(1.0))),
    ("reparameterize", "numpy's draws", lambda m, v: m + _sigma(v) * torch.from_numpy(
        np.random.randn(*m.shape)).float()),
    ("reparameterize", "normal", lambda m, v: torch.normal(
        torch.zeros_like(m), torch.ones_like(m)) * v.exp().sqrt() + m),
    ("location-scale", "two logs", _in_place),
    ("location-scale", "distributions", _logistic_of_torch),
    ("location-scale", "two Gumbels", _moved(lambda shape: Gumbel(0.0, 1.0).sample(
        shape) - Gumbel(0.0, 1.0).sample(shape))),
    ("location-scale", "twice atanh", _moved(lambda shape: 2 * torch.atanh(
        (2 * torch.rand(shape) - 1).clamp(-1 + 1e-6, 1 - 1e-6)))),
    ("location-scale", "special", _moved(lambda shape: torch.special.logit(
        torch.rand(shape).clamp(1e-7, 1 - 1e-7)))),
    ("location-scale", "numpy's", _moved(lambda shape: torch.from_numpy(
        np.random.logistic(size=shape)).float())),
    ("location-scale", "minus", lambda loc, s: loc - s.exp() * _logit(loc.shape)),
    ("pathwise-gradient", "autograd", _by_autograd),
    ("pathwise-gradient", "by z", lambda df, m, v, e: (df(m + _sigma(v) * e),
     df(m + _sigma(v) * e) * (_sigma(v) * e) / 2)),
    ("pathwise-gradient", "sqrt", lambda df, m, v, e: (df(m + v.exp().sqrt() * e),
     0.5 * df(m + v.exp().sqrt() * e) * e * v.exp().sqrt())),
    ("score-gradient", "autograd", _score_by_autograd),
    ("score-gradient", "eps", lambda f, m, s, z: f(z) * (((z - m) / s) ** 2 - 1) / s),
    ("score-gradient", "one fraction", lambda f, m, s, z: f(z) * ((z - m) ** 2 - s**2)
     / s**3),
    ("gradient-check", "a loop", _nudged),
    ("gradient-check", "two halves", lambda f, m, s, e, h: (
        (f(m + h + s * e) - f(m + s * e)) / h + (f(m + s * e) - f(m - h + s * e)) / h)
     / 2),
    ("evidence-and-elbo", "logsumexp", _both),
    ("evidence-and-elbo", "trapezoids", _by_trapezoids),
    ("evidence-and-elbo", "numpy", _of_numpy),
    ("evidence-and-elbo", "by the gap", _by_gap),
]  # fmt: skip
