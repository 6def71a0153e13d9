"""The course's figures: one style, colour-blind-safe, each with its words."""

import base64
import html
import io
import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from torch import Tensor

from course_lib.plots.network import autoencoder
from course_lib.plots.style import COLOURS, DIGIT_COLOURS, MARKERS, STYLE, check_alt

__all__ = [
    "COLOURS",
    "DIGIT_COLOURS",
    "MARKERS",
    "STYLE",
    "autoencoder",
    "codes",
    "curves",
    "ellipses",
    "field",
    "images",
    "mosaic",
    "table",
]


def images(
    rows: dict, *, captions: dict | None = None, alt: str, cmap="gray", limits=(0, 1)
) -> None:
    """Draw rows of images and leave the figure to plt.show().

    rows: a dict from a row's label to its images, (n, 784) or (n, 1, 28, 28), floats
    in [0, 1]; as many in each row. captions: a dict from a row's label to n short
    texts, one under each image. alt: the figure in words. limits: the values drawn in
    the first and the last colour of cmap.
    """
    check_alt(alt)
    rows = {label: _pictures(label, x) for label, x in rows.items()}
    counts = {label: len(x) for label, x in rows.items()}
    if not rows or min(counts.values()) == 0 or len(set(counts.values())) > 1:
        raise ValueError(f"rows: got {counts} images, wanted as many in each")
    captions = captions or {}
    if unknown := captions.keys() - rows.keys():
        raise ValueError(f"captions: no row is called {', '.join(sorted(unknown))}")
    # In inches, by hand: every picture the same size, with room for words where wanted.
    side, gap, caption, columns = 0.72, 0.06, 0.2, max(counts.values())
    left = 0.15 + 0.09 * max(map(len, rows))
    width = left + columns * (side + gap)
    height = len(rows) * (side + gap) + len(captions) * caption
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(width, height))
        top = height
        for label, pictures in rows.items():
            top -= side
            for k, picture in enumerate(pictures):
                x = left + k * (side + gap)
                place = x / width, top / height, side / width, side / height
                ax = figure.add_axes(place)
                ax.imshow(picture, cmap=cmap, vmin=limits[0], vmax=limits[1])
                ax.set_axis_off()
                if label in captions:
                    text = captions[label][k]
                    ax.text(0.5, -0.05, text, transform=ax.transAxes, ha="center",
                            va="top", fontsize=9)  # fmt: skip
            place = (left - 0.1) / width, (top + side / 2) / height
            figure.text(*place, label, ha="right", va="center")
            top -= gap + (caption if label in captions else 0)
        figure.set_label(alt)


def curves(
    series: dict,
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    xscale="linear",
    yscale="linear",
) -> Axes:
    """Draw lines over one pair of axes, return the axes, and leave plt.show() to you.

    series: a dict from a line's label to its (xs, ys). Labels carry their units. alt:
    the figure in words.
    """
    check_alt(alt)
    with plt.rc_context(STYLE):
        figure, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
        for label, (xs, ys) in series.items():
            ax.plot(xs, ys, label=label, markevery=max(1, len(xs) // 12))
        ax.set(xlabel=xlabel, ylabel=ylabel, xscale=xscale, yscale=yscale)
        if len(series) > 1:
            ax.legend()
        figure.set_label(alt)
    return ax


def codes(panels: dict, *, alt: str, size: float = 28) -> list[Axes]:
    """Draw 2-d codes as their labels, one panel beside the other; return the axes.

    panels: a dict from a panel's title to its (z, labels): floats (n, 2) and digits
    (n,). alt: the figure in words. size: of a mark, in points². Leaves plt.show() to
    you.
    """
    check_alt(alt)
    for title, (z, labels) in panels.items():
        if z.ndim != 2 or z.shape[1] != 2 or len(labels) != len(z):
            raise ValueError(
                f"panels: {title!r} has codes of shape {tuple(z.shape)} and "
                f"{len(labels)} labels, wanted (n, 2) and (n,)"
            )
    with plt.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = _side_by_side(panels)
        for ax, (title, (z, labels)) in zip(axes, panels.items(), strict=True):
            for label in labels.unique().tolist():
                x, y = z[labels == label].detach().cpu().T.numpy()
                colour = DIGIT_COLOURS[label % 10]
                # Each mark is the digit itself, so that colour is not needed.
                ax.scatter(x, y, size, colour, marker=f"${label}$", linewidths=0.2)
            ax.set(title=title, xlabel="z₁", ylabel="z₂", aspect="equal")
            ax.set_adjustable("datalim")
        figure.set_label(alt)
    return axes


def table(
    values: Tensor, *, rows, columns, xlabel: str, ylabel: str, alt: str, form="{:.1f}"
) -> Axes:
    """Draw a matrix as a table of shaded cells, each with its number; return the axes.

    values: floats (len(rows), len(columns)); dark is small, and a NaN is left blank.
    form: how a number is written. alt: the figure in words. Leaves plt.show() to you.
    """
    check_alt(alt)
    values = torch.as_tensor(values)
    if values.shape != (len(rows), len(columns)):
        raise ValueError(
            f"values: got shape {tuple(values.shape)} for {len(rows)} rows and "
            f"{len(columns)} columns"
        )
    with plt.rc_context(STYLE | {"axes.grid": False}):
        size = 1.6 + 0.75 * len(columns), 0.9 + 0.42 * len(rows)
        figure, ax = plt.subplots(figsize=size, layout="constrained")
        ax.imshow(values.numpy(), cmap="cividis", aspect="auto")
        known = values[~values.isnan()]
        middle = (known.min() + known.max()) / 2
        for (i, j), value in zip(
            torch.cartesian_prod(*map(torch.arange, values.shape)).tolist(),
            values.flatten().tolist(),
            strict=True,
        ):
            colour = "black" if value > middle else "white"
            text = "" if math.isnan(value) else form.format(value)
            ax.text(j, i, text, ha="center", va="center", color=colour)
        ax.set_xticks(range(len(columns)), columns)
        ax.set_yticks(range(len(rows)), rows)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        figure.set_label(alt)
    return ax


def mosaic(
    pictures: Tensor, *, xs: Sequence, ys: Sequence, xlabel: str, ylabel: str, alt: str
) -> Axes:
    """Draw pictures as the tiles of a plane, return the axes; plt.show() is yours.

    pictures: (len(ys) · len(xs), 784) or (..., 1, 28, 28), row by row, the row of the
    first y at the bottom. xs, ys: where each column and each row lies on its axis. alt:
    the figure in words.
    """
    check_alt(alt)
    tiles = _pictures("pictures", pictures)
    if len(tiles) != len(xs) * len(ys):
        raise ValueError(f"pictures: got {len(tiles)} for {len(ys)} rows of {len(xs)}")
    side = tiles.shape[-1]
    whole = tiles.reshape(len(ys), len(xs), side, side)[::-1].swapaxes(1, 2)
    with plt.rc_context(STYLE | {"axes.grid": False}):
        size = 0.6 + 0.46 * len(xs), 0.6 + 0.46 * len(ys)
        figure, ax = plt.subplots(figsize=size, layout="constrained")
        ax.imshow(whole.reshape(len(ys) * side, -1), vmin=0, vmax=1,
                  extent=(-0.5, len(xs) - 0.5, -0.5, len(ys) - 0.5))  # fmt: skip
        ax.set_xticks(range(len(xs)), [f"{x:.1f}" for x in xs])
        ax.set_yticks(range(len(ys)), [f"{y:.1f}" for y in ys])
        ax.tick_params(length=0)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        figure.set_label(alt)
    return ax


def ellipses(ax: Axes, mu: Tensor, sigma: Tensor, labels=None) -> None:
    """Add an ellipse to the axes for each Gaussian: its points at one sigma from mu.

    mu, sigma: (n, 2). labels: digits, (n,), which colour the ellipses; grey without.
    """
    if mu.shape != sigma.shape or mu.shape[1:] != (2,):
        raise ValueError(
            f"mu and sigma: got shapes {tuple(mu.shape)} and {tuple(sigma.shape)}, "
            "wanted (n, 2) twice"
        )
    for k, (centre, radii) in enumerate(zip(mu.tolist(), sigma.tolist(), strict=True)):
        colour = COLOURS[5] if labels is None else DIGIT_COLOURS[int(labels[k]) % 10]
        ax.add_patch(Ellipse(centre, 2 * radii[0], 2 * radii[1], fill=False,
                             edgecolor=colour, linewidth=1.2))  # fmt: skip


def field(panels: dict, *, points: Tensor | dict, alt: str) -> list[Axes]:
    """Draw arrows over points of the plane, panel beside panel; return the axes.

    panels: a dict from a panel's title to its (positions, arrows), floats (n, 2) each.
    points: the data, (m, 2), drawn in each panel, or a dict of them by the panel's
    title. Arrows are drawn to scale, in the units of the axes. alt: the figure in
    words. Leaves plt.show() to you.
    """
    check_alt(alt)
    for title, (positions, arrows) in panels.items():
        if positions.shape != arrows.shape or positions.shape[1:] != (2,):
            raise ValueError(
                f"panels: {title!r} has positions of shape {tuple(positions.shape)} "
                f"and arrows of shape {tuple(arrows.shape)}, wanted (n, 2) for both"
            )
    with plt.rc_context(STYLE):
        figure, axes = _side_by_side(panels)
        for ax, (title, (positions, arrows)) in zip(axes, panels.items(), strict=True):
            data = points[title] if isinstance(points, dict) else points
            ax.scatter(*data.T, s=3, color=COLOURS[5], alpha=0.5)
            width = 0.004 if len(positions) > 20 else 0.012
            ax.quiver(*positions.T, *arrows.T, color=COLOURS[0], width=width,
                      angles="xy", scale_units="xy", scale=1)  # fmt: skip
            ax.set(title=title, aspect="equal", xlabel="x₁", ylabel="x₂")
        figure.set_label(alt)
    return axes


def _side_by_side(panels):
    """Return a figure and its axes, square and in one row, one for each panel."""
    size = 4.2 * len(panels), 4.2
    figure, axes = plt.subplots(
        1, len(panels), figsize=size, layout="constrained", squeeze=False
    )
    return figure, list(axes[0])


def _pictures(label, x):
    """Return images as a numpy array (n, 28, 28)."""
    side = round(x[0].numel() ** 0.5) if x.ndim > 1 and len(x) else 0
    if side * side != (x[0].numel() if len(x) else 0):
        raise ValueError(
            f"rows: {label!r} has shape {tuple(x.shape)}, wanted (n, 784) or "
            "(n, 1, 28, 28)"
        )
    return x.detach().cpu().reshape(len(x), side, side).numpy()


def _as_html(figure):
    """Return a figure as HTML with its words, sharp on dense screens; None without.

    A front end takes this before the plain PNG, which has no place for words.
    """
    if not figure.get_label():
        return None
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=2 * figure.dpi, bbox_inches="tight")
    data = png.getvalue()
    width = int.from_bytes(data[16:20]) // 2  # the PNG's own header; drawn at twice it
    return (
        f'<img alt="{html.escape(figure.get_label())}" width="{width}" '
        'style="max-width:100%;height:auto;background:white" '
        f'src="data:image/png;base64,{base64.b64encode(data).decode()}">'
    )


if shell := get_ipython():
    # The notebook's backend clears all formatters at the first figure of a session.
    plt.close(plt.figure())
    shell.display_formatter.formatters["text/html"].for_type(Figure, _as_html)
