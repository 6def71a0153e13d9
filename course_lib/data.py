"""Load the course's pictures: MNIST, Fashion-MNIST, digits and sprites.

`load("mnist", fallback="digits")` is what the lessons call. Two environment variables
steer it: `COURSE_DATA` names a folder laid out as torchvision does (`MNIST/raw/…`), and
`COURSE_OFFLINE=1` forbids downloading.
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import torch
import torch.nn.functional as F

from course_lib._download import DataError, complete
from course_lib._torchvision import import_datasets

__all__ = ["NAMES", "DataError", "Dataset", "Split", "folder", "load", "to_float"]

NAMES = ("mnist", "fashion-mnist", "digits", "sprites")
_TITLES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """A part of a data set: pictures, their labels and, where known, their factors.

    `images` is uint8 (n, 1, 28, 28), 0 black and 255 white; `labels` is int64 (n,).
    Only sprites have `factors`, float32 (n, 5), a column for each of `factor_names`.
    """

    images: torch.Tensor
    labels: torch.Tensor
    factors: torch.Tensor | None = None
    factor_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        known = f", factors {', '.join(self.factor_names)}" if self.factor_names else ""
        return f"Split({len(self):,} images of 28×28{known})"


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
        return f"{_title(self.name)}, {sizes}, {self.origin}"

    def __repr__(self) -> str:
        return f"Dataset({self})"


def load(
    name: str = "mnist",
    *,
    root: str | os.PathLike | None = None,
    fallback: str | None = None,
) -> Dataset:
    """Load a data set by its name: mnist, fashion-mnist, digits or sprites.

    mnist (LeCun et al., 1998) and fashion-mnist (Xiao et al., 2017) come through
    torchvision and are downloaded once, into `folder(root)`. digits (Alpaydin and
    Kaynak, 1998) and sprites (after dSprites, Matthey et al., 2017) need neither a
    folder nor a network.

    With a `fallback`, that set is taken where the first cannot be had, and a printed
    line says which it was and why.

    Raises ValueError for an unknown name or a named folder that is not there, and
    DataError if the set cannot be had: no network, no room, a damaged file. In the
    course's cache folder a damaged file is fetched again; in a folder that you named
    it is reported and left as it is.
    """
    _check_name("name", name)
    if fallback is not None:
        _check_name("fallback", fallback)
    if fallback == name:
        raise ValueError(f"fallback: got {name!r}, the same as name; wanted another")
    because = ""
    try:
        dataset = _load(name, root)
    except DataError as error:
        if fallback is None:
            raise
        dataset = load(fallback, root=root)
        because = f", because {_title(name)} could not be had: {error.reason}"
    if fallback is not None:
        print(f"Data: {dataset}{because}")
    return dataset


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


def folder(root: str | os.PathLike | None = None) -> Path:
    """Return the folder that sets are read from and downloaded into.

    It is `root`, or else `COURSE_DATA`, or else a cache folder of the user's. Raises
    ValueError where one was named and is not there: it may be a slip of the pen.
    """
    source, named = "root", root
    if root is None:
        source, named = "COURSE_DATA", os.environ.get("COURSE_DATA") or None
        if named is None:
            return _cache()
    if not isinstance(named, str | os.PathLike) or not os.fspath(named):
        raise ValueError(f"{source}: got {named!r}; wanted the name of a folder")
    path = Path(named).expanduser().absolute()
    if not path.is_dir():
        raise ValueError(f"{source}: there is no folder {path}; create or correct it")
    return path


def _check_name(argument: str, name: str) -> None:
    if not isinstance(name, str) or name not in NAMES:
        raise ValueError(f"{argument}: got {name!r}; wanted one of {', '.join(NAMES)}")


def _cache() -> Path:
    return platformdirs.user_cache_path("autoencoder-course", appauthor=False)


def _title(name: str) -> str:
    return _TITLES.get(name, name)


def _load(name: str, root: str | os.PathLike | None) -> Dataset:
    if name == "digits":
        return _digits()
    return _sprites() if name == "sprites" else _from_torchvision(name, root)


def _from_torchvision(name: str, root: str | os.PathLike | None) -> Dataset:
    """Load a set through torchvision's class: its mirrors, checksums and reader.

    Only the fetching is the course's own: torchvision's may wait for ever.
    """
    top = folder(root)
    kind = getattr(import_datasets(), _title(name).replace("-", ""))
    raw = top / kind.__name__ / "raw"
    complete(raw, kind.resources, kind.mirrors, mend=top == _cache())
    splits = []
    for part in ("train", "t10k"):
        read = kind(top, train=part == "train")
        if len(read.data) != len(read.targets):
            counts = f"{len(read.data):,} images and {len(read.targets):,} labels"
            advice = f"Delete the {part} files, and the next load downloads them again."
            raise DataError(f"{raw} has {counts} for {part}", advice)
        splits.append(Split(read.data.unsqueeze(1), read.targets))
    classes = tuple(label.split(" - ")[0] for label in kind.classes)
    return Dataset(name, *splits, f"from {top}", classes)


def _digits() -> Dataset:
    """Place scikit-learn's 1,797 pictures of 8×8 on 28×28, as MNIST's are placed.

    Of each digit 36 pictures, spread evenly over the file, are for testing: 360 in
    all. Neighbours in the file mostly share a writer, so both parts know the writers.
    """
    from sklearn.datasets import load_digits  # takes a second: only when needed

    source = load_digits()
    images = _place(torch.from_numpy(source.images).float() / 16)
    labels = torch.from_numpy(source.target).long()
    test = torch.zeros(len(labels), dtype=torch.bool)
    for digit in range(10):
        (where,) = torch.nonzero(labels == digit, as_tuple=True)
        test[where[torch.arange(36) * len(where) // 36]] = True
    splits = [Split(images[part], labels[part]) for part in (~test, test)]
    classes = tuple(str(digit) for digit in range(10))
    return Dataset("digits", *splits, "carried by scikit-learn", classes)


def _place(small: torch.Tensor) -> torch.Tensor:
    """Draw pictures (n, 8, 8) in [0, 1] as MNIST does: uint8 (n, 1, 28, 28).

    The ink fits a box of 20×20, and its centre of mass comes to pixel (14, 14). Each
    of the 64 values is the share of ink in a block of a finer scan. Between blocks it
    is interpolated, and a steeper slope around one half gives back the pen's edge.
    """
    n, side = len(small), torch.arange(8.0)
    ink, mass = small > 0, small.sum((1, 2))
    extent, centre = [], []
    for axis in (1, 2):  # summing over rows leaves x, over columns y
        inked = ink.any(axis)
        first = torch.where(inked, side, 8.0).amin(1)
        last = torch.where(inked, side + 1, 0.0).amax(1)
        extent.append(last - first)
        centre.append((small.sum(axis) * (side + 0.5)).sum(1) / mass)
    # 18 pixels: the interpolation adds a soft edge around them, which makes 20.
    scale = (torch.maximum(*extent) / 18)[:, None]
    canvas = (torch.arange(56.0) + 0.5) / 2 - 14.5  # two samples a pixel
    x, y = (((c[:, None] + scale * canvas) / 4 - 1) for c in centre)
    grid = torch.stack(
        (x[:, None, :].expand(n, 56, 56), y[:, :, None].expand(n, 56, 56)), dim=-1
    )
    fine = F.grid_sample(small[:, None], grid, mode="bicubic", align_corners=False)
    sharp = ((fine - 0.5) * 2 + 0.5).clamp(0, 1)
    return _to_uint8(F.avg_pool2d(sharp, 2))


def _sprites() -> Dataset:
    """Draw 12,000 white shapes on black, after dSprites (Matthey et al., 2017).

    The factors: shape 0 to 2, as in `classes` and the labels; scale in [0.5, 1], where
    1 is a radius of 7 pixels; rotation in [0, 2π) radians, counter-clockwise; x and y
    of the centre of mass, 8 to 20 pixels from the left and from the top edge. All but
    the shapes, which take turns, are drawn evenly and independently. A quarter turn
    leaves a square as it is, and a half turn an ellipse.
    """
    n = 12_000
    draws = torch.rand(n, 4, generator=torch.Generator().manual_seed(0))
    shape = torch.arange(n) % 3
    low = torch.tensor([0.5, 0.0, 8.0, 8.0])
    high = torch.tensor([1.0, 2 * math.pi, 20.0, 20.0])
    factors = torch.cat((shape[:, None], low + (high - low) * draws), dim=1)
    images = torch.empty(n, 1, 28, 28, dtype=torch.uint8)
    for index, distance in enumerate((_square, _ellipse, _heart)):
        for rows in torch.nonzero(shape == index)[:, 0].split(1000):  # to save memory
            _, scale, rotation, x, y = factors[rows].T[:, :, None, None]
            pixel = torch.arange(28.0) + 0.5
            right, up = pixel - x, y - pixel[:, None]
            radius, cos, sin = 7 * scale, rotation.cos(), rotation.sin()
            a, b = (right * cos + up * sin) / radius, (up * cos - right * sin) / radius
            covered = (0.5 - distance(a, b) * radius).clamp(0, 1)  # share of the pixel
            images[rows] = _to_uint8(covered[:, None])
    names = ("shape", "scale", "rotation", "x", "y")
    splits = [
        Split(images[part], shape[part], factors[part], names)
        for part in (slice(10_000), slice(10_000, n))
    ]
    return Dataset(
        "sprites", *splits, "drawn by the course", ("square", "ellipse", "heart")
    )


# Signed distances to outlines of radius 1 around their centre of mass: inside < 0.


def _square(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.maximum(a.abs(), b.abs()) - math.sqrt(0.5)


def _ellipse(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Half as high as wide; to first order, f / |∇f| with f = √(a² + 4b²) − 1."""
    level, slope = torch.hypot(a, 2 * b), torch.hypot(a, 4 * b)
    return (level - 1) * (level / slope).nan_to_num(1.0)


def _heart(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """A square on its tip, with half a disc on each upper side (I. Quilez, 2D SDFs)."""
    size = (0.25 + 3 * math.pi / 32 + 1 / 24) / (0.5 + math.pi / 8)  # centre to tip
    x, y = (a * size).abs(), b * size + size
    disc = torch.hypot(x - 0.25, y - 0.75) - math.sqrt(2) / 4
    along = (x + y).clamp_min(0) / 2
    edge = torch.minimum(torch.hypot(x, y - 1), torch.hypot(x - along, y - along))
    return torch.where(x + y > 1, disc, edge * torch.sign(x - y)) / size


def _to_uint8(share: torch.Tensor) -> torch.Tensor:
    return (share * 255).round().to(torch.uint8)
