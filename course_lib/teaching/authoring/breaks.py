"""What `make sabotage` breaks in a lesson, to see which of its claims fall.

A Break changes what a claim is about (the data, a network, a loss, an estimator), never
the number that it compares: that would fell any claim, and prove nothing. It is tried
on each lesson that has all of its names.
"""

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch

from course_lib.checkpoints import recipes
from course_lib.data import sprites
from course_lib.losses import VAELoss


@dataclass(frozen=True)
class Break:
    """Something that is broken on purpose.

    name: a few words for the table. changes: as replay takes them; with several, each
    lesson must have one. dear: costs a whole run of the lesson, so it is tried only on
    claims that still stand. lessons: such as ("05",), or all that have the names.
    """

    name: str
    changes: dict[str, Callable]
    dear: bool = False
    lessons: tuple[str, ...] = ()


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


def pca_for_linear(fit):
    """Give a linear autoencoder PCA's own weights."""

    @functools.wraps(fit)
    def changed(model, images, loss, **options):
        if hasattr(model, "set_to_pca"):
            return model.set_to_pca(images.flatten(1) / 255)
        return fit(model, images, loss, **options)

    return changed


# Data


def in_digits(change, load):
    """Put each split of what data.load returns through a change; sprites stay."""

    @functools.wraps(load)
    def changed(name, **options):
        dataset = load(name, **options)
        if name == "sprites":
            return dataset
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            parts = {p: change(getattr(dataset, p)) for p in ("train", "test")}
        return dataclasses.replace(dataset, **parts)

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


def next_one(parts):
    """Give each its neighbour's, in a list."""
    return parts[1:] + parts[:1]


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


# Losses and their parts


def drop(part, vae_loss):
    """Let one of the terms not count."""

    @functools.wraps(vae_loss)
    def changed(x_hat, x, mu, logvar, *, beta=1.0, **options):
        _, recon, kl = vae_loss(x_hat, x, mu, logvar, beta=beta, **options)
        return VAELoss(recon if part == "kl" else beta * kl, recon, kl)

    return changed


def add_100(value):
    """Shift by a hundred nats."""
    return value + 100


def _pictures(change):
    return {"course_lib.data.load": functools.partial(in_digits, change)}


BREAKS = [
    Break("no training", {"fit": idle, "train": idle_loop}),
    Break("untrained checkpoints", {"course_lib.checkpoints.load": untrained}),
    Break("another's checkpoint", {"course_lib.checkpoints.load": other_recipe}),
    Break("untrained judge", {"train_classifier": untrained_judge}),
    Break("log p(x) + 100", {"log_evidence": add_100}),
    Break("20 pictures to learn", {"fit": few}, dear=True),
    Break("a gentle step", {"train": gentle_loop}, dear=True),
    Break("PCA's weights", {"fit": pca_for_linear}, lessons=("02",)),
    Break("other digits' validation", {"validation": next_one}, dear=True),
    Break("no KL", {"vae_loss": functools.partial(drop, "kl")}, dear=True),
    Break("no recon", {"vae_loss": functools.partial(drop, "recon")}, dear=True),
    Break("labels mixed", _pictures(mix_labels), dear=True),
    Break("noise for digits", _pictures(scatter), dear=True),
    Break("shapes for digits", _pictures(draw_shapes), dear=True),
    Break("no greys", _pictures(black_and_white), dear=True),
]
