"""Wrong and right answers to the exercises on errors, codes and losses.

Modelled on what people ask in public about such code. See test_every_seed.py.
"""

import math

import numpy as np
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
    total = 0.0
    for a, b in zip(x_hat, x, strict=True):
        total += (a - b).item() ** 2
    return total


def _overwritten(x_hat, x):
    errors = torch.zeros(len(x))
    for i in range(len(x)):
        errors[i] = ((x_hat[i] - x[i]) ** 2).sum().item()
    return errors


def _forward(x, W_e, b_e, W_d, b_d):
    z = x @ W_e.T + b_e
    return z, torch.sigmoid(z @ W_d.T + b_d)


def _code_detached(x, W_e, b_e, W_d, b_d):
    z = x @ W_e.T + b_e
    return z, torch.sigmoid(z.detach() @ W_d.T + b_d)


def _share(eigenvalues, k):
    return eigenvalues[:k].sum() / eigenvalues.sum()


def _psnr(x_hat, x):
    return -10 * torch.log10(((x_hat - x) ** 2).mean(1))


def _copy(x, mean, components):
    return mean + (x - mean) @ components.T @ components


def _first_fit(errors, limit):
    return min((s for s, e in errors.items() if e <= limit), default=None)


def _vae(kl=_kl, recon=_bce):
    return lambda h, x, m, v, beta: recon(h, x) + beta * kl(m, v)


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
     "No gradient reaches model"),
    ("denoising-loss", "detached", lambda m, x, d: _error(m(d(x)).detach(), x),
     "No gradient reaches model"),
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
    ("forward-pass", "the code detached", _code_detached, "x receives a gradient"),
    ("forward-pass", "no_grad", _without_gradient(_forward), "No gradient reaches x"),
    ("forward-pass", "float64", lambda *a: tuple(v.double() for v in _forward(*a)),
     "float64"),
    ("forward-pass", "float16", lambda *a: tuple(v.half() for v in _forward(*a)),
     "float16"),
    # The form, and numbers that are none.
    ("squared-error", "a row", lambda h, x: _error(h, x)[None], r"\(1, 2\) came"),
    ("kl-divergence", "log of a negative", lambda m, v: -0.5
     * (1 + v.log() * 2 - m**2 - v**2).sum(1), "NaN|infinity|logarithm"),
    ("psnr", "the root of a difference", lambda h, x: (h - x).mean(1).sqrt() * 0 + 1,
     "NaN"),
    ("explained-variance", "a list of one", lambda e, k: _share(e, k)[None],
     r"shape is not: \(1,\) came, wanted a single number"),
    ("psnr", "a column", lambda h, x: _psnr(h, x)[:, None], "shape is not"),
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
    ("squared-error", "divided by all", lambda h, x: _error(h, x) / x.numel(), "x_hat."),
    ("denoising-loss", "divided by the batch",
     lambda m, x, d: _denoise(m, x, d) / len(x), "divided by len"),
    ("denoising-loss", "sign", lambda m, x, d: -_denoise(m, x, d), "the other sign"),
    ("kl-divergence", "quarter", lambda m, v: _kl(m, v) / 4, "a quarter"),
    ("kl-divergence", "half, and the wrong sum", lambda m, v: _each(m, v).sum(0) / 2,
     "over dim=0|half"),
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
    ("forward-pass", "x_hat of tanh / 2", lambda *a: (
        _forward(*a)[0], (_forward(*a)[1] * 2 - 1)), "z agrees, x_hat not"),
    ("forward-pass", "twice the code", lambda x, W, b, W2, b2: _forward(
        x, 2 * W, 2 * b, W2, b2), r"Of z: every value is 2"),
    ("forward-pass", "x_hat inverted", lambda *a: (
        _forward(*a)[0], 255 * _forward(*a)[1]), "z agrees, x_hat not.* 255"),
    ("pca-reconstruct", "mean twice", lambda x, m, c: _copy(x, m, c) + m, "."),
    ("pca-reconstruct", "as columns", lambda x, m, c: _copy(x, m, c).T, "transposed"),
    ("pca-reconstruct", "the first picture", lambda x, m, c: _copy(x, m, c)[0],
     "the first of the right"),
    ("explained-variance", "a share of 1 minus", lambda e, k: 1 - _share(e, k), "lost"),
    ("explained-variance", "root", lambda e, k: _share(e, k).sqrt(), "square root of"),
    ("explained-variance", "by d", lambda e, k: _share(e, k) / len(e), "len"),
    ("explained-variance", "in order of size", lambda e, k: e.sort().values[:k].sum()
     / e.sum(), "the smallest"),
    ("psnr", "log2", lambda h, x: 10 * torch.log2(1 / ((h - x) ** 2).mean(1)),
     "log 10 / log 2|is 3.32"),
    ("psnr", "one peak more", lambda h, x: _psnr(h, x) + 20 * math.log10(255), "peak"),
    ("psnr", "another range", lambda h, x: _psnr(h, x) + 20 * math.log10(2),
     "is 6.021 too large"),
    ("psnr", "clamped", lambda h, x: _psnr(h.clamp(0, 1), x), "."),
    ("smallest-latent-dim", "zero for None", lambda e, t: _first_fit(e, t) or 0, "None"),
    ("smallest-latent-dim", "the index", lambda e, t: sorted(e).index(
        _first_fit(e, t)) if _first_fit(e, t) else None, "."),
    ("smallest-latent-dim", "the last that fits", lambda e, t: next(
        (s for s in reversed(sorted(e)) if e[s] <= t), None), "the largest"),
    ("smallest-latent-dim", "as a list", lambda e, t: [_first_fit(e, t)], "."),
    ("smallest-latent-dim", "as text", lambda e, t: str(_first_fit(e, t)), "."),
]  # fmt: skip

SOFT = F.softplus


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


def _in_layers(x, W_e, b_e, W_d, b_d):
    z = F.linear(x, W_e, b_e)
    return z, F.sigmoid(F.linear(z, W_d, b_d))


def _with_modules(x, W_e, b_e, W_d, b_d):
    encoder, decoder = torch.nn.Linear(*W_e.T.shape), torch.nn.Linear(*W_d.T.shape)
    encoder.load_state_dict({"weight": W_e, "bias": b_e})
    decoder.load_state_dict({"weight": W_d, "bias": b_d})
    z = encoder(x)
    return [z, torch.nn.Sequential(decoder, torch.nn.Sigmoid())(z)]


def _search(errors, limit):
    best = None
    for size, error in errors.items():
        if error <= limit and (best is None or size < best):
            best = size
    return best


RIGHT = [
    ("one-squared-error", "mse_loss", lambda h, x: F.mse_loss(h, x, reduction="sum")),
    ("one-squared-error", "a product", lambda h, x: (h - x) @ (h - x)),
    ("one-squared-error", "a loop", _in_a_loop),
    ("one-squared-error", "x detached", lambda h, x: _error(h, x.detach())),
    ("one-squared-error", "pow", lambda h, x: torch.pow(x - h, 2).sum()),
    ("squared-error", "mse_loss", lambda h, x: F.mse_loss(h, x, reduction="none").sum(1)),
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
    ("kl-divergence", "torch.distributions", lambda m, v: _by_distributions(m, v).sum(1)),
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
    ("vae-loss", "from logits", _vae(recon=lambda h, x: F.binary_cross_entropy_with_logits(
        torch.logit(h), x, reduction="none").sum(1))),
    ("vae-loss", "x detached", lambda h, x, *a: _vae()(h, x.detach(), *a)),
    ("vae-loss", "minus the ELBO", lambda h, x, m, v, b: -(-_bce(h, x) - b * _kl(m, v))),
    ("vae-loss", "means undone", lambda h, x, m, v, b: 12
     * F.binary_cross_entropy(h, x, reduction="none").mean(1)
     + b * m.shape[1] * _each(m, v).mean(1)),
    ("forward-pass", "F.linear", _in_layers),
    ("forward-pass", "nn.Linear", _with_modules),
    ("forward-pass", "by the formula of the sigmoid", lambda x, W, b, V, c: (
        (z := x @ W.t() + b), 1 / (1 + torch.exp(-(z @ V.t() + c))))),
    ("forward-pass", "einsum", lambda x, W, b, V, c: (
        (z := torch.einsum("ni,li->nl", x, W) + b),
        (torch.einsum("nl,il->ni", z, V) + c).sigmoid())),
    ("pca-reconstruct", "in numpy", lambda x, m, c: _copy(
        x.numpy(), m.numpy(), c.numpy())),
    ("pca-reconstruct", "one by one", lambda x, m, c: torch.stack(
        [m + sum((v @ (p - m)) * v for v in c) for p in x])),
    ("pca-reconstruct", "by a projector", lambda x, m, c: (x - m) @ (c.T @ c) + m),
    ("explained-variance", "one minus what is lost",
     lambda e, k: 1 - e[k:].sum() / e.sum()),
    ("explained-variance", "cumsum", lambda e, k: (e.cumsum(0) / e.sum())[k - 1]),
    ("explained-variance", "a number",
     lambda e, k: sum(e.tolist()[:k]) / sum(e.tolist())),
    ("explained-variance", "in numpy", lambda e, k: np.sum(e.numpy()[:k]) / e.numpy().sum()),
    ("psnr", "20 log10 of the root",
     lambda h, x: 20 * torch.log10(1 / ((h - x) ** 2).mean(1).sqrt())),
    ("psnr", "in numpy", lambda h, x: -10 * np.log10(
        ((h.numpy() - x.numpy()) ** 2).mean(axis=1))),
    ("psnr", "natural logarithms",
     lambda h, x: -10 * ((h - x) ** 2).mean(1).log() / math.log(10)),
    ("psnr", "a list", lambda h, x: [v.item() for v in _psnr(h, x)]),
    ("smallest-latent-dim", "a loop", _search),
    ("smallest-latent-dim", "sorted", lambda e, t: next(
        (s for s in sorted(e) if e[s] <= t), None)),
    ("smallest-latent-dim", "numpy's integer", lambda e, t: (
        None if (s := _first_fit(e, t)) is None else np.int64(s))),
]  # fmt: skip
