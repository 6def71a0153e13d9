"""Wrong and right answers to the exercises on losses.

Modelled on what people ask in public about such code. See test_every_seed.py.
"""

import math

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence


def _kl(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)


def _each(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


def _bce(x_hat, x):
    return F.binary_cross_entropy(x_hat, x, reduction="none").sum(1)


def _without_gradient(function):
    def answer(*args):
        with torch.no_grad():
            return function(*args)

    return answer


def _error(a, b):
    return ((a - b) ** 2).sum(-1)


def _denoise(model, x, damage):
    return _error(model(damage(x)), x)


def _looped(x_hat, x):
    return math.fsum(d**2 for d in (x_hat - x).tolist())


def _overwritten(x_hat, x):
    errors = torch.zeros(len(x))
    for i in range(len(x)):
        errors[i] = ((x_hat[i] - x[i]) ** 2).sum().item()
    return errors


def _vae(kl=_kl, recon=_bce):
    return lambda h, x, m, v, beta: recon(h, x) + beta * kl(m, v)


def _stacked(h, x):
    return torch.stack([((a - b) ** 2).sum() for a, b in zip(h, x, strict=True)])


def _in_a_loop(h, x):
    total = torch.zeros(())
    for a, b in zip(h, x, strict=True):
        total = total + (a - b) ** 2
    return total


def _one_at_a_time(model, x, damage):
    return torch.cat([_denoise(model, x[i : i + 1], damage) for i in range(len(x))])


def _picture_by_picture(model, x, damage):
    return torch.stack([_error(model(damage(picture)), picture) for picture in x])


def _normal(mu, logvar):
    return Normal(mu, torch.exp(logvar / 2))


def _by_distributions(m, v):
    return kl_divergence(_normal(m, v), Normal(0.0, 1.0))


WRONG = [
    # No gradient, in each way there is.
    ("one-squared-error", "item", lambda h, x: _error(h, x).item(), "number came"),
    ("one-squared-error", "a loop of floats", _looped, "number came"),
    ("one-squared-error", "detached", lambda h, x: _error(h, x).detach(), "x_hat"),
    ("one-squared-error", "numpy", lambda h, x: ((h.numpy() - x.numpy()) ** 2).sum(),
     "no track of gradients"),
    ("squared-error", "no_grad", _without_gradient(_error), "no gradient"),
    ("squared-error", "tolist", lambda h, x: _error(h, x).tolist(), "A list came"),
    ("squared-error", "data", lambda h, x: _error(h.data, x), "no gradient"),
    ("squared-error", "written into zeros", _overwritten, "No gradient reaches x_hat"),
    ("squared-error", "made anew", lambda h, x: torch.tensor(_error(h, x).tolist()),
     "no gradient"),
    ("squared-error", "numpy at the end", lambda h, x: _error(h, x).detach().numpy(),
     "numpy array came"),
    ("squared-error", "half of the way", lambda h, x: h.detach() ** 2 @ torch.ones(784)
     + ((x**2).sum(1) - 2 * (h * x).sum(1)), "not the right one"),
    ("squared-error", "a list of tensors",
     lambda h, x: [_error(a, b) for a, b in zip(h, x, strict=True)], "torch.stack"),
    ("denoising-loss", "no_grad", _without_gradient(_denoise),
     "reaches the parameters of model"),
    ("denoising-loss", "detached", lambda m, x, d: _error(m(d(x)).detach(), x),
     "reaches the parameters of model"),
    ("denoising-loss", "a list", lambda m, x, d: _denoise(m, x, d).tolist(), "A list"),
    ("kl-divergence", "detached", lambda m, v: _kl(m, v).detach(), "mu and logvar"),
    ("kl-divergence", "tolist", lambda m, v: _kl(m, v).tolist(), "A list came"),
    ("kl-divergence", "mu alone detached", lambda m, v: _kl(m.detach(), v),
     "No gradient reaches mu, so.* reaches logvar"),
    ("kl-divergence", "logvar alone detached", lambda m, v: _kl(m, v.detach()),
     "No gradient reaches logvar"),
    ("kl-divergence", "numpy", lambda m, v: _kl(m.numpy(), v.numpy()),
     "no track of gradients"),
    ("kl-divergence", "variance from data",
     lambda m, v: -0.5 * (1 + v - m**2 - v.data.exp()).sum(1), "logvar receives a"),
    ("kl-per-dimension", "no_grad", _without_gradient(_each), "no gradient"),
    ("kl-per-dimension", "tolist", lambda m, v: _each(m, v).tolist(), "A list came"),
    ("vae-loss", "kl of detached codes", _vae(lambda m, v: _kl(m.detach(), v.detach())),
     "none reaches mu and logvar: kl is cut off"),
    ("vae-loss", "kl as a number", _vae(lambda m, v: _kl(m, v).detach()), "kl is cut"),
    ("vae-loss", "recon detached", _vae(recon=lambda h, x: _bce(h.detach(), x)),
     "none reaches x_hat: recon is cut off"),
    ("vae-loss", "all detached", lambda *a: _vae()(*a).detach(), "No gradient reaches"),
    # The form, and numbers that are none.
    ("squared-error", "a row", lambda h, x: _error(h, x)[None], r"\(1, 2\) came"),
    ("kl-divergence", "log of a negative", lambda m, v: -0.5
     * (1 + v.log() * 2 - m**2 - v**2).sum(1), "NaN|infinity|logarithm"),
    # A relation, where no name fits.
    ("one-squared-error", "twice", lambda h, x: 2 * _error(h, x), r"is 2 .*double"),
    ("one-squared-error", "255²", lambda h, x: _error(255 * h, 255 * x), "255²"),
    ("one-squared-error", "minus", lambda h, x: -_error(h, x), "the other sign"),
    ("one-squared-error", "always zero", lambda h, x: _error(x, x), "are the same, 0"),
    ("one-squared-error", "logarithm", lambda h, x: _error(h, x).log(), "logarithm of"),
    ("squared-error", "backwards", lambda h, x: _error(h, x).flip(0), "reverse order"),
    ("squared-error", "sorted", lambda h, x: _error(h, x).sort().values, "but sorted"),
    ("squared-error", "batch times", lambda h, x: len(x) * _error(h, x), "len"),
    ("squared-error", "summed up", lambda h, x: _error(h, x).cumsum(0), "running sums"),
    ("squared-error", "the last", lambda h, x: _error(h, x)[-1], "the last of the"),
    ("squared-error", "the mean for all",
     lambda h, x: _error(h, x).mean().expand(len(x)), "same number, the mean"),
    ("squared-error", "mean of half", lambda h, x: _error(h, x).mean() / 2,
     r"mean of all the right values, times 0.5 \(half\)"),
    ("squared-error", "divided by all", lambda h, x: _error(h, x) / x.numel(), "numel"),
    ("denoising-loss", "divided by the batch",
     lambda m, x, d: _denoise(m, x, d) / len(x), "divided by len"),
    ("denoising-loss", "sign", lambda m, x, d: -_denoise(m, x, d), "the other sign"),
    ("one-squared-error", "one pixel too few", lambda h, x: _error(h[:-1], x[:-1]),
     "too small"),
    ("one-squared-error", "the angle", lambda h, x: F.cosine_similarity(h, x, dim=0),
     "too small"),
    ("squared-error", "as integers", lambda h, x: _error(h, x).long(), "fractions are"),
    ("squared-error", "one pixel too few", lambda h, x: _error(h[:, 1:], x[:, 1:]),
     "too small"),
    ("squared-error", "the mean of the absolute values",
     lambda h, x: (h - x).abs().mean(1), r"Two things\. You summed abs.*shape\[1\]"),
    ("denoising-loss", "as a dictionary", lambda *a: {"loss": _denoise(*a)}, "A dict"),
    ("kl-divergence", "sigma from softplus", lambda m, v: kl_divergence(
        Normal(m, F.softplus(v)), Normal(0.0, 1.0)).sum(1),
     "The gradient of mu is right, and that of logvar is not"),
    ("kl-divergence", "mu summed first",
     lambda m, v: -0.5 * (1 + v - m.sum(1, keepdim=True) ** 2 - v.exp()).sum(1),
     "The gradient of logvar is right, and that of mu is not"),
    ("kl-per-dimension", "free bits", lambda m, v: _each(m, v).clamp(min=0.5),
     "none is smaller than 0.5"),
    ("vae-loss", "two values", lambda h, x, m, v, b: (_bce(h, x), b * _kl(m, v)),
     "Their sum is right"),
    ("vae-loss", "three values", lambda h, x, m, v, b: (
        1.0, _bce(h, x), _bce(h, x) + b * _kl(m, v)), "Number 3 is right"),
    ("vae-loss", "wrong and detached",
     lambda h, x, m, v, b: (_bce(h, x) + b * _kl(m, v) ** 2).detach(), "too"),
    ("kl-divergence", "quarter", lambda m, v: _kl(m, v) / 4, "a quarter"),
    ("kl-divergence", "half, and the wrong sum", lambda m, v: _each(m, v).sum(0) / 2,
     "over the images, dim=0.*half"),
    ("kl-divergence", "exp of minus", lambda m, v: (-_kl(m, v)).exp(), "."),
    ("kl-per-dimension", "over the batch", lambda m, v: _each(m, v) / len(m), "len"),
    ("kl-per-dimension", "the largest", lambda m, v: _each(m, v).amax(1), "largest"),
    ("vae-loss", "kl summed over the batch", _vae(lambda m, v: _kl(m, v).sum()),
     "the KL of the whole batch"),
    ("vae-loss", "kl averaged", _vae(lambda m, v: _kl(m, v).mean()), "mean over the b"),
    ("vae-loss", "all by pixels", lambda h, *a: _vae()(h, *a) / 12, "by the pixels"),
    ("vae-loss", "|mu| in the KL",
     _vae(lambda m, v: -0.5 * (1 + v - m.abs() - v.exp()).sum(1)), r"in the KL: \|mu"),
    ("vae-loss", "log of logvar",
     _vae(lambda m, v: -0.5 * (1 + v.log() - m**2 - v).sum(1)), "taken for the varian"),
    ("vae-loss", "a third of the KL", _vae(lambda m, v: _kl(m, v) / 3),
     r"recon agrees, kl not\. Of kl: .* \(1/3\)"),
    ("vae-loss", "another KL", _vae(lambda m, v: (m**2 + v.exp() - 1).abs().sum(1)),
     "recon agrees, kl not"),
    ("vae-loss", "L1", _vae(recon=lambda h, x: (h - x).abs().sum(1)),
     "kl agrees, recon not"),
    ("vae-loss", "half the squared error",
     _vae(recon=lambda h, x: 0.5 * _error(h, x)), "kl agrees, recon not"),
    ("vae-loss", "both averaged", lambda h, x, m, v, b: _bce(h, x).mean()
     + b * _kl(m, v).sum(), "the mean of recon .* the sum of kl"),
    ("vae-loss", "two weights", lambda h, x, m, v, b: 3 * _bce(h, x)
     + 0.2 * b * _kl(m, v), "3 times recon plus 0.2"),
]  # fmt: skip
RIGHT = [
    ("one-squared-error", "mse_loss", lambda h, x: F.mse_loss(h, x, reduction="sum")),
    ("one-squared-error", "a product", lambda h, x: (h - x) @ (h - x)),
    ("one-squared-error", "a loop", _in_a_loop),
    ("one-squared-error", "x detached", lambda h, x: _error(h, x.detach())),
    ("one-squared-error", "pow", lambda h, x: torch.pow(x - h, 2).sum()),
    ("squared-error", "mse_loss",
     lambda h, x: F.mse_loss(h, x, reduction="none").sum(1)),
    ("squared-error", "einsum", lambda h, x: torch.einsum("nd,nd->n", h - x, h - x)),
    ("squared-error", "stack", _stacked),
    ("squared-error", "sum(-1)", lambda h, x: (h - x).square().sum(dim=-1)),
    ("squared-error", "squeezed",
     lambda h, x: ((h - x) ** 2).sum(1, keepdim=True).squeeze()),
    ("squared-error", "norm", lambda h, x: torch.linalg.vector_norm(h - x, dim=1) ** 2),
    ("squared-error", "mean times pixels", lambda h, x: 784 * ((h - x) ** 2).mean(1)),
    ("squared-error", "in double", lambda h, x: _error(h.double(), x.double())),
    ("squared-error", "multiplied out",
     lambda h, x: (h**2).sum(1) - 2 * (h * x).sum(1) + (x**2).sum(1)),
    ("denoising-loss", "in steps", _denoise),
    ("denoising-loss", "one at a time", _one_at_a_time),
    ("denoising-loss", "picture by picture", _picture_by_picture),
    ("denoising-loss", "damaged without a gradient",
     lambda m, x, d: F.mse_loss(m(d(x).detach()), x, reduction="none").sum(1)),
    ("kl-divergence", "torch.distributions",
     lambda m, v: _by_distributions(m, v).sum(1)),
    ("kl-divergence", "independent", lambda m, v: kl_divergence(
        Independent(_normal(m, v), 1),
        Independent(Normal(torch.zeros_like(m), torch.ones_like(m)), 1))),
    ("kl-divergence", "by sigma", lambda m, v: (
        0.5 * (m.square() + (v / 2).exp() ** 2 - 1) - (v / 2).exp().log()).sum(-1)),
    ("kl-divergence", "expm1", lambda m, v: 0.5 * (m * m + v.expm1() - v).sum(1)),
    ("kl-divergence", "the one outside, d times",
     lambda m, v: -0.5 * (m.shape[1] + (v - m**2 - v.exp()).sum(1))),
    ("kl-divergence", "a loop over dimensions",
     lambda m, v: sum(_each(m[:, j], v[:, j]) for j in range(m.shape[1]))),
    ("kl-per-dimension", "torch.distributions", _by_distributions),
    ("kl-per-dimension", "stack", lambda m, v: torch.stack(
        [_each(a, b) for a, b in zip(m, v, strict=True)])),
    ("kl-per-dimension", "columns", lambda m, v: torch.cat(
        [_each(m[:, j : j + 1], v[:, j : j + 1]) for j in range(m.shape[1])], dim=1)),
    ("vae-loss", "F.binary_cross_entropy", _vae()),
    ("vae-loss", "kept off 0", _vae(recon=lambda h, x: -(
        x * (h + 1e-8).log() + (1 - x) * (1 - h + 1e-8).log()).sum(1))),
    ("vae-loss", "clamped", _vae(recon=lambda h, x: _bce(h.clamp(1e-6, 1 - 1e-6), x))),
    ("vae-loss", "Bernoulli", _vae(recon=lambda h, x: -Bernoulli(
        h, validate_args=False).log_prob(x).sum(1))),
    ("vae-loss", "from logits", _vae(recon=lambda h, x: (
        F.binary_cross_entropy_with_logits(h.logit(), x, reduction="none").sum(1)))),
    ("vae-loss", "x detached", lambda h, x, *a: _vae()(h, x.detach(), *a)),
    ("vae-loss", "minus the ELBO",
     lambda h, x, m, v, b: -(-_bce(h, x) - b * _kl(m, v))),
    ("vae-loss", "means undone", lambda h, x, m, v, b: 12
     * F.binary_cross_entropy(h, x, reduction="none").mean(1)
     + b * m.shape[1] * _each(m, v).mean(1)),
]  # fmt: skip
