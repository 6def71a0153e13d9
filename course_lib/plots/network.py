"""A network as a picture: encoder, code and decoder, with a picture on its way."""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch, Polygon
from torch import Tensor

from course_lib.plots.style import COLOURS, STYLE, check_alt

PICTURE, GAP, FUNNEL, CODE = 2.4, 0.14, 2.5, 1.5  # widths, from left to right and back
WIDE, NARROW = 2.3, 1.3  # heights of a funnel's two ends
UNIT = 0.33  # inches; narrow, so that words can still be read on a telephone
MIDDLE = {"ha": "center", "va": "center", "fontsize": 11, "linespacing": 1.3}
IN_FULL = 4  # so many numbers of a code are written out; of more, bars are drawn


def autoencoder(
    x: Tensor,
    z: Tensor,
    x_hat: Tensor,
    *,
    alt: str,
    encoder: str = "encoder",
    decoder: str = "decoder",
) -> None:
    """Draw a picture's way through an autoencoder and leave the figure to plt.show().

    x, x_hat: the picture and its copy, square, floats in [0, 1], such as (784,) or
    (1, 28, 28). z: its code, (latent_dim,). encoder, decoder: what stands in the two
    networks, a few short lines. alt: the figure in words.
    """
    check_alt(alt)
    x, x_hat = _square("x", x), _square("x_hat", x_hat)
    if z.ndim != 1 or not len(z):
        raise ValueError(f"z: got shape {tuple(z.shape)}, wanted one code, (d,)")
    width = 2 * (PICTURE + 2 * GAP + FUNNEL) + CODE
    with plt.rc_context(STYLE | {"axes.grid": False}):
        figure = plt.figure(figsize=(UNIT * width, UNIT * (PICTURE + 1.5)))
        ax = figure.add_axes((0.01, 0.02, 0.98, 0.96))
        ax.set(xlim=(0, width), ylim=(-PICTURE / 2 - 1.4, PICTURE / 2 + 0.1))
        ax.set_axis_off()
        _picture(ax, x, 0, "x")
        _funnel(ax, PICTURE + GAP, WIDE, NARROW, encoder, COLOURS[0])
        _code(ax, z.detach().cpu(), width / 2)
        _funnel(ax, (width + CODE) / 2 + GAP, NARROW, WIDE, decoder, COLOURS[1])
        _picture(ax, x_hat, width - PICTURE, r"$\hat{x}$")
        figure.set_label(alt)


def _picture(ax, pixels, left, name):
    half = PICTURE / 2
    extent = left, left + PICTURE, -half, half
    ax.imshow(pixels, vmin=0, vmax=1, extent=extent, aspect="auto")
    _caption(ax, left + half, name, f"{pixels.size} pixels")


def _funnel(ax, left, start, end, text, colour):
    right = left + FUNNEL
    top = [(left, start / 2), (right, end / 2)]
    corners = top + [(x, -y) for x, y in reversed(top)]
    ax.add_patch(Polygon(corners, color=colour, linewidth=2, joinstyle="round"))
    ax.text((left + right) / 2, 0, text, color="white", weight="bold", **MIDDLE)


def _code(ax, z, middle):
    height, grey = NARROW + 0.3, COLOURS[5]
    corner, style = (middle - CODE / 2, -height / 2), "round,pad=0,rounding_size=0.12"
    ax.add_patch(FancyBboxPatch(corner, CODE, height, boxstyle=style,
                                facecolor="#f2f2f2", edgecolor=grey))  # fmt: skip
    step = NARROW / len(z)
    rows = [NARROW / 2 - step * (k + 0.5) for k in range(len(z))]  # the first on top
    if len(z) <= IN_FULL:
        for y, value in zip(rows, z.tolist(), strict=True):
            ax.text(middle, y, f"{value:.1f}".replace("-", "−"), **MIDDLE)
    else:
        lengths = 0.4 * CODE * z / z.abs().max().clamp(min=1e-12)
        ax.vlines(middle, -height / 2, height / 2, color="#b0b0b0", linewidth=1)
        ax.barh(rows, lengths.tolist(), 0.7 * step, left=middle, color=grey)
    _caption(ax, middle, "z", f"{len(z)} number{'s' * (len(z) > 1)}")


def _caption(ax, middle, name, size):
    below = {"ha": "center", "va": "top"}
    ax.text(middle, -PICTURE / 2 - 0.1, name, fontsize=13, style="italic", **below)
    ax.text(middle, -PICTURE / 2 - 0.75, size, fontsize=10, **below)


def _square(name, x):
    """Return one picture as a numpy array (side, side)."""
    side = round(x.numel() ** 0.5)
    if not x.numel() or side * side != x.numel():
        raise ValueError(
            f"{name}: got shape {tuple(x.shape)}, wanted one square picture, such as "
            "(784,) or (1, 28, 28)"
        )
    return x.detach().cpu().reshape(side, side).numpy()
