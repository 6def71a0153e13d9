"""The handwritten digits that scikit-learn carries, placed as MNIST's are."""

import torch
import torch.nn.functional as F

from course_lib.data.dataset import Dataset, Split, to_uint8


def make() -> Dataset:
    """Place scikit-learn's 1,797 pictures of 8×8 on 28×28, as MNIST's are placed.

    Of each digit 36 pictures, spread evenly over the file, are for testing: 360 in
    all. Neighbours in the file mostly share a writer, so both parts know the writers.
    """
    from sklearn.datasets import load_digits  # takes a second: only when needed

    source = load_digits()
    images = place(torch.from_numpy(source.images).float() / 16)
    labels = torch.from_numpy(source.target).long()
    test = torch.zeros(len(labels), dtype=torch.bool)
    for digit in range(10):
        (where,) = torch.nonzero(labels == digit, as_tuple=True)
        test[where[torch.arange(36) * len(where) // 36]] = True
    splits = [Split(images[part], labels[part]) for part in (~test, test)]
    classes = tuple(str(digit) for digit in range(10))
    return Dataset("digits", *splits, "carried by scikit-learn", classes)


def place(small: torch.Tensor) -> torch.Tensor:
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
    return to_uint8(F.avg_pool2d(sharp, 2))
