"""Measure lesson 04's score at other settings: of the code, of the blur, of the ink.

    python -m benchmarks.anomalies [--data digits]

One digit is normal, others are anomalies. Each copy learns from four fifths of its
digit's training pictures, as in the lesson. The last fifth is for choosing: among the
digits 0 to 4 alone, 300 pictures of each, no setting sees a test picture. Then all test
images judge, in ten problems. A figure is the mean of the problems' AUROCs.
"""

import argparse

import torch
from scipy import ndimage

from course_lib import data
from course_lib.losses import reconstruction_loss
from course_lib.metrics import anomaly_score, auroc
from course_lib.models import Autoencoder, LinearAutoencoder
from course_lib.training import fit

SIZES, BLURS = (4, 8, 16, 32, 64), (0.0, 1.0, 2.0)
UPDATES, BATCH, CODE = 300, 256, 8  # of the lesson's networks
NEIGHBOURS, HELD, CHOOSING = 2000, 300, range(5)
KINDS = {"chosen by: training, 0 to 4": 5, "judged by: test, all ten": 10}


def squared_error_of(model, x):
    return reconstruction_loss(model(x), x, "mse")


def train(images):
    """Return the lesson's network for one digit, trained on its pictures, uint8."""
    torch.manual_seed(0)
    model = Autoencoder(hidden_dim=128, latent_dim=CODE)
    epochs = UPDATES * min(BATCH, len(images)) // len(images)
    fit(model, images, squared_error_of, epochs=epochs, progress=False, device="cpu")
    return model


def soften(x, blur):
    return torch.from_numpy(ndimage.gaussian_filter(x.numpy(), (0, 0, blur, blur)))


def by_copy(model, known, x, blur):
    """Return the score of a model's copies, (n,); known pictures are not needed."""
    return anomaly_score(model(x), x, blur=blur)


def by_nearest(model, known, x, blur):
    """Return the squared distance to the nearest of the known, among blurred ones."""
    pair = [soften(images, blur).flatten(1) for images in (x, known)]
    return torch.cdist(*pair).amin(dim=1) ** 2


@torch.no_grad()
def areas(score_of, model, known, x, own):
    """Return the AUROC at each blur, plain and per ink, (6,)."""
    ink, found = (x**2).flatten(1).sum(dim=1), []
    for blur in BLURS:
        score = [score_of(model, known, part, blur) for part in x.split(1000)]
        score = torch.cat(score)
        found += [auroc(s[own], s[~own]) for s in (score, score / ink)]
    return torch.tensor(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=["mnist", "digits"], default="mnist")
    dataset = data.load(parser.parse_args().data)
    train_set, test = dataset.train, data.to_float(dataset.test.images)
    by_digit = [train_set.images[train_set.labels == digit] for digit in range(10)]
    cuts = [4 * len(images) // 5 for images in by_digit]
    held = [by_digit[d][cuts[d] :][:HELD] for d in CHOOSING]
    choosing = data.to_float(torch.cat(held))
    kinds = torch.cat([torch.full((len(held[d]),), d) for d in CHOOSING])
    names = [f"PCA, {k}" for k in SIZES]
    names += [f"autoencoder, {CODE}", "nearest", "mean picture"]
    totals = {kind: {name: torch.zeros(6) for name in names} for kind in KINDS}
    for digit in range(10):
        images = by_digit[digit][: cuts[digit]]
        x = data.to_float(images)
        models = [LinearAutoencoder(latent_dim=k).set_to_pca(x) for k in SIZES]
        mean = x.mean(dim=0)
        models += [train(images), None, lambda x, mean=mean: mean.expand_as(x)]
        pictures = [(choosing, kinds == digit), (test, dataset.test.labels == digit)]
        for name, model in zip(names, models, strict=True):
            score_of = by_nearest if model is None else by_copy
            for (kind, n), (x_all, own) in zip(KINDS.items(), pictures, strict=True):
                if digit < n:
                    found = areas(score_of, model, x[:NEIGHBOURS], x_all, own)
                    totals[kind][name] += found / n

    for kind, total in totals.items():
        print(f"mean AUROC on {dataset.name}, seed 0, {kind}")
        print(" " * 16 + "".join(f"{f'blur {blur:g}':>18}" for blur in BLURS))
        print(" " * 16 + "    plain  per ink" * len(BLURS))
        for name, found in total.items():
            print(f"{name:<16}" + "".join(f"{area:>9.3f}" for area in found.tolist()))


if __name__ == "__main__":
    main()
