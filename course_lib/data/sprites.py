"""Shapes whose shape, scale, rotation, place and hue are known, drawn by the course."""

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
    names = ("shape", "scale", "rotation", "x", "y")
    return _dataset("sprites", _drawn(factors), factors, names)


def make_in_colour() -> Dataset:
    """Draw the same 12,000 shapes, each in a hue of its own, as (3, 28, 28) pictures.

    The hue is one more factor, the last: in [0, 2π) radians around the colour circle,
    drawn evenly and independently of all else; 0 is red, 2π/3 green and 4π/3 blue. The
    colours are those of HSV (A. R. Smith, 1978) with full saturation and value.
    """
    white = make()
    grey, factors = (
        torch.cat([getattr(part, name) for part in (white.train, white.test)])
        for name in ("images", "factors")
    )
    draws = torch.rand(len(grey), 1, generator=torch.Generator().manual_seed(1))
    factors = torch.cat((factors, 2 * math.pi * draws), dim=1)
    # Around the circle each of red, green and blue is full for a third and 0 for one.
    turns = (6 * draws + torch.tensor([0.0, 4.0, 2.0])) % 6
    colours = ((turns - 3).abs() - 1).clamp(0, 1)[:, :, None, None]
    images = torch.empty(len(grey), 3, 28, 28, dtype=torch.uint8)
    for rows in torch.arange(len(grey)).split(1000):  # to save memory
        images[rows] = to_uint8(grey[rows] / 255 * colours[rows])
    names = (*white.train.factor_names, "hue")
    return _dataset("sprites-colour", images, factors, names)


def _dataset(name, images, factors, names):
    """Return a data set of 10,000 to train on, the rest to test on."""
    splits = [
        Split(images[part], factors[part, 0].long(), factors[part], names)
        for part in (slice(10_000), slice(10_000, len(images)))
    ]
    return Dataset(name, *splits, "drawn by the course", ("square", "ellipse", "heart"))


def _drawn(factors):
    """Return the white shapes of these factors, uint8 (n, 1, 28, 28)."""
    shape, n = factors[:, 0], len(factors)
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
    return images


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
