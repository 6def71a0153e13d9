"""What breaks do: each is given what a lesson works with, and returns another.

They are handed to another process, so each can be imported by its name.
"""

import dataclasses
import functools

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.checkpoints import recipes
from course_lib.data import sprites
from course_lib.losses import VAELoss

# Training


def idle(fit):
    """Go once over ten batches, and move no weight."""

    @functools.wraps(fit)
    def changed(model, images, loss, *, epochs=1, lr=0.0, **options):
        few = images[: 10 * options.get("batch_size", 256)]
        return fit(model, few, loss, epochs=1, lr=1e-12, **options)

    return changed


def idle_loop(train):
    """Do the same to lesson 01's own loop."""
    return lambda model, images, lr: train(model, images[:128], lr=1e-12)


def few(fit):
    """Learn twenty pictures by heart."""

    @functools.wraps(fit)
    def changed(model, images, loss, *, epochs, **options):
        return fit(model, images[:20], loss, epochs=min(300, 10 * epochs), **options)

    return changed


def gentle_loop(train):
    """Take a hundredth of the step."""
    return lambda model, images, lr: train(model, images, lr / 100)


def stand_still(step):
    """Leave the weights where they are."""
    return lambda optimizer, closure=None: None


def pca_for_linear(fit):
    """Give a linear autoencoder PCA's own weights."""

    @functools.wraps(fit)
    def changed(model, images, loss, **options):
        if hasattr(model, "set_to_pca"):
            return model.set_to_pca(images.flatten(1) / 255)
        return fit(model, images, loss, **options)

    return changed


# Data


def in_digits(change, load, parts=("train", "test")):
    """Put splits of what data.load returns through a change; sprites stay."""

    @functools.wraps(load)
    def changed(name, **options):
        dataset = load(name, **options)
        if name.startswith("sprites"):
            return dataset
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            broken = {part: change(getattr(dataset, part)) for part in parts}
        return dataclasses.replace(dataset, **broken)

    return changed


def scatter(split):
    """Scatter each picture's pixels: noise with the same histogram."""
    pixels = split.images.flatten(1)
    order = torch.rand(pixels.shape).argsort(dim=1)
    images = pixels.gather(1, order).view_as(split.images)
    return dataclasses.replace(split, images=images)


@functools.cache
def _shapes():
    return sprites.make().train.images


def scatter_last(split):
    """Scatter the last fifth of each digit's pictures: those that validate."""
    noise, images = scatter(split).images, split.images.clone()
    for digit in range(10):
        (own,) = torch.where(split.labels == digit)
        last = own[4 * len(own) // 5 :]
        images[last] = noise[last]
    return dataclasses.replace(split, images=images)


def draw_shapes(split):
    """Put shapes in the digits' place; the labels then mean nothing."""
    images = _shapes()[torch.arange(len(split)) % len(_shapes())]
    return dataclasses.replace(split, images=images)


def mix_labels(split):
    """Give each picture another's label."""
    order = torch.randperm(len(split))
    return dataclasses.replace(split, labels=split.labels[order])


def black_and_white(split):
    """Leave no grey."""
    return dataclasses.replace(split, images=(split.images > 127).byte() * 255)


def blur(split):
    """Smear each pixel over a square of nine."""
    images = F.avg_pool2d(split.images.float(), 9, stride=1, padding=4)
    return dataclasses.replace(split, images=images.byte())


# Networks that come trained


def untrained(load):
    """Return checkpoints with their first weights."""

    @functools.wraps(load)
    def changed(name, dataset=None):
        return recipes.RECIPES[name].build().eval()

    return changed


def other_recipe(load):
    """Swap within a family: the smallest for the largest, and so on."""

    @functools.wraps(load)
    def changed(name, dataset=None):
        family, _, size = name.rpartition("-")
        every = [n for n in recipes.RECIPES if n.rpartition("-")[0] == family]
        return load(every[-1 - every.index(name)] if size else name, dataset)

    return changed


def untrained_judge(train):
    """Return a classifier with its first weights."""

    @functools.wraps(train)
    def changed(split, **options):
        few = dataclasses.replace(
            split, images=split.images[:1], labels=split.labels[:1]
        )
        return train(few, **options | {"epochs": 1})

    return changed


def quiet_head(kind):
    """Let the head of the log-variance put out nothing but 0 at first."""

    @functools.wraps(kind, updated=())
    def changed(**sizes):
        model = kind(**sizes)
        for part in model.logvar.parameters():
            nn.init.zeros_(part)
        return model

    return changed


# Losses and what they are made of


def drop(part, vae_loss):
    """Let one of the terms not count."""

    @functools.wraps(vae_loss)
    def changed(x_hat, x, mu, logvar, *, beta=1.0, **options):
        _, recon, kl = vae_loss(x_hat, x, mu, logvar, beta=beta, **options)
        return VAELoss(recon if part == "kl" else beta * kl, recon, kl)

    return changed


def always_squared(loss):
    """Take the squared error, whatever is asked for."""
    return lambda x_hat, x, kind="mse": loss(x_hat, x, "mse")


def add_100(value):
    """Shift by a hundred nats."""
    return value + 100


def double(value):
    """Forget a half."""
    return 2 * value


def relu_for(softplus):
    """Take the bend that reaches 0."""
    return torch.relu


def above_1(softplus):
    """Allow no sigma below 1."""
    return lambda raw: 1 + softplus(raw)
