"""Wrong and right answers to the exercises on codes, PCA and decibels.

Modelled on what people ask in public about such code. See test_every_seed.py.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F


def _without_gradient(function):
    def answer(*args):
        with torch.no_grad():
            return function(*args)

    return answer


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


WRONG = [
    ("forward-pass", "the code detached", _code_detached, "x receives a gradient"),
    ("forward-pass", "no_grad", _without_gradient(_forward), "No gradient reaches x"),
    ("forward-pass", "float64", lambda *a: tuple(v.double() for v in _forward(*a)),
     "float64"),
    ("forward-pass", "float16", lambda *a: tuple(v.half() for v in _forward(*a)),
     "float16"),
    ("psnr", "the root of a difference", lambda h, x: (h - x).mean(1).sqrt() * 0 + 1,
     "NaN"),
    ("explained-variance", "a list of one", lambda e, k: _share(e, k)[None],
     r"shape is not: \(1,\) came, wanted a single number"),
    ("psnr", "a column", lambda h, x: _psnr(h, x)[:, None], "shape is not"),
    ("forward-pass", "x_hat of tanh / 2", lambda *a: (
        _forward(*a)[0], (_forward(*a)[1] * 2 - 1)), "z agrees, x_hat not"),
    ("forward-pass", "a leaky ReLU on the code", lambda x, W, b, V, c: (
        z := F.leaky_relu(x @ W.T + b), torch.sigmoid(z @ V.T + c)),
     "Of z: the values are right where they should be above 0"),
    ("forward-pass", "rounded", lambda *a: (_forward(*a)[0], _forward(*a)[1].round()),
     "Of x_hat: .* rounded"),
    ("forward-pass", "b_e twice", lambda x, W, b, V, c: _forward(x, W, 2 * b, V, c),
     "Of z: every value is what it should be plus b_e"),
    ("forward-pass", "by names", lambda *a: dict(zip("zx", _forward(*a), strict=True)),
     "It came as a value of type dict"),
    ("forward-pass", "twice the code", lambda x, W, b, W2, b2: _forward(
        x, 2 * W, 2 * b, W2, b2), r"Of z: every value is 2"),
    ("forward-pass", "x_hat inverted", lambda *a: (
        _forward(*a)[0], 255 * _forward(*a)[1]), "z agrees, x_hat not.* 255"),
    ("pca-reconstruct", "mean twice", lambda x, m, c: _copy(x, m, c) + m, "plus mean"),
    ("pca-reconstruct", "as columns", lambda x, m, c: _copy(x, m, c).T, "transposed"),
    ("pca-reconstruct", "divided by k",
     lambda x, m, c: m + (x - m) @ c.T @ c / len(c), r"right on 1 of .*\(1, 20\)"),
    ("pca-reconstruct", "x and the mean", lambda x, m, c: 0 * x + 2 * m,
     "What came is 2 times mean"),
    ("pca-reconstruct", "the first picture", lambda x, m, c: _copy(x, m, c)[0],
     "the first of the right"),
    ("explained-variance", "a share of 1 minus", lambda e, k: 1 - _share(e, k), "lost"),
    ("explained-variance", "root", lambda e, k: _share(e, k).sqrt(), "square root of"),
    ("explained-variance", "rounded",
     lambda e, k: round(_share(e, k).item(), 2), "rounded to 2 decimals"),
    ("explained-variance", "as an integer", lambda e, k: int(_share(e, k)), "same, 0"),
    ("explained-variance", "another spectrum",
     lambda e, k: _share(e**0.25, k), "too small: 0.* to 0.* times"),
    ("explained-variance", "by d", lambda e, k: _share(e, k) / len(e), "len"),
    ("explained-variance", "in order of size", lambda e, k: e.sort().values[:k].sum()
     / e.sum(), "the smallest"),
    ("psnr", "log2", lambda h, x: 10 * torch.log2(1 / ((h - x) ** 2).mean(1)),
     "logarithm to base 2"),
    ("psnr", "one peak more", lambda h, x: _psnr(h, x) + 20 * math.log10(255), "peak"),
    ("psnr", "another range", lambda h, x: _psnr(h, x) + 20 * math.log10(2),
     "a peak of 2"),
    ("psnr", "clamped", lambda h, x: _psnr(h.clamp(0, 1), x), "hides a part"),
    ("smallest-latent-dim", "zero for None", lambda e, t: _first_fit(e, t) or 0,
     "zero where there is none"),
    ("smallest-latent-dim", "-1 for None", lambda e, t: _first_fit(e, t) or -1,
     "right, except where None is wanted"),
    ("smallest-latent-dim", "the index", lambda e, t: sorted(e).index(
        _first_fit(e, t)) if _first_fit(e, t) else None, "right on 1 of the 7"),
    ("smallest-latent-dim", "the last that fits", lambda e, t: next(
        (s for s in reversed(sorted(e)) if e[s] <= t), None), "the largest"),
    ("smallest-latent-dim", "as a list", lambda e, t: [_first_fit(e, t)], "wrapped"),
    ("smallest-latent-dim", "as text", lambda e, t: str(_first_fit(e, t)), "Text came"),

]  # fmt: skip
RIGHT = [
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
    ("explained-variance", "in numpy",
     lambda e, k: np.sum(e.numpy()[:k]) / e.numpy().sum()),
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
