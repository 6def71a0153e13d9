"""What a data set is: pictures with labels, in two splits; bytes and floats."""

from dataclasses import dataclass

import torch

TITLES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """A part of a data set: pictures, their labels and, where known, their factors.

    `images` is uint8 (n, c, 28, 28), 0 black and 255 full; c is 1 for grey and 3 for
    red, green and blue. `labels` is int64 (n,). Only sprites have `factors`, float32
    (n, k), a column for each of `factor_names`.
    """

    images: torch.Tensor
    labels: torch.Tensor
    factors: torch.Tensor | None = None
    factor_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        known = f", factors {', '.join(self.factor_names)}" if self.factor_names else ""
        kind = "images" if self.images.shape[1] == 1 else "colour images"
        return f"Split({len(self):,} {kind} of 28×28{known})"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A data set: its name, its two splits, where it came from, its classes' names.

    `classes[label]` names a label. `str(dataset)` is a line to print.
    """

    name: str
    train: Split
    test: Split
    origin: str
    classes: tuple[str, ...]

    def __str__(self) -> str:
        sizes = f"{len(self.train):,} training and {len(self.test):,} test images"
        return f"{title(self.name)}, {sizes}, {self.origin}"

    def __repr__(self) -> str:
        return f"Dataset({self})"


def title(name: str) -> str:
    """Return a data set's name as people write it."""
    return TITLES.get(name, name)


def to_float(images: torch.Tensor) -> torch.Tensor:
    """Turn uint8 images (n, …) of 0 to 255 into float32 (n, …) in [0, 1].

    Raises ValueError for anything but a uint8 tensor of two dimensions or more.
    """
    wanted = "wanted a torch tensor of uint8 images, of shape (n, …)"
    if not isinstance(images, torch.Tensor):
        raise ValueError(f"images: got {type(images).__name__}; {wanted}")
    if images.dtype != torch.uint8 or images.ndim < 2:
        kind = str(images.dtype).removeprefix("torch.")
        guess = ", which look converted already" if images.is_floating_point() else ""
        guess = ", which looks like labels" if images.ndim == 1 else guess
        got = f"{kind} of shape {tuple(images.shape)}{guess}"
        raise ValueError(f"images: got {got}; {wanted}")
    return images.to(torch.float32).div_(255)


def to_uint8(share: torch.Tensor) -> torch.Tensor:
    """Turn floats in [0, 1] into uint8 of 0 to 255, rounded."""
    return (share * 255).round().to(torch.uint8)
