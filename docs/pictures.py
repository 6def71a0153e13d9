"""Draw the README's picture from networks trained here and now: make pictures."""

from pathlib import Path

import matplotlib.pyplot as plt
import torch

from course_lib import data, plots
from course_lib.losses import reconstruction_loss
from course_lib.models import Autoencoder
from course_lib.training import fit


def main():
    dataset = data.load("mnist", fallback="digits")
    test = dataset.test
    first = [test.labels.tolist().index(digit) for digit in range(10)]
    x = data.to_float(test.images[first])
    rows = {"original": x}
    for latent_dim in (1, 2, 4, 8, 16, 32):
        torch.manual_seed(0)
        model = Autoencoder(latent_dim=latent_dim)
        fit(
            model,
            dataset.train.images,
            lambda model, x: reconstruction_loss(model(x), x, "mse"),
            epochs=max(1, 240_000 // len(dataset.train)),
            progress=False,
        )
        with torch.no_grad():
            name = f"{latent_dim} number{'s' if latent_dim > 1 else ''}"
            rows[name] = model(x)
    plots.images(rows, alt="Ten digits and their copies from codes of 1 to 32 numbers.")
    path = Path(__file__).with_name("bottleneck.png")
    plt.savefig(path, dpi=120, facecolor="white")
    print(f"wrote {path.name} from {dataset.name}")


if __name__ == "__main__":
    main()
