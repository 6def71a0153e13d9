"""Time `fit` against the loop that most people write, to the same test loss.

    make bench        or        python -m benchmarks.training [--seeds 3]

Both train the textbook VAE (784-400-20) on MNIST in one run, seed by seed in turns, so
that a slow moment of the machine hits both. The common loop is PyTorch's own example: a
DataLoader over datasets.MNIST with ToTensor, batches of 128, Adam at 1e-3, ten epochs.
`fit` runs with its defaults, four epochs. The ratio is that of the seconds which each
needs to come down to the common loop's final test loss.
"""

import argparse
import statistics
import time

import torch
from torch.utils.data import DataLoader

from course_lib import data
from course_lib.data.torchvision_datasets import import_datasets
from course_lib.losses import vae_loss
from course_lib.models import VAE
from course_lib.training import fit

COMMON_EPOCHS, FIT_EPOCHS = 10, 4


def nats(model, x):
    x_hat, mu, logvar = model(x)
    return vae_loss(x_hat, x, mu, logvar)


def train_commonly(seed):
    """Return the model and the seconds, evaluation left out."""
    import_datasets()
    from torchvision import datasets, transforms

    torch.manual_seed(seed)
    images = datasets.MNIST(data.folder(), transform=transforms.ToTensor())
    batches = DataLoader(images, batch_size=128, shuffle=True)
    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    began = time.perf_counter()
    for _ in range(COMMON_EPOCHS):
        for x, _ in batches:
            optimizer.zero_grad()
            x_hat, mu, logvar = model(x)
            bce = torch.nn.functional.binary_cross_entropy(
                x_hat, x.view(-1, 784), reduction="sum"
            )
            loss = bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
            loss.backward()
            optimizer.step()
    return model, time.perf_counter() - began


def train_with_fit(seed, images):
    torch.manual_seed(seed)
    model = VAE()
    began = time.perf_counter()
    fit(model, images, nats, epochs=FIT_EPOCHS, seed=seed, device="cpu", progress=False)
    return model, time.perf_counter() - began


@torch.no_grad()
def test_loss(model, x_test):
    torch.manual_seed(0)
    return nats(model, x_test).total.mean().item()


def matmul_rate(size=2048):
    """Return the machine's best float32 rate, in FLOP/s, on a large square product."""
    a = torch.rand(size, size)
    seconds = []
    for _ in range(10):
        began = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - began)
    return 2 * size**3 / min(seconds)


def flops_an_image(model):
    """Two a weight forward, four backward; none for the gradient of the pixels."""
    weights = [p.numel() for p in model.parameters() if p.ndim == 2]
    return 6 * sum(weights) - 2 * weights[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    mnist = data.load("mnist")
    x_test = data.to_float(mnist.test.images)
    train_with_fit(0, mnist.train.images[:2000])  # warm up

    threads = torch.get_num_threads()
    print(f"{threads} threads, torch {torch.__version__}; test loss in nats an image")
    print("seed   common s    loss    fit s    loss   ratio   of matmul rate")
    ratios = []
    for seed in seeds:
        common, common_s = train_commonly(seed)
        ours, fit_s = train_with_fit(seed, mnist.train.images)
        target, reached = test_loss(common, x_test), test_loss(ours, x_test)
        work = FIT_EPOCHS * len(mnist.train) * flops_an_image(ours)
        share = work / fit_s / matmul_rate()
        ratios.append(common_s / fit_s if reached <= target else float("nan"))
        print(
            f"{seed:>4} {common_s:>10.1f} {target:>7.2f} {fit_s:>8.1f} {reached:>7.2f} "
            f"{ratios[-1]:>7.1f} {share:>16.0%}",
            flush=True,
        )
    print(f"mean ratio {statistics.mean(ratios):.1f}")


if __name__ == "__main__":
    main()
