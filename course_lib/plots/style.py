"""What every figure shares: colours, marks, the style, and the words it carries."""

from cycler import cycler

# Okabe & Ito's palette, dark enough on white; each line has its own marker as well.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#4d4d4d"]
MARKERS = ["o", "s", "^", "D", "v", "P"]
# As in the explorers; a mark is never told by its colour alone.
DIGIT_COLOURS = ["#0072b2", "#b34f00", "#00795a", "#a8448a", "#2a7ca8", "#4d4d4d",
                 "#8a6d00", "#5b5bc7", "#b03030", "#3f7f1f"]  # fmt: skip
STYLE = {
    "figure.dpi": 96,
    "figure.facecolor": "white",
    "axes.prop_cycle": cycler(color=COLOURS, marker=MARKERS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e0e0e0",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "lines.markersize": 5,
    "image.cmap": "gray",
}


def check_alt(alt):
    """Raise ValueError unless a figure's words are some."""
    if not isinstance(alt, str) or len(alt.split()) < 3:
        raise ValueError(f"alt: got {alt!r}, wanted the figure in a few words")
