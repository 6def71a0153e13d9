"""What explorers are given: pictures, labels and models, looked at and made alike."""

import torch
from torch import nn

from course_lib import checkpoints
from course_lib.data import to_float
from course_lib.models import Codec


def pictures_of(images, labels=None, *, name="images"):
    """Return images as uint8 (n, c, h, w) and labels, by default the checkpoints' own.

    images: uint8 or floats in [0, 1], (n, c, h, w) with c 1 or 3, or (n, 784). labels:
    int64 (n,), or None. name: of the images in an error.
    """
    if images is None:
        examples = checkpoints.examples()
        return examples.images, examples.labels
    shape = tuple(images.shape[1:]) if torch.is_tensor(images) else ()
    if shape == (784,):
        shape = (1, 28, 28)
    if len(shape) != 3 or shape[0] not in (1, 3):
        came = tuple(images.shape) if torch.is_tensor(images) else type(images).__name__
        raise ValueError(
            f"{name}: got {came}, wanted a tensor (n, 1, 28, 28), or (n, c, h, w) with "
            "c 1 or 3"
        )
    if not len(images):
        raise ValueError(f"{name}: got none, wanted at least one")
    if images.is_floating_point():
        low, high = images.min().item(), images.max().item()
        if not (low >= -0.01 and high <= 1.01):  # NaN too; some filters overshoot
            raise ValueError(
                f"{name}: got floats from {low:g} to {high:g}, wanted [0, 1]: keep "
                "0..255 as uint8, and undo a Normalize, x * std + mean"
            )
        images = (images * 255).round().clamp(0, 255).to(torch.uint8)
    if labels is None:
        labels = torch.zeros(len(images), dtype=torch.int64)
    labels = torch.as_tensor(labels)
    if len(labels) != len(images):
        raise ValueError(f"labels: got {len(labels)} for {len(images)} images")
    return images.reshape(-1, *shape), labels


def one_of_each(labels, count=10):
    """Return the index of the first image of each label, count of them at most."""
    first = {}
    for index, label in enumerate(labels.tolist()):
        first.setdefault(label, index)
    return torch.tensor([first[label] for label in sorted(first)][:count])


def names_of(labels, picture):
    """Return what images with these labels are called: digits, where they may be."""
    kind = "digit" if tuple(picture) == (1, 28, 28) else "class"
    return [f"{kind} {label}" for label in labels.tolist()]


def codec_of(model, picture, *, latent_dim=None, argument="model"):
    """Return a model's Codec for pictures of this shape, and what is wrong, in words.

    One of the two is empty: a model that has gone wrong in training, or whose code has
    another size than latent_dim, is told in the explorer. Raises ValueError as Codec
    does, and where the pictures that come out have another shape.
    """
    weights = model.model if isinstance(model, Codec) else model
    # Buffers too: a batch norm keeps what has gone wrong there.
    if isinstance(weights, nn.Module) and not all(
        part.isfinite().all() for part in (*weights.parameters(), *weights.buffers())
    ):
        return None, (
            "The model's weights are not finite numbers: its training has gone wrong. "
            "Try a smaller learning rate."
        )
    codec = model
    if not isinstance(model, Codec):
        codec = Codec(model, picture=picture, argument=argument)
    if {codec.picture, codec.picture_out} != {tuple(picture)}:
        raise ValueError(
            f"{argument}: its pictures go in as {codec.picture} and come out as "
            f"{codec.picture_out}, wanted the images' own shape {tuple(picture)}"
        )
    if latent_dim and codec.latent_dim != latent_dim:
        return None, (
            f"This model's code has {codec.latent_dim} numbers; a plane shows "
            f"{latent_dim}. Train one with latent_dim={latent_dim}, or leave the model "
            "out to see ours."
        )
    return codec, ""


def hint_on(codec, images):
    """Return a sentence on a decoder whose pictures are none, or nothing."""
    x_hat = codec.decode(codec.code(to_float(images[:100])))
    low, high = x_hat.min().item(), x_hat.max().item()
    if low > -1 and high < 2:  # a linear decoder, as PCA's, goes a little beyond
        return ""
    return (
        f"This decoder's pixels go from {low:.3g} to {high:.3g}; drawn are 0 as black "
        "and 1 as white. If these are logits, a sigmoid is missing at its end."
    )


def box_around(codes):
    """Return the square [left, right, bottom, top] that holds most codes (n, 2)."""
    low, high = codes.quantile(torch.tensor([0.02, 0.98]), dim=0)
    middle, half = (low + high) / 2, 0.6 * (high - low).max().clamp(min=1e-6)
    left, bottom = (middle - half).tolist()
    right, top = (middle + half).tolist()
    return [left, right, bottom, top]
