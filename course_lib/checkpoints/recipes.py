"""How each checkpoint is made: the model, the loss, the epochs; and the command."""

import hashlib
import json
import time
from dataclasses import dataclass
from functools import partial

import torch
from safetensors.torch import save

from course_lib import losses, noise
from course_lib.data import Split, to_float
from course_lib.models import VAE, Autoencoder, LinearAutoencoder
from course_lib.training import fit

SIZES = [1, 2, 4, 8, 16, 32]
BETAS = [0.05, 0.2, 0.5, 1, 2, 4, 8, 16, 40]


def squared_error(model, x):
    """Return ||x - D(E(x))||² of each image, (n,)."""
    return losses.reconstruction_loss(model(x), x, "mse")


def denoising_error(model, x):
    """Return ||x - D(E(damaged x))||² of each image, (n,).

    Each image is damaged in one of the three ways, at a level drawn anew.
    """
    level = torch.rand(len(x), device=x.device)
    kinds = torch.stack(
        [
            noise.gaussian(x, level),
            noise.salt_and_pepper(x, 0.6 * level),
            noise.masking(x, 0.9 * level),
        ]
    )
    kind = torch.randint(3, (len(x),), device=x.device)
    damaged = kinds[kind, torch.arange(len(x), device=x.device)]
    return losses.reconstruction_loss(model(damaged), x, "mse")


def negative_elbo(model, x, *, beta):
    """Return the VAE's loss of each image and its two parts, in nats."""
    x_hat, mu, logvar = model(x)
    return losses.vae_loss(x_hat, x, mu, logvar, beta=beta)


@dataclass(frozen=True)
class Recipe:
    """A model's class and sizes, what it minimises, and for how long."""

    kind: type
    sizes: dict
    loss: object
    epochs: int
    seed: int = 0
    digit: int | None = None  # train on the images of this digit alone
    least_updates: int = 500  # what data sets smaller than MNIST get, a second's work

    def build(self):
        """Return the model with its first weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return self.kind(**self.sizes)

    def train(self, dataset, *, progress=True):
        """Return a model trained on a data set's training images."""
        model, images = self.build(), dataset.train.images
        if self.digit is not None:
            images = images[dataset.train.labels == self.digit]
        if self.kind is LinearAutoencoder:
            return model.set_to_pca(to_float(images))
        batch_size = 256 if dataset.name == "mnist" else 128
        epochs = max(self.epochs, self.least_updates * batch_size // len(images))
        settings = {"epochs": epochs, "batch_size": batch_size, "seed": self.seed}
        fit(model, images, self.loss, **settings, progress=progress)
        return model


RECIPES = {
    **{
        f"bottleneck-{size}": Recipe(
            Autoencoder,
            {"hidden_dim": 64, "latent_dim": size},
            squared_error,
            30,
            least_updates=700,
        )
        for size in SIZES
    },
    "pca-32": Recipe(LinearAutoencoder, {"latent_dim": 32}, squared_error, 0),
    "ae-2d": Recipe(
        Autoencoder, {"hidden_dim": 128, "latent_dim": 2}, squared_error, 60
    ),
    "vae-2d": Recipe(
        VAE,
        {"hidden_dim": 128, "latent_dim": 2},
        partial(negative_elbo, beta=1.0),
        60,
    ),
    "denoiser": Recipe(
        Autoencoder, {"hidden_dim": 256, "latent_dim": 64}, denoising_error, 40
    ),
    "anomaly-4": Recipe(
        Autoencoder, {"hidden_dim": 128, "latent_dim": 16}, squared_error, 60, digit=4
    ),
    **{
        f"beta-{beta}": Recipe(
            VAE,
            {"hidden_dim": 128, "latent_dim": 20},
            partial(negative_elbo, beta=float(beta)),
            20,
        )
        for beta in BETAS
    },
    "vae-20": Recipe(
        VAE,
        {"hidden_dim": 400, "latent_dim": 20},
        partial(negative_elbo, beta=1.0),
        40,
    ),
}


@torch.no_grad()
def measure(recipe, model, split):
    """Return a model's mean loss on a data.Split by the name of each of its terms.

    Squared error, or nats, an image; on the recipe's own digit alone if it has one. The
    noise that a loss draws is the same at each call.
    """
    images = split.images
    if recipe.digit is not None:
        images = images[split.labels == recipe.digit]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        values = recipe.loss(model, to_float(images))
    named = {"squared error": values} if torch.is_tensor(values) else values._asdict()
    return {name: round(value.mean().item(), 3) for name, value in named.items()}


def make(dataset, folder, *, only=()):
    """Train the checkpoints on MNIST and write each with its card into the folder.

    only: names to make, all without. Yields a line for each one that is done.
    """
    if dataset.name != "mnist":
        raise ValueError(f"dataset: got {dataset.name}, wanted mnist")
    folder.mkdir(parents=True, exist_ok=True)
    chosen = torch.cat(
        [torch.where(dataset.test.labels == digit)[0][:100] for digit in range(10)]
    ).sort()[0]
    examples = Split(dataset.test.images[chosen], dataset.test.labels[chosen])
    source = {
        "name": "mnist",
        "train images": len(dataset.train),
        "train sha256": hashlib.sha256(dataset.train.images.numpy()).hexdigest(),
    }
    tensors = {"images": examples.images, "labels": examples.labels.to(torch.uint8)}
    _write(folder, "examples", tensors, {"data": source, "split": "test"})
    for name, recipe in RECIPES.items():
        if only and name not in only:
            continue
        start = time.perf_counter()
        model = recipe.train(dataset)
        seconds = time.perf_counter() - start
        before = measure(recipe, model, dataset.test)
        half = {key: value.half() for key, value in model.state_dict().items()}
        model.load_state_dict({key: value.float() for key, value in half.items()})
        card = {
            "model": recipe.kind.__name__,
            "sizes": recipe.sizes,
            "epochs": recipe.epochs,
            "seed": recipe.seed,
            "digit": recipe.digit,
            "data": source,
            "command": "make checkpoints",
            "torch": torch.__version__,
            "training seconds": round(seconds, 1),
            "test metrics": measure(recipe, model, dataset.test),
            "test metrics before float16": before,
            "examples metrics": measure(recipe, model, examples),
        }
        _write(folder, name, half, card)
        yield f"{name}: {card['test metrics']} in {seconds:.0f} s"


def _write(folder, name, tensors, card):
    content = save({key: value.contiguous() for key, value in tensors.items()})
    (folder / f"{name}.safetensors").write_bytes(content)
    card = {"name": name, "sha256": hashlib.sha256(content).hexdigest(), **card}
    text = json.dumps(card, indent=1) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
