"""Shapes whose shape, scale, rotation and place are known, drawn by the course."""

import math

import torch

from course_lib.data.dataset import Dataset, Split, to_uint8


def make() -> Dataset:
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
            images[rows] = to_uint8(covered[:, None])
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
