"""Measure lesson 04's score at other settings: of the code, of the blur, of the ink.

    python -m benchmarks.anomalies [--data digits]

Ten problems: one digit is normal, the other nine are anomalies. Each copy learns from
four fifths of its digit's training pictures, as in the lesson, and is judged on all
test images. A figure is the mean of the ten AUROCs. The lesson's own setting was chosen
by this very table.
"""

import argparse

import torch

from course_lib import data
from course_lib.losses import reconstruction_loss
from course_lib.metrics import anomaly_score, auroc
from course_lib.models import Autoencoder, LinearAutoencoder
from course_lib.training import fit

SIZES, BLURS = (4, 8, 16, 32, 64), (0.0, 1.0, 2.0)
UPDATES, BATCH, CODE = 300, 256, 8  # of the lesson's networks


def squared_error_of(model, x):
    return reconstruction_loss(model(x), x, "mse")


def train(images):
    """Return the lesson's network for one digit, trained on its pictures, uint8."""
    torch.manual_seed(0)
    model = Autoencoder(hidden_dim=128, latent_dim=CODE)
    epochs = UPDATES * min(BATCH, len(images)) // len(images)
    fit(model, images, squared_error_of, epochs=epochs, progress=False, device="cpu")
    return model


@torch.no_grad()
def areas(model, parts, own):
    """Return the AUROC at each blur, plain and per ink, (6,)."""
    copies = [(model(x), x) for x in parts]
    found = []
    for blur in BLURS:
        for per_ink in (False, True):
            score = [anomaly_score(*c, blur=blur, per_ink=per_ink) for c in copies]
            score = torch.cat(score)
            found.append(auroc(score[own], score[~own]))
    return torch.tensor(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=["mnist", "digits"], default="mnist")
    dataset = data.load(parser.parse_args().data)
    parts = data.to_float(dataset.test.images).split(1000)
    total = {f"PCA, {k}": torch.zeros(6) for k in SIZES}
    total[f"autoencoder, {CODE}"] = torch.zeros(6)
    for digit in range(10):
        images = dataset.train.images[dataset.train.labels == digit]
        images = images[: 4 * len(images) // 5]
        own, x = dataset.test.labels == digit, data.to_float(images)
        copies = [LinearAutoencoder(latent_dim=k).set_to_pca(x) for k in SIZES]
        for name, copy in zip(total, [*copies, train(images)], strict=True):
            total[name] += areas(copy, parts, own) / 10

    print(f"mean AUROC of ten problems on {dataset.name}, seed 0")
    print(" " * 16 + "".join(f"{f'blur {blur:g}':>18}" for blur in BLURS))
    print(" " * 16 + "    plain  per ink" * len(BLURS))
    for name, found in total.items():
        print(f"{name:<16}" + "".join(f"{area:>9.3f}" for area in found.tolist()))


if __name__ == "__main__":
    main()
